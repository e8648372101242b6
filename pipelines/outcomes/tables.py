"""The outcome tables before disclosure: exact numbers, every denominator beside its numerator.

What does not belong here: withholding (`pipelines.disclosure.policy`) and who is due, analysed or a responder
(the .sql files beside this one). A cell that is empty here does not exist: it is undefined or has no data.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.care.courses import NO_SESSIONS, choose_eligible
from pipelines.care.windows import Windows
from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql, quoted
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import (
    Numbers,
    algina_keselman,
    hedges_g_av,
    ratio,
    reliable_change_index,
    rounded,
    t_interval,
    wilson,
)
from pipelines.version import DEFINITION_SET
from pipelines.vocabulary import DUE_ORDER, PRIMARY, TIMEPOINTS

LADDER = ("n_started", "n_due", "n_baseline", "n_any_followup", "n_analysed")
MOMENTS = (
    "baseline_mean",
    "baseline_sd",
    "followup_mean",
    "followup_sd",
    "change_mean",
    "change_ci_low",
    "change_ci_high",
    "effect_size",
    "effect_size_ci_low",
    "effect_size_ci_high",
)
RATES = ("response", "remission", "reliable_improvement", "reliable_deterioration", "reliable_recovery")
BOUNDED_RATES = ("response", "remission")

OUTCOME_KEY = ("clinic_id", "condition", "route", "scale", "timepoint")
OUTCOME_COLUMNS = (
    *OUTCOME_KEY,
    *LADDER,
    "n_courses",
    "n_completed_induction",
    "followup_pct",
    "paired_pct",
    *MOMENTS,
    *(f"{rate}_{part}" for rate in RATES for part in ("of_n", "n", "pct", "ci_low", "ci_high")),
    *(
        f"{rate}_{part}"
        for rate in BOUNDED_RATES
        for part in ("bounds_of_n", "pct_worst", "pct_best", "case_of_n", "case_n", "case_pct")
    ),
    "n_case_baseline",
    "definition",
    "due_basis",
    "evidence",
)
DENOMINATOR_KEY = ("clinic_id", "condition", "route", "timepoint")
DENOMINATOR_COLUMNS = (
    *DENOMINATOR_KEY,
    *LADDER,
    "n_courses",
    "n_completed_induction",
    "followup_pct",
    "paired_pct",
    "due_basis",
    "evidence",
)
TRAJECTORY_KEY = ("clinic_id", "condition", "route", "scale", "axis", "position")
TRAJECTORY_COLUMNS = (
    *TRAJECTORY_KEY,
    "n",
    "mean",
    "ci_low",
    "ci_high",
    "n_stopped",
    "baseline_mean_of_stopped",
    "n_started",
)
REFERENCE_KEY = ("sample", "scale", "from_day", "to_day", "group")
REFERENCE_COLUMNS = (
    *REFERENCE_KEY,
    "n",
    "baseline_mean",
    "baseline_sd",
    "followup_mean",
    "followup_sd",
    "change_mean",
    "change_sd",
    "change_ci_low",
    "change_ci_high",
    "n_case_baseline",
    "response_n",
    "remission_n",
    "reliable_improvement_n",
    "reliable_deterioration_n",
    "no_reliable_change_n",
)
RELIABLE_CHANGE_MINIMUM_N = 50
# Places of a course among those of its patient and condition.
FIRST_COURSE, SECOND_COURSE = 1, 2


def outcome_tables(
    engine: Engine, windows: Windows, reliable_change: Mapping[str, float | None], limits: Limits = Limits()
) -> dict[str, pd.DataFrame]:
    """`outcomes_by_route_condition`, `denominators`, `score_trajectories`, `retreatment`; one row per key.

    Needs the tables of `pipelines.care.courses.derive_care`. `reliable_change` gives the frozen threshold in points of
    each scale for which no publication gives one; a scale without either has no reliable change (`not_defined`).
    Percentages are 0 to 100; every statistic is rounded to 6 decimals, half away from zero. `evidence` comes from the
    true counts and `limits`.

    Rows of `primary` mix scales: a patient whose scale does not define a rate is left out of that rate, so each rate
    has its denominator beside it (`*_of_n`; `*_bounds_of_n` for the bounds, `*_case_of_n` for the rate among cases).
    """
    _prepare(engine, reliable_change)
    # The second course first, so that the engine is left with the relations of the first.
    retreatment = _outcomes_at(engine, SECOND_COURSE, limits)
    outcomes = _outcomes_at(engine, FIRST_COURSE, limits)
    trajectories = engine.frame(
        load_sql(__file__, "trajectory_cells"),
        week_slack_days=windows.week_slack_days,
        last_week=windows.last_week,
    )
    return {
        "outcomes_by_route_condition": outcomes,
        "denominators": denominators(outcomes),
        "score_trajectories": _with_trajectory_intervals(trajectories),
        "retreatment": retreatment,
    }


def headline_cells(engine: Engine, reliable_change: Mapping[str, float | None]) -> pd.DataFrame:
    """The rows of `outcomes_by_route_condition` before estimates: counts and moments, all that SQL does for them."""
    _prepare(engine, reliable_change)
    _count_units(engine, FIRST_COURSE)
    return _cells_of_units(engine)


def _prepare(engine: Engine, reliable_change: Mapping[str, float | None]) -> None:
    _define_thresholds(engine, reliable_change)
    engine.define("timepoint_names", timepoint_names())
    engine.materialise("counted_courses", load_sql(__file__, "counted_courses"))


def _outcomes_at(engine: Engine, course_place: int, limits: Limits) -> pd.DataFrame:
    """The outcomes of each patient's course at this place among those of its condition."""
    _count_units(engine, course_place)
    return outcomes_of_units(engine, limits)


def _count_units(engine: Engine, course_place: int) -> None:
    """Make `counted_units` of `counted_courses`: those at this place."""
    engine.view("counted_units", f"SELECT * FROM counted_courses WHERE course_place = {course_place:d}")


def outcomes_of_units(engine: Engine, limits: Limits) -> pd.DataFrame:
    """The rows of `outcomes_by_route_condition` for the relation `counted_units` as it stands; see _cells_of_units."""
    return _with_estimates(_cells_of_units(engine), limits)


def _cells_of_units(engine: Engine) -> pd.DataFrame:
    """Counts and moments for the relation `counted_units` as it stands.

    Leaves `unit_baselines`, `judged_scales`, `analysed_pairs`, `patient_outcomes`, `cell_counts`, `smallest_cells` and
    `cell_outcomes` in the engine.
    """
    engine.materialise("members", load_sql(__file__, "members"))
    engine.view("unit_baselines", load_sql(__file__, "unit_baselines"))
    engine.view("used_scales", load_sql(__file__, "used_scales"))
    judge_pairs(engine, "used_scales", "judged_scales")
    engine.view("due_pairs", load_sql(__file__, "due_pairs"))
    judge_pairs(engine, "due_pairs", "judged_pairs")
    engine.materialise("analysed_pairs", load_sql(__file__, "analysed_pairs"))
    engine.view("patient_outcomes", load_sql(__file__, "patient_outcomes"))
    return _cells_of_members(engine, "counted_units", "unit_baselines")


def outcomes_of_members(engine: Engine, limits: Limits, units: str, members: str) -> pd.DataFrame:
    """The rows of `outcomes_by_route_condition` for a relation of units and one of their baselines.

    Their columns are those of `counted_units` and `unit_baselines`; `route` may hold another group. At the timepoints
    of `timepoint_names`. Leaves `cell_counts` and `cell_outcomes` in the engine.
    """
    return _with_estimates(_cells_of_members(engine, units, members), limits)


def _cells_of_members(engine: Engine, units: str, members: str) -> pd.DataFrame:
    """Counts and moments for a relation of units and one of their baselines."""
    counts = load_sql(__file__, "cell_counts").replace("/* units */", quoted(units))
    engine.materialise("cell_counts", counts)
    for name in ("kinds", "kind_of_member"):
        engine.materialise(name, load_sql(__file__, name).replace("/* members */", quoted(members)))
    engine.materialise("smallest_cells", load_sql(__file__, "smallest_cells"))
    engine.materialise("cell_outcomes", load_sql(__file__, "cell_outcomes"))
    return engine.frame(load_sql(__file__, "outcome_cells"))


def denominators(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The ladder on the primary scale: one row per clinic, condition, route and timepoint."""
    primary = outcomes[outcomes["scale"] == PRIMARY]
    return primary[list(DENOMINATOR_COLUMNS)].reset_index(drop=True)


def reference_changes(engine: Engine, reliable_change: Mapping[str, float | None]) -> pd.DataFrame:
    """One row per sample, scale, from_day, to_day and group; see reference_changes.sql. Open research samples only.

    Reads `scored_reference_scores` and `scale_definitions`. Where to_day = from_day the row is a level: n,
    baseline_mean, baseline_sd and n_case_baseline of all with a score that day; the rest is empty.
    """
    _define_thresholds(engine, reliable_change)
    choose_eligible(engine, "scored_reference_scores", "eligible_reference_scores", NO_SESSIONS)
    engine.materialise("reference_pairs", load_sql(__file__, "reference_pairs"))
    judge_pairs(engine, "reference_pairs", "judged_reference_pairs")
    frame = engine.frame(load_sql(__file__, "reference_changes"))
    frame["change_ci_low"], frame["change_ci_high"] = t_interval(frame["change_mean"], frame["change_sd"], frame["n"])
    return finished(frame, REFERENCE_COLUMNS)


def reliable_change_candidates(engine: Engine) -> pd.DataFrame:
    """Scales whose reliable change threshold can be computed: scale, n, sd, alpha, rci, value (points).

    For scales without a published threshold, with Cronbach's alpha and at least 50 first-course baselines in the
    network: RCI = 1.96 SD sqrt(2) sqrt(1 - alpha) (Jacobson and Truax 1991; clinical.md 1.5); value = the smallest
    legal change strictly greater. The caller freezes the rows as a ledger event and hands `value` back. Needs the
    tables of `derive_care`.
    """
    engine.materialise("counted_courses", load_sql(__file__, "counted_courses"))
    _count_units(engine, FIRST_COURSE)
    frame = engine.frame(load_sql(__file__, "reliable_change_candidates"), minimum_n=RELIABLE_CHANGE_MINIMUM_N)
    frame["sd"] = rounded(frame["sd"])
    frame["rci"] = rounded(reliable_change_index(frame["sd"], frame["alpha"]))
    frame["value"] = rounded((np.floor(rounded(frame["rci"] / frame["step"])) + 1) * frame["step"])
    return frame[["scale", "n", "sd", "alpha", "rci", "value"]]


def _define_thresholds(engine: Engine, reliable_change: Mapping[str, float | None]) -> None:
    given = {scale: value for scale, value in sorted(reliable_change.items()) if value is not None}
    engine.define(
        "frozen_reliable_change",
        pd.DataFrame(
            {
                "scale": pd.Series(list(given), dtype="str"),
                "value": pd.Series(list(given.values()), dtype="float64"),
            }
        ),
    )


def judge_pairs(engine: Engine, pairs: str, into: str) -> None:
    """Make view `into` of a relation of pairs: its rows with their classes (judged_pairs.sql)."""
    engine.view(into, load_sql(__file__, "judged_pairs").replace("/* pairs */", quoted(pairs)))


def timepoint_names(names: tuple[str, ...] = TIMEPOINTS) -> pd.DataFrame:
    """timepoint, due_rank: due where due_rank <= the rank of followed_through; `last` is due for everyone."""
    return pd.DataFrame(
        [(name, DUE_ORDER.index(name) if name in DUE_ORDER else 0) for name in names],
        columns=["timepoint", "due_rank"],
    )


def _with_estimates(cells: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Percentages, intervals, effect sizes and evidence beside the counts and moments of `outcome_cells`."""
    frame = cells.copy()
    counts = ["n_baseline", "n_any_followup", "n_analysed"]
    frame[counts] = frame[counts].fillna(0)
    pct: dict[str, Numbers] = {
        "followup_pct": 100 * ratio(frame["n_analysed"], frame["n_due"]),
        "paired_pct": 100 * ratio(frame["n_analysed"], frame["n_baseline"]),
    }
    for rate in RATES:
        defined = _defined(frame, rate)
        of_n, n = _counts(frame, f"{rate}_of_n", defined), _counts(frame, f"{rate}_n", defined)
        low, high = wilson(n, of_n)
        pct |= {
            f"{rate}_of_n": of_n,
            f"{rate}_n": n,
            f"{rate}_pct": 100 * ratio(n, of_n),
            f"{rate}_ci_low": 100 * low,
            f"{rate}_ci_high": 100 * high,
        }
        if rate in BOUNDED_RATES:
            bounds_of_n = _counts(frame, f"{rate}_bounds_of_n", defined)
            case_defined = _is_true_or_unknown(frame[f"{rate}_case_defined"])
            case_of_n = _counts(frame, f"{rate}_case_of_n", case_defined)
            case_n = _counts(frame, f"{rate}_case_n", case_defined)
            pct |= {
                f"{rate}_bounds_of_n": bounds_of_n,
                f"{rate}_pct_worst": 100 * ratio(n, bounds_of_n),
                f"{rate}_pct_best": 100 * ratio(n + bounds_of_n - of_n, bounds_of_n),
                f"{rate}_case_of_n": case_of_n,
                f"{rate}_case_n": case_n,
                f"{rate}_case_pct": 100 * ratio(case_n, case_of_n),
            }
    pct["n_case_baseline"] = _counts(frame, "n_case_baseline", _is_true_or_unknown(frame["caseness_defined"]))
    frame = frame.assign(**moments(frame), **pct, definition=DEFINITION_SET)
    frame["evidence"] = evidence(frame, limits)
    return finished(frame, OUTCOME_COLUMNS)


def moments(frame: pd.DataFrame) -> dict[str, Numbers]:
    """The columns of MOMENTS; all empty in rows of `primary`, which mix scales."""
    mixed = (frame["scale"] == PRIMARY).to_numpy()
    n = np.where(mixed, np.nan, frame["n_analysed"].to_numpy(dtype=float))
    better = frame["direction"].map({"lower_is_better": -1.0, "higher_is_better": 1.0}).to_numpy(dtype=float)
    mean = {
        name: np.where(mixed, np.nan, frame[name].to_numpy(dtype=float))
        for name in ("baseline_mean", "baseline_sd", "followup_mean", "followup_sd", "change_mean", "change_sd")
    }
    improvement = better * mean["change_mean"]
    change_low, change_high = t_interval(mean["change_mean"], mean["change_sd"], n)
    sds = (mean["baseline_sd"], mean["followup_sd"])
    effect_low, effect_high = algina_keselman(improvement, *sds, mean.pop("change_sd"), n)
    return mean | {
        "change_ci_low": change_low,
        "change_ci_high": change_high,
        "effect_size": hedges_g_av(improvement, *sds, n),
        "effect_size_ci_low": effect_low,
        "effect_size_ci_high": effect_high,
    }


def evidence(frame: pd.DataFrame, limits: Limits = Limits()) -> NDArray[np.str_]:
    """`withheld`, `not_enough`, `imprecise` or `reportable`, the first that holds, from the true counts (section 4)."""
    started, analysed = frame["n_started"], frame["n_analysed"]
    paired = rounded(100 * ratio(analysed, frame["n_baseline"]))
    return np.select(
        [
            started.between(1, limits.smallest_group_n - 1) | analysed.between(1, limits.smallest_group_n - 1),
            (analysed < limits.enough_n) | (paired < limits.enough_paired_pct),
            (analysed < limits.precise_n) | (paired < limits.precise_paired_pct),
        ],
        ["withheld", "not_enough", "imprecise"],
        "reportable",
    )


def _with_trajectory_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    low, high = t_interval(frame["mean"], frame["sd"], frame["n"])
    return finished(frame.assign(ci_low=low, ci_high=high), TRAJECTORY_COLUMNS)


def _defined(frame: pd.DataFrame, rate: str) -> NDArray[np.bool_]:
    """Whether a patient of the row has a scale that defines the rate; a row without patients lacks data, not rules."""
    column = {"reliable_improvement": "reliable", "reliable_deterioration": "reliable", "reliable_recovery": "recovery"}
    return _is_true_or_unknown(frame[f"{column.get(rate, rate)}_defined"])


def _is_true_or_unknown(flags: pd.Series) -> NDArray[np.bool_]:
    return flags.isna().to_numpy() | flags.eq(True).to_numpy(dtype=bool, na_value=False)


def _counts(frame: pd.DataFrame, column: str, defined: NDArray[np.bool_]) -> Numbers:
    return np.where(defined, frame[column].fillna(0).to_numpy(dtype=float), np.nan)
