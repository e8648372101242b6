"""The estimates of the checks against published vectors, and against scipy and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import integrate, stats
from statsmodels.stats.proportion import confint_proportions_2indep

from pipelines.outcomes.estimates import (
    clustered_mean_interval,
    expected_regression_to_the_mean,
    newcombe_difference,
    pairs_to_halve_a_mean_s_interval,
    people_to_halve_a_share_s_interval,
    standardised_difference,
    t_interval,
    welch_interval,
    wilson,
)

# Newcombe 1998, Stat Med 17:873, table II, method 10; the first also in clinical.md section 5.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("n", "of_n", "others_n", "others_of_n", "low", "high"), NEWCOMBE)
def test_newcombe_s_differences_are_the_published_ones(n, of_n, others_n, others_of_n, low, high):
    found = np.array(newcombe_difference(n, of_n, others_n, others_of_n))
    assert found == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize("counts", [(0, 10, 0, 20), (5, 56, 0, 29), (6, 7, 2, 7), (1, 5, 400, 1000)])
def test_newcombe_s_differences_are_those_of_statsmodels_and_mirror(counts):
    found = np.array(newcombe_difference(*counts))
    expected = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    assert found == pytest.approx(expected, abs=1e-9)
    turned = np.array(newcombe_difference(*counts[2:], *counts[:2]))
    assert turned == pytest.approx(-found[::-1], abs=1e-12)


# PHQ-9 of 10 or more (clinical.md section 5).
@pytest.mark.parametrize(
    ("mean", "sd", "reliability", "points"),
    [(15, 6, 0.84, 0.34), (15, 6, 0.74, 0.55), (10, 6.5, 0.84, 0.83), (5, 5, 0.84, 1.22)],
)
def test_regression_to_the_mean_is_the_published_one(mean, sd, reliability, points):
    assert float(expected_regression_to_the_mean(10, mean, sd, reliability)) == pytest.approx(points, abs=5e-3)


@pytest.mark.parametrize(("cut", "mean", "sd", "reliability"), [(10, 15, 6, 0.84), (30, 5, 5, 0.6), (-20, 5, 5, 0.9)])
def test_regression_to_the_mean_is_the_mean_fall_of_those_taken_on(cut, mean, sd, reliability):
    population = stats.norm(mean, sd)
    weight = population.sf(cut)
    taken, _ = integrate.quad(lambda score: score * population.pdf(score), cut, mean + 14 * sd, epsabs=0, epsrel=1e-12)
    expected = (1 - reliability) * (taken / weight - mean)
    found = float(expected_regression_to_the_mean(cut, mean, sd, reliability))
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_welch_s_interval_is_that_of_scipy():
    dice = np.random.default_rng(5)
    one, other = dice.normal(17, 4, 30), dice.normal(15, 7, 12)
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    moments = (one.mean(), one.std(ddof=1), one.size, other.mean(), other.std(ddof=1), other.size)
    assert np.array(welch_interval(*moments)) == pytest.approx([expected.low, expected.high], abs=1e-9)


def test_a_clustered_mean_is_that_of_a_regression_on_a_constant_with_clusters():
    dice = np.random.default_rng(7)
    clusters = np.repeat(np.arange(13), dice.integers(1, 9, 13))
    frame = pd.DataFrame({"cluster": clusters, "value": dice.normal(-4, 5, clusters.size) + clusters % 4})
    fit = smf.ols("value ~ 1", frame).fit(cov_type="cluster", cov_kwds={"groups": frame["cluster"]}, use_t=True)
    total, n = frame.groupby("cluster")["value"].sum(), frame.groupby("cluster").size()
    found = clustered_mean_interval(total.sum(), n.sum(), (total**2).sum(), (total * n).sum(), (n**2).sum(), len(n))
    assert np.array(found) == pytest.approx(fit.conf_int(0.05).to_numpy()[0], abs=1e-9)


def test_clusters_of_one_give_the_t_interval():
    values = np.array([-8.0, -3.0, 0.0, 2.0, -5.5])
    found = clustered_mean_interval(values.sum(), 5, (values**2).sum(), values.sum(), 5, 5)
    expected = t_interval(values.mean(), values.std(ddof=1), 5)
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-12)


def test_a_standardised_difference_is_in_pooled_sds():
    # Means 12 and 9; SDs 3 and 5: sqrt((9 + 25) / 2) = 4.123106.
    assert float(standardised_difference(12, 3, 9, 5)) == pytest.approx(3 / 4.123106, abs=1e-6)


@pytest.mark.parametrize("n", [2, 3, 10, 47, 500])
def test_so_many_more_pairs_and_no_fewer_halve_the_interval_of_a_mean(n):
    def width(pairs: int) -> float:
        low, high = stats.t.interval(0.95, pairs - 1, 0, 1 / math.sqrt(pairs))
        return high - low

    more = int(pairs_to_halve_a_mean_s_interval(n))
    assert width(n + more) <= width(n) / 2 < width(n + more - 1)


@pytest.mark.parametrize(("with_it", "n"), [(0, 10), (5, 10), (10, 10), (33, 120), (1, 1000)])
def test_so_many_more_people_and_no_fewer_halve_the_interval_of_a_share(with_it, n):
    def width(people: int) -> float:
        # At the same rate, so mostly with a part of a person.
        p, z = with_it / n, stats.norm.ppf(0.975)
        return float(2 * z * math.sqrt(p * (1 - p) / people + z**2 / (4 * people**2)) / (1 + z**2 / people))

    low, high = wilson(with_it, n)
    assert width(n) == pytest.approx(float(high - low), abs=1e-9)
    more = int(people_to_halve_a_share_s_interval(with_it, n))
    assert width(n + more) <= width(n) / 2 + 1e-9 and width(n + more - 1) > width(n) / 2


def test_what_cannot_be_told_is_empty():
    assert np.isnan(newcombe_difference(0, 0, 1, 2)).all()
    assert np.isnan(welch_interval(1, 1, 1, 2, 1, 9)).all() and np.isnan(welch_interval(1, 0, 9, 2, 0, 9)).all()
    assert np.isnan(clustered_mean_interval(5, 3, 25, 15, 9, 1)).all()
    assert np.isnan(pairs_to_halve_a_mean_s_interval([1, np.nan])).all()
    assert np.isnan(people_to_halve_a_share_s_interval(0, 0)).all()
