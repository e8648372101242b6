"""Checks beside each outcome: who was lost, measurement noise, other routes, clinics, how far from a firm answer.

What does not belong here: the outcomes themselves (`tables.py`) and withholding (`pipelines.disclosure`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql
from pipelines.instruments.model import Scale
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import (
    Numbers,
    clustered_mean_interval,
    expected_regression_to_the_mean,
    newcombe_difference,
    pairs_to_halve_a_mean_s_interval,
    people_to_halve_a_share_s_interval,
    ratio,
    standardised_difference,
    welch_interval,
)
from pipelines.outcomes.tables import OUTCOME_KEY
from pipelines.vocabulary import PRIMARY

Column: TypeAlias = NDArray[Any]

COMPARED_RATES = ("response", "remission")
# With few clusters a cluster-robust interval is too narrow (Cameron and Miller 2015, J Hum Resour 50:317); ten as the
# fewest is this project's choice.
ENOUGH_CLINICS = 10

CHECKS_KEY = OUTCOME_KEY
CHECKS_COLUMNS = (
    *CHECKS_KEY,
    "n_started",
    "n_due",
    "n_baseline",
    "n_analysed",
    "n_lost",
    "analysed_baseline_mean",
    "analysed_baseline_sd",
    "lost_baseline_mean",
    "lost_baseline_sd",
    "baseline_difference",
    "baseline_difference_ci_low",
    "baseline_difference_ci_high",
    "baseline_standardised_difference",
    "change_mean",
    "expected_regression",
    "regression_basis",
    "screening_n",
    "screening_change_mean",
    "others_started_n",
    *(
        f"{rate}_{part}"
        for rate in COMPARED_RATES
        for part in (
            *("of_n", "n", "others_of_n", "others_n"),
            *("difference_pct", "difference_ci_low", "difference_ci_high"),
        )
    ),
    "clinics_n",
    "clustering",
    "change_clustered_ci_low",
    "change_clustered_ci_high",
    "response_clustered_ci_low",
    "response_clustered_ci_high",
    "change_more_n",
    "response_more_n",
    "followups_open_n",
    "definition",
    "evidence",
)


def outcome_checks(
    engine: Engine, outcomes: pd.DataFrame, scales: Mapping[str, Scale], limits: Limits = Limits()
) -> pd.DataFrame:
    """One row per row of `outcomes_by_route_condition` (`outcomes`), sorted by key. Needs what it needed in `engine`.

    - lost: patients of n_baseline without a score in the window; `baseline_difference` = analysed minus lost, points,
      Welch's interval.
    - `expected_regression`: points, signed as change_mean: what measurement noise alone would move people who were
      taken on at caseness, from the population's mean and SD that were declared for the scale. Noise only: it leaves
      out natural recovery. `screening_change_mean`: from the score before the baseline to the baseline, where
      screened; `regression_basis` says which of the two there is.
    - `*_difference_pct`: this route minus all other routes of the clinic and condition, Newcombe's interval.
    - `*_clustered_ci_*`: network rows of ten clinics or more: clinics as clusters (`clustered_mean_interval`, t with
      clinics - 1 degrees of freedom; a percentage cut at 0 and 100); `clustering` says why there is none.
    - `*_more_n`: further people with both scores until the interval is half as wide; `followups_open_n` = n_due -
      n_analysed says whether that many are there. Needs `baseline_choices` too (`define_baseline_choices`).
    """
    key = list(CHECKS_KEY)
    counted = engine.frame(load_sql(__file__, "outcome_checks"))
    frame = outcomes.merge(counted, on=key, how="left").merge(_of_all_routes(outcomes), on=_WITHOUT_ROUTE, how="left")
    frame = frame.assign(n_lost=frame["n_baseline"] - frame["n_analysed"])
    frame = frame.assign(
        **_lost(frame), **_regression(frame, scales, limits), **_differences(frame), **_clusters(frame), **_more(frame)
    )
    return finished(frame.sort_values(key, kind="stable"), CHECKS_COLUMNS)


_WITHOUT_ROUTE = [name for name in CHECKS_KEY if name != "route"]


def _of_all_routes(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The counts of each clinic's and condition's row of all routes, each column named `all_<count>`."""
    counts = ["n_started", *(f"{rate}_{part}" for rate in COMPARED_RATES for part in ("of_n", "n"))]
    rows = outcomes[outcomes["route"] == "all"]
    return rows[[*_WITHOUT_ROUTE, *counts]].rename(columns={count: f"all_{count}" for count in counts})


def _number(frame: pd.DataFrame, column: str) -> Numbers:
    return frame[column].to_numpy(dtype=float, na_value=np.nan)


def _lost(frame: pd.DataFrame) -> dict[str, Numbers]:
    """Analysed and lost patients at baseline; empty in rows of `primary`, which mix scales."""
    mixed = (frame["scale"] == PRIMARY).to_numpy()
    names = [f"{group}_baseline_{moment}" for group in ("analysed", "lost") for moment in ("mean", "sd")]
    mean, sd, lost_mean, lost_sd = (np.where(mixed, np.nan, _number(frame, name)) for name in names)
    low, high = welch_interval(mean, sd, _number(frame, "n_analysed"), lost_mean, lost_sd, _number(frame, "n_lost"))
    return dict(zip(names, (mean, sd, lost_mean, lost_sd), strict=True)) | {
        "baseline_difference": mean - lost_mean,
        "baseline_difference_ci_low": low,
        "baseline_difference_ci_high": high,
        "baseline_standardised_difference": standardised_difference(mean, sd, lost_mean, lost_sd),
    }


def _regression(frame: pd.DataFrame, scales: Mapping[str, Scale], limits: Limits) -> dict[str, Column]:
    """Measurement noise: from a declared population, and from a screening score."""
    expected = {scale_id: expected_change_by_noise(scale) for scale_id, scale in scales.items()}
    declared = frame["scale"].map(expected).to_numpy(dtype=float)
    mixed = (frame["scale"] == PRIMARY).to_numpy()
    screened_n = np.where(mixed, np.nan, frame["screening_n"].fillna(0).to_numpy(dtype=float))
    # A word is never withheld: it says nothing of fewer than may be shown.
    basis = np.select(
        [~np.isnan(declared), screened_n >= limits.smallest_group_n], ["declared_population", "screening_score"], ""
    )
    return {
        "expected_regression": declared,
        "regression_basis": basis,
        "screening_n": screened_n,
        "screening_change_mean": np.where(mixed, np.nan, _number(frame, "screening_change_mean")),
    }


def expected_change_by_noise(scale: Scale) -> float:
    """`expected_regression_to_the_mean` of people at caseness on the scale, signed as a change.

    NaN where population mean and SD are not both declared, or the scale has no one cut of caseness or no test-retest
    reliability.
    """
    mean, sd, cut = scale.population_mean, scale.population_sd, scale.caseness
    retest = next((entry.value for entry in scale.reliability if entry.kind == "test_retest"), None)
    if mean is None or sd is None or cut is None or retest is None or scale.direction == "acute_effect":
        return float("nan")
    if cut.applies_to is not None or cut.male is not None or cut.female is not None:
        return float("nan")
    # Where a high score is the better one, people are taken on below the cut and rise: the mirror image.
    sign = -1.0 if scale.direction == "lower_is_better" else 1.0
    return sign * float(expected_regression_to_the_mean(-sign * cut.value, -sign * mean.value, sd.value, retest))


def _differences(frame: pd.DataFrame) -> dict[str, Numbers]:
    """This route against all others of the row's clinic and condition; empty for `all`."""
    is_all = (frame["route"] == "all").to_numpy()

    def others(count: str) -> Numbers:
        return np.where(is_all, np.nan, _number(frame, f"all_{count}") - _number(frame, count))

    found = {"others_started_n": others("n_started")}
    for rate in COMPARED_RATES:
        n, of_n = _number(frame, f"{rate}_n"), _number(frame, f"{rate}_of_n")
        others_n, others_of_n = others(f"{rate}_n"), others(f"{rate}_of_n")
        low, high = newcombe_difference(n, of_n, others_n, others_of_n)
        found |= {
            f"{rate}_others_of_n": others_of_n,
            f"{rate}_others_n": others_n,
            f"{rate}_difference_pct": 100 * (ratio(n, of_n) - ratio(others_n, others_of_n)),
            f"{rate}_difference_ci_low": 100 * low,
            f"{rate}_difference_ci_high": 100 * high,
        }
    return found


def _clusters(frame: pd.DataFrame) -> dict[str, Column]:
    """Intervals that allow for patients of one clinic being alike; network rows of enough clinics only."""
    is_network = (frame["clinic_id"] == "all").to_numpy()
    mixed = (frame["scale"] == PRIMARY).to_numpy()

    def interval(name: str, clinics: Numbers) -> tuple[Numbers, Numbers]:
        shown = is_network & (clinics >= ENOUGH_CLINICS)
        parts = [_number(frame, f"{name}_{part}") for part in ("total_squares", "products", "n_squares")]
        total, n = _number(frame, f"{name}_total"), _number(frame, f"{name}_cluster_n")
        low, high = clustered_mean_interval(total, n, parts[0], parts[1], parts[2], clinics)
        return np.where(shown, low, np.nan), np.where(shown, high, np.nan)

    clinics_n = frame["clinics_n"].fillna(0).to_numpy(dtype=float)
    change_low, change_high = interval("change", np.where(mixed, np.nan, clinics_n))
    response_low, response_high = interval("response", _number(frame, "response_clinics_n"))
    # All or none of everyone: clinics cannot differ, and an interval of no width would claim to know.
    differs = response_high > response_low
    return {
        "clinics_n": clinics_n,
        "clustering": np.select(
            [~is_network, clinics_n < ENOUGH_CLINICS], ["single_clinic", "too_few_clinics"], "robust"
        ),
        "change_clustered_ci_low": change_low,
        "change_clustered_ci_high": change_high,
        "response_clustered_ci_low": np.where(differs, np.maximum(100 * response_low, 0.0), np.nan),
        "response_clustered_ci_high": np.where(differs, np.minimum(100 * response_high, 100.0), np.nan),
    }


def _more(frame: pd.DataFrame) -> dict[str, Numbers]:
    """How many more paired scores halve an interval, and how many of the due ones are open."""
    n = _number(frame, "n_analysed")
    varies = _number(frame, "change_ci_high") > _number(frame, "change_ci_low")
    return {
        "change_more_n": pairs_to_halve_a_mean_s_interval(np.where(varies, n, np.nan)),
        "response_more_n": people_to_halve_a_share_s_interval(
            _number(frame, "response_n"), _number(frame, "response_of_n")
        ),
        "followups_open_n": _number(frame, "n_due") - n,
    }
