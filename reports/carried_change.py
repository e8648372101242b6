"""What the page on change in detail carries of each released table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.outcomes.baseline_sensitivity import BASELINE_RULES
from pipelines.outcomes.change_methods import CLASSES, METHODS
from pipelines.outcomes.talking_therapies import TALKING_RATES, VERSIONS
from pipelines.vocabulary import ALL, CONDITIONS, REPORTED_ROUTES
from reports import both_ways
from reports.carried import Carried

_CELL = ("clinic_id", "condition", "route")
_SAID = ("evidence", "empty_because")
_ORDERS = {"condition": (ALL, *CONDITIONS), "route": (ALL, *REPORTED_ROUTES)}
_INTERVAL = ("ci_low", "ci_high")
# Over ten clinics or more, what a clustered interval is of.
_CLUSTERED = tuple(f"{name}_clustered_{end}" for name in ("change", "response") for end in _INTERVAL)
LEVELS = ("course", "session")


def _with(name: str) -> tuple[str, ...]:
    return (f"{name}_n", f"{name}_pct", *(f"{name}_{end}" for end in _INTERVAL))


CHANGE_TABLES: Mapping[str, Carried] = MappingProxyType(
    {
        "individual_change": Carried(
            (*_CELL, "scale", "timepoint", "method", "threshold_said", "inputs_said", "source_said", *_SAID),
            (
                *("n", *both_ways.COLUMNS, *(part for name in CLASSES for part in _with(name))),
                *("could_not_improve_n", "could_not_worsen_n"),
            ),
            ("n",),
            _ORDERS | {"method": tuple(METHODS)},
        ),
        "talking_therapies": Carried(
            (*_CELL, "version", "measures_said", "source_said", *_SAID),
            (
                *("n_started", "n_one_session", "n_too_few_scores", "n_finished", "n_not_at_caseness", "n_at_caseness"),
                *(part for rate in TALKING_RATES for part in _with(rate)),
            ),
            ("n_started", "n_one_session", "n_too_few_scores", "n_finished", "n_not_at_caseness", "n_at_caseness"),
            _ORDERS | {"version": tuple(VERSIONS)},
        ),
        "baseline_sensitivity": Carried(
            (*_CELL, "scale", "timepoint", "baseline_rule", *_SAID),
            (
                *("n_analysed", "n_with_several", "several_n", "baseline_mean", "baseline_sd", "change_mean"),
                *("change_ci_low", "change_ci_high", "difference_from_default", "effect_size"),
                *("response_of_n", *_with("response")),
            ),
            ("n_analysed", "n_with_several"),
            _ORDERS | {"baseline_rule": BASELINE_RULES},
        ),
        "route_attribution": Carried(
            (*_CELL, "scale", "level", *_SAID),
            (
                *("patients_n", "n_pairs", "several_routes_pct", "change_mean", "change_sd"),
                *("change_ci_low", "change_ci_high", "median_days"),
            ),
            ("patients_n", "n_pairs", "several_routes_pct"),
            _ORDERS | {"level": LEVELS},
        ),
        "outcome_checks": Carried(
            (*_CELL, "scale", "timepoint", "regression_basis", "clustering", *_SAID),
            (
                *("n_baseline", "n_analysed", "n_lost", "analysed_baseline_mean", "lost_baseline_mean"),
                *("baseline_difference", "baseline_difference_ci_low", "baseline_difference_ci_high"),
                *("change_mean", "expected_regression", "screening_n", "screening_change_mean", "clinics_n"),
                *("response_of_n", "response_n", "response_others_of_n", "response_others_n"),
                *("response_difference_pct", "response_difference_ci_low", "response_difference_ci_high"),
                *_CLUSTERED,
                *("change_more_n", "response_more_n", "followups_open_n"),
            ),
            ("n_baseline", "n_analysed", "n_lost", "clinics_n", "followups_open_n"),
            _ORDERS,
            reads=dict.fromkeys(
                ("response_difference_pct", "response_difference_ci_low", "response_difference_ci_high"), "mean"
            ),
        ),
    }
)
