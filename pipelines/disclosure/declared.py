"""What each output table may show: which figures stand or fall with which denominator.

One `TablePolicy` per table of a release; a table without one is refused. How they are applied: `policy.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.disclosure.table_policy import NO_DATA, Statistic, TablePolicy
from pipelines.outcomes.baseline_sensitivity import (
    DEFAULT_RULE,
    SENSITIVITY_COLUMNS,
    SENSITIVITY_KEY,
    SENSITIVITY_RATES,
)
from pipelines.outcomes.benchmarks import BENCHMARK_COLUMNS, BENCHMARK_KEY
from pipelines.outcomes.change_methods import CLASSES, METHOD_WORDS
from pipelines.outcomes.contrasts import BALANCE_COLUMNS, BALANCE_KEY, CONTRASTS, contrast_columns, contrast_key
from pipelines.outcomes.individual_change import (
    CHANGE_CASES,
    CHANGE_COLUMNS,
    CHANGE_KEY,
    COULD_NOT,
    REFERENCE_CHANGE_COLUMNS,
    REFERENCE_CHANGE_KEY,
)
from pipelines.outcomes.outcome_checks import CHECKS_COLUMNS, CHECKS_KEY, COMPARED_RATES
from pipelines.outcomes.route_attribution import ATTRIBUTION_COLUMNS, ATTRIBUTION_KEY
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
from pipelines.outcomes.talking_therapies import (
    TALKING_COLUMNS,
    TALKING_KEY,
    TALKING_LADDER,
    TALKING_RATES,
    TALKING_WORDS,
)
from pipelines.outcomes.worsening_watch import PARTS, STATISTICS, WATCH_COLUMNS, WATCH_KEY

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


def _watch_statistics() -> tuple[Statistic, ...]:
    """All of what is known later falls with patients_n: their counts differ by unanswered_n alone.

    What is new at the last answer is part of what is positive at any: a small group of either withholds all of them.
    """
    shown = {name: tuple(f"{name}_{part}" for part in PARTS[2:]) for name in STATISTICS}
    later = tuple(name for name in STATISTICS if name != "at_baseline")
    numerators = tuple(f"{name}_n" for name in later)
    percentages = tuple(column for name in later for column in shown[name])
    return (
        Statistic("patients_n", percentages, (*numerators, *(f"{name}_of_n" for name in later), "unanswered_n")),
        # Who is positive at baseline is not at risk of being so newly.
        Statistic("at_baseline_of_n", shown["at_baseline"], ("at_baseline_n", "new_of_n", "new_n", *shown["new"])),
        *(Statistic(f"{name}_of_n", (), (*numerators, *percentages)) for name in later),
        *(Statistic(f"{name}_of_n", shown[name], (f"{name}_n",)) for name in later),
    )


def _sensitivity_statistics() -> tuple[Statistic, ...]:
    """A rule differs from the contract's by those of n_with_several alone: a few of them would show their scores."""
    moments = (*MOMENTS, "difference_from_default")
    numerators = tuple(f"{rate}_n" for rate in SENSITIVITY_RATES)
    rates = tuple(column for rate in SENSITIVITY_RATES for column in _with(rate))
    of_n = tuple(f"{rate}_of_n" for rate in SENSITIVITY_RATES)
    return (
        Statistic("n_with_several", moments, (*numerators, *rates), "moment", ("baseline_rule", DEFAULT_RULE)),
        *(Statistic(denominator, (), ("n_analysed",)) for denominator in ("n_due", "n_baseline")),
        Statistic("n_analysed", rates, ("n_with_several", *numerators, *of_n)),
        *(Statistic(f"{rate}_of_n", _with(rate), (f"{rate}_n",)) for rate in SENSITIVITY_RATES),
        Statistic("n_analysed", moments, kind="moment"),
    )


def _difference(rate: str) -> tuple[str, ...]:
    """A rate against that of the other routes."""
    return tuple(f"{rate}_difference_{part}" for part in ("pct", *_INTERVAL))


def _check_statistics() -> tuple[Statistic, ...]:
    """What stands or falls together in `outcome_checks`.

    The others are all routes minus the row's own: what is withheld of the row is withheld of them too, and a few others
    show no figure, not even a count. That holds within a row; the row of all routes minus this one gives the others,
    and everyone's baseline minus that of the analysed gives the lost: arithmetic between rows, see policy.py.
    """
    told_back = ("n_analysed", "n_lost", "followups_open_n")
    response = ("response_more_n", "response_clustered_ci_low", "response_clustered_ci_high")
    differences = tuple(column for rate in COMPARED_RATES for column in _difference(rate))
    others = tuple(f"{rate}_others_{part}" for rate in COMPARED_RATES for part in ("of_n", "n"))
    own = tuple(f"{rate}_{part}" for rate in COMPARED_RATES for part in ("of_n", "n"))
    lost = ("lost_baseline_mean", "lost_baseline_sd")
    compared = tuple(f"baseline_{part}" for part in ("difference", *(f"difference_{end}" for end in _INTERVAL)))
    compared += ("baseline_standardised_difference",)
    moments = ("analysed_baseline_mean", "analysed_baseline_sd", "change_mean", "change_more_n")
    clustered = ("change_clustered_ci_low", "change_clustered_ci_high")
    return (
        Statistic("n_due", (), told_back),
        Statistic("n_baseline", (), told_back),
        Statistic("n_analysed", (*differences, *response), (*own, *others, "screening_n", "clinics_n")),
        Statistic("others_started_n", differences, ("others_started_n", *others)),
        *(
            Statistic(f"{rate}_of_n", (*_difference(rate), *more), (f"{rate}_n", f"{rate}_others_n"))
            for rate, more in (("response", response), ("remission", ()))
        ),
        *(Statistic(f"{rate}_others_of_n", _difference(rate), (f"{rate}_others_n",)) for rate in COMPARED_RATES),
        Statistic("n_analysed", (*compared, *moments, *clustered), kind="moment"),
        Statistic("n_lost", (*lost, *compared), kind="moment"),
        Statistic("screening_n", ("screening_change_mean",), kind="moment"),
    )


def _change_statistics() -> tuple[Statistic, ...]:
    """The classes of a method add up to n, n_analysed; by `combined` only cases can recover, only others be harmed."""
    counts = (*CHANGE_CASES, *(f"{name}_n" for name in CLASSES), *COULD_NOT)
    better, worse = (
        tuple(f"{name}_{part}" for name in names for part in PARTS[1:])
        for names in (("recovered", "improved"), ("harmed", "deteriorated"))
    )
    return (
        *(Statistic(denominator, (), ("n_analysed", "n", *counts)) for denominator in ("n_due", "n_baseline")),
        Statistic("n_analysed", (), ("n", *counts)),
        Statistic("n", tuple(column for name in CLASSES for column in _with(name)), counts),
        Statistic("n_case_baseline", (), better),
        Statistic("n_not_case_baseline", (), worse),
    )


def _talking_statistics() -> tuple[Statistic, ...]:
    """Who is at caseness is part of who finished, and who finished of who has a baseline on both measures."""
    at_caseness = tuple(rate for rate, denominator in TALKING_RATES.items() if denominator == "n_at_caseness")
    rates = tuple(column for rate in TALKING_RATES for column in _with(rate))
    finished = (*(f"{rate}_n" for rate in TALKING_RATES), *TALKING_LADDER[TALKING_LADDER.index("n_finished") + 1 :])
    return (
        Statistic("n_baseline", (), ("n_too_few_scores", "n_finished")),
        Statistic("n_finished", rates, finished),
        Statistic(
            "n_at_caseness",
            tuple(column for rate in at_caseness for column in _with(rate)),
            tuple(f"{rate}_n" for rate in at_caseness),
        ),
    )


_QUALITY_KEY = ("clinic_id", "rule", "table", "column")
_QUALITY_FIGURES = ("failed_n", "evaluated_n", "failed_pct", "threshold")

_DELAYS = ("minutes", "delay_days", "delay_minutes")
POLICIES: Mapping[str, TablePolicy] = MappingProxyType(
    {
        **dict.fromkeys(("outcomes_by_route_condition", "retreatment"), _outcomes(OUTCOME_KEY, OUTCOME_COLUMNS)),
        **{table: _outcomes(contrast_key(table), contrast_columns(table)) for table in CONTRASTS},
        "baseline_sensitivity": TablePolicy(
            key=SENSITIVITY_KEY,
            columns=SENSITIVITY_COLUMNS,
            figures=_figures(SENSITIVITY_COLUMNS, SENSITIVITY_KEY),
            statistics=_sensitivity_statistics(),
            guard="n_started",
        ),
        "route_attribution": TablePolicy(
            key=ATTRIBUTION_KEY,
            columns=ATTRIBUTION_COLUMNS,
            figures=_figures(ATTRIBUTION_COLUMNS, ATTRIBUTION_KEY, ("adjusted",)),
            statistics=(
                Statistic("patients_treated_n", ("several_routes_pct",), ("several_routes_n",)),
                Statistic("n_baseline", (), ("patients_n", "n_pairs")),
                Statistic(
                    "patients_n",
                    ("change_mean", "change_sd", "change_ci_low", "change_ci_high", "median_days"),
                    ("n_pairs",),
                    kind="moment",
                ),
            ),
            guard="patients_treated_n",
            analysed="patients_n",
        ),
        "outcome_checks": TablePolicy(
            key=CHECKS_KEY,
            columns=CHECKS_COLUMNS,
            figures=_figures(CHECKS_COLUMNS, CHECKS_KEY, ("regression_basis", "clustering")),
            statistics=_check_statistics(),
            guard="n_started",
        ),
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
        "worsening_watch": TablePolicy(
            key=WATCH_KEY,
            columns=WATCH_COLUMNS,
            figures=_figures(WATCH_COLUMNS, WATCH_KEY, ("kind",)),
            statistics=_watch_statistics(),
            guard="n_started",
            analysed="new_of_n",
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
        "individual_change": TablePolicy(
            key=CHANGE_KEY,
            columns=CHANGE_COLUMNS,
            figures=_figures(CHANGE_COLUMNS, CHANGE_KEY, METHOD_WORDS),
            statistics=_change_statistics(),
            guard="n_started",
        ),
        "talking_therapies": TablePolicy(
            key=TALKING_KEY,
            columns=TALKING_COLUMNS,
            figures=_figures(TALKING_COLUMNS, TALKING_KEY, TALKING_WORDS),
            statistics=_talking_statistics(),
            guard="n_started",
            analysed="n_finished",
        ),
        # Research samples that lie open: nothing is withheld.
        "reference_individual_change": TablePolicy(
            key=REFERENCE_CHANGE_KEY,
            columns=REFERENCE_CHANGE_COLUMNS,
            figures=_figures(REFERENCE_CHANGE_COLUMNS, REFERENCE_CHANGE_KEY, METHOD_WORDS),
        ),
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
