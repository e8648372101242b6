"""Estimates against published vectors (clinical.md section 5) and against the distribution function itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipelines.outcomes.estimates import algina_keselman, hedges_g_av, noncentrality, rounded, t_interval, wilson
from tests.outcomes_twin import noncentrality_limits


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 20, 0.2993, 0.7007),
        (15, 82, 0.1141, 0.2801),
        (288, 537, 0.4940, 0.5781),
        (10, 10, 0.7225, 1.0),
    ],
)
def test_wilson_intervals_are_the_published_ones(successes, n, low, high):
    assert np.array(wilson(successes, n)) == pytest.approx([low, high], abs=5e-5)


# PHQ-9 of 20 veterans: 17.0 (5.76) to 12.5 (6.99), SD of the changes 4.658.
def test_the_change_of_20_veterans_has_the_published_t_interval():
    assert np.array(t_interval(-4.5, 4.658, 20)) == pytest.approx([-6.68, -2.32], abs=5e-3)


def test_the_change_of_20_veterans_has_the_published_effect_size():
    assert float(hedges_g_av(4.5, 5.76, 6.99, 20)) == pytest.approx(0.675, abs=5e-4)


def test_the_algina_keselman_interval_is_the_noncentral_t_interval_times_the_ratio_of_the_sds():
    low, high = noncentrality_limits(4.5 / (4.658 / math.sqrt(20)), 19)
    factor = math.sqrt(2 * 4.658**2 / (20 * (5.76**2 + 6.99**2)))
    assert np.array(algina_keselman(4.5, 5.76, 6.99, 4.658, 20)) == pytest.approx(
        [low * factor, high * factor], abs=1e-8
    )


@pytest.mark.parametrize(("df", "t_value"), [(1, 0.1), (9, 40.0), (9, -25.0), (19, 0.0), (100, 30.0), (11999, 120.0)])
def test_noncentrality_limits_agree_with_root_finding(df, t_value):
    expected = noncentrality_limits(t_value, df)
    found = [float(noncentrality(df, probability, t_value)) for probability in (0.975, 0.025)]
    assert found == pytest.approx(expected, abs=1e-7)


def test_what_does_not_exist_is_empty():
    assert np.isnan(wilson(0, 0)).all()
    assert np.isnan(t_interval(1.0, 1.0, 1)).all()
    assert np.isnan(hedges_g_av(1.0, 0.0, 0.0, 20))
    assert np.isnan(algina_keselman(1.0, 2.0, 2.0, 0.0, 20)).all()


def test_halves_are_rounded_away_from_zero():
    assert rounded([0.5, 1.5, -0.5, -2.5], decimals=0).tolist() == [1.0, 2.0, -1.0, -3.0]
    assert math.copysign(1, rounded(-1e-9)) == 1
