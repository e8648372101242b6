"""What each output table may show: which figures stand or fall with which denominator.

One `TablePolicy` per table of a release; a table without one is refused. How they are applied: `policy.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pipelines.outcomes.benchmarks import BENCHMARK_COLUMNS, BENCHMARK_KEY
from pipelines.outcomes.contrasts import BALANCE_COLUMNS, BALANCE_KEY, CONTRASTS, contrast_columns, contrast_key
from pipelines.outcomes.session_tables import (
    PATHWAY_COLUMNS,
    PATHWAY_KEY,
    PROFILE_COLUMNS,
    PROFILE_KEY,
    SAFETY_COLUMNS,
    SAFETY_KEY,
    VITALS_COLUMNS,
    VITALS_KEY,
)
from pipelines.outcomes.tables import (
    BOUNDED_RATES,
    DENOMINATOR_COLUMNS,
    DENOMINATOR_KEY,
    MOMENTS,
    OUTCOME_COLUMNS,
    OUTCOME_KEY,
    RATES,
    REFERENCE_COLUMNS,
    REFERENCE_KEY,
    TRAJECTORY_COLUMNS,
    TRAJECTORY_KEY,
)

NOT_DEFINED, NO_DATA = "not_defined", "no_data"

Kind = Literal["rate", "moment"]


@dataclass(frozen=True)
class Statistic:
    """Columns that stand or fall with one denominator.

    columns: the statistic and its interval; numerators: counts that are withheld with it; kind: a `moment` (mean, SD,
    effect size) needs `smallest_group_moments_n` in the denominator, a `rate` `smallest_group_n`.
    """

    denominator: str
    columns: tuple[str, ...] = ()
    numerators: tuple[str, ...] = ()
    kind: Kind = "rate"


@dataclass(frozen=True)
class TablePolicy:
    """What one table holds. `figures` are its numbers in order; `guard` is the count that empties a whole row.

    The order of `statistics` matters: a count withheld by one is, as the denominator of a later one, small too; and
    why a column is empty is told by the last statistic that lists it. `remaining` is the reason of any other empty
    figure. `analysed` is the count that the evidence rests on.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    figures: tuple[str, ...]
    statistics: tuple[Statistic, ...] = ()
    guard: str | None = None
    remaining: str = NOT_DEFINED
    analysed: str = "n_analysed"


# n_any_followup goes with n_analysed: at the timepoint `last` they are the same number.
_LADDER_STATISTICS = (
    Statistic("n_due", ("followup_pct",), ("n_any_followup", "n_analysed")),
    # followup_pct of n_due would give a withheld n_analysed back.
    Statistic("n_baseline", ("paired_pct",), ("n_any_followup", "n_analysed", "followup_pct")),
)


def _rate_statistics() -> tuple[Statistic, ...]:
    """Rates in three turns: over n_analysed, of which every denominator is a part; over their own; among cases."""
    bounds = {rate: (f"{rate}_pct_worst", f"{rate}_pct_best") for rate in BOUNDED_RATES}
    headline = {rate: (f"{rate}_pct", f"{rate}_ci_low", f"{rate}_ci_high") for rate in RATES}
    cases = tuple(f"{rate}_case_{part}" for rate in BOUNDED_RATES for part in ("of_n", "n"))
    recovery = ("reliable_recovery_of_n", "reliable_recovery_n")
    return (
        Statistic(
            "n_analysed",
            # The bounds would give the numerator back.
            (*(column for rate in RATES for column in (*headline[rate], *bounds.get(rate, ()))),),
            (*(f"{rate}_{part}" for rate in RATES for part in ("of_n", "n")), *cases, "n_case_baseline"),
        ),
        *(Statistic(f"{rate}_of_n", (*headline[rate], *bounds.get(rate, ())), (f"{rate}_n",)) for rate in RATES),
        *(Statistic(f"{rate}_bounds_of_n", bounds[rate], (f"{rate}_n",)) for rate in BOUNDED_RATES),
        Statistic("n_case_baseline", numerators=(*cases, *recovery)),
        Statistic("reliable_recovery_of_n", headline["reliable_recovery"], ("reliable_recovery_n",)),
        *(Statistic(f"{rate}_case_of_n", (f"{rate}_case_pct",), (f"{rate}_case_n",)) for rate in BOUNDED_RATES),
    )


def _figures(columns: tuple[str, ...], *others: tuple[str, ...]) -> tuple[str, ...]:
    words = {column for other in others for column in other} | {"definition", "due_basis", "evidence"}
    return tuple(column for column in columns if column not in words)


def _outcomes(key: tuple[str, ...], columns: tuple[str, ...]) -> TablePolicy:
    """A table of outcomes, by route or by another group in its place."""
    return TablePolicy(
        key=key,
        columns=columns,
        figures=_figures(columns, key, ("adjusted",)),
        statistics=(*_LADDER_STATISTICS, *_rate_statistics(), Statistic("n_analysed", MOMENTS, kind="moment")),
        guard="n_started",
    )


# Words and published figures: no patient is in them.
_LIMIT_WORDS = ("unit", "limit_op", "limit_value", "limit_source", "limit_mark")
_PUBLISHED_WORDS = ("unit", *(f"published_{part}" for part in ("low", "high", "words", "citation", "mark")))
_STUDY_WORDS = tuple(
    column for column in BENCHMARK_COLUMNS if column not in ("timepoint", "network_value", "n_analysed", "n_started")
)
_INTERVAL = ("ci_low", "ci_high")


def _with(name: str) -> tuple[str, ...]:
    """A percentage and its interval."""
    return (f"{name}_pct", *(f"{name}_{end}" for end in _INTERVAL))


_QUALITY_KEY = ("clinic_id", "rule", "table", "column")
_QUALITY_FIGURES = ("failed_n", "evaluated_n", "failed_pct", "threshold")

_DELAYS = ("minutes", "delay_days", "delay_minutes")
POLICIES: Mapping[str, TablePolicy] = MappingProxyType(
    {
        **dict.fromkeys(("outcomes_by_route_condition", "retreatment"), _outcomes(OUTCOME_KEY, OUTCOME_COLUMNS)),
        **{table: _outcomes(contrast_key(table), contrast_columns(table)) for table in CONTRASTS},
        "presence_balance": TablePolicy(
            key=BALANCE_KEY,
            columns=BALANCE_COLUMNS,
            figures=_figures(BALANCE_COLUMNS, BALANCE_KEY),
            statistics=(
                Statistic("n", ("pct",), ("with_n",)),
                Statistic("others_n", ("others_pct",), ("others_with_n",)),
                Statistic("n", ("mean", "sd", "standardised_difference"), kind="moment"),
                Statistic("others_n", ("others_mean", "others_sd", "standardised_difference"), kind="moment"),
            ),
            guard="n_started",
        ),
        "safety_by_route": TablePolicy(
            key=SAFETY_KEY,
            columns=SAFETY_COLUMNS,
            figures=_figures(SAFETY_COLUMNS, SAFETY_KEY),
            statistics=(
                Statistic(
                    "patients_n",
                    (
                        "rate_per_100",
                        "rate_per_100_with_table",
                        *_INTERVAL,
                        "clustered_ci_low",
                        "clustered_ci_high",
                        *_with("patients_with_event"),
                    ),
                    ("events_n", "patients_with_event_n"),
                ),
            ),
            guard="patients_treated_n",
            analysed="patients_n",
        ),
        "vitals_by_route": TablePolicy(
            key=VITALS_KEY,
            columns=VITALS_COLUMNS,
            figures=_figures(VITALS_COLUMNS, VITALS_KEY, _LIMIT_WORDS),
            statistics=(
                Statistic("patients_n", ("mean", "sd", "median", "p10", "p90"), kind="moment"),
                Statistic("patients_n", ("beyond_pct", *_with("patients_beyond")), ("beyond_n", "patients_beyond_n")),
            ),
            guard="patients_treated_n",
            analysed="patients_n",
        ),
        "route_profile": TablePolicy(
            key=PROFILE_KEY,
            columns=PROFILE_COLUMNS,
            figures=_figures(PROFILE_COLUMNS, PROFILE_KEY, _PUBLISHED_WORDS),
            statistics=(
                Statistic("patients_n", ("median", "p10", "p25", "p75", "p90"), kind="moment"),
                Statistic("patients_n", ("pct", "ci_low", "ci_high"), ("with_n",)),
            ),
            guard="patients_treated_n",
            analysed="patients_n",
        ),
        "care_pathway": TablePolicy(
            key=PATHWAY_KEY,
            columns=PATHWAY_COLUMNS,
            figures=_figures(PATHWAY_COLUMNS, PATHWAY_KEY, ("unit",)),
            statistics=(
                # Minutes and delays are known of those in whom the step was done: their number would tell done_n.
                Statistic(
                    "patients_n", ("done_pct", *_INTERVAL), ("done_n", *(f"{name}_patients_n" for name in _DELAYS))
                ),
                *(Statistic(f"{name}_patients_n", (f"median_{name}",), kind="moment") for name in _DELAYS),
            ),
            guard="patients_treated_n",
            analysed="patients_n",
        ),
        "benchmarks": TablePolicy(
            key=BENCHMARK_KEY,
            columns=BENCHMARK_COLUMNS,
            figures=("network_value", "n_analysed", "n_started"),
            statistics=(
                Statistic("n_started", ("network_value",), ("n_analysed", "n_started")),
                Statistic("n_analysed", ("network_value",), kind="moment"),
            ),
        ),
        "denominators": TablePolicy(
            key=DENOMINATOR_KEY,
            columns=DENOMINATOR_COLUMNS,
            figures=_figures(DENOMINATOR_COLUMNS, DENOMINATOR_KEY),
            statistics=_LADDER_STATISTICS,
            guard="n_started",
        ),
        "score_trajectories": TablePolicy(
            key=TRAJECTORY_KEY,
            columns=TRAJECTORY_COLUMNS,
            figures=_figures(TRAJECTORY_COLUMNS, TRAJECTORY_KEY),
            statistics=(
                Statistic("n", ("mean", "ci_low", "ci_high"), kind="moment"),
                Statistic("n_stopped", ("baseline_mean_of_stopped",), kind="moment"),
            ),
            guard="n_started",
        ),
        # Research samples that lie open: nothing is withheld.
        "reference_changes": TablePolicy(
            key=REFERENCE_KEY, columns=REFERENCE_COLUMNS, figures=_figures(REFERENCE_COLUMNS, REFERENCE_KEY)
        ),
        # Counts of rows and rules, not of patients.
        "data_quality": TablePolicy(
            key=_QUALITY_KEY,
            columns=(*_QUALITY_KEY, "status", *_QUALITY_FIGURES, "effect"),
            figures=_QUALITY_FIGURES,
            remaining=NO_DATA,
        ),
    }
)
