"""A clinic's own targets: which released figure each is about, and when it is met.

The names are those of `TargetSettings`. A target is judged by the whole 95 % interval of the clinic's figure, never by
the figure alone: this project's own choice, after the assurance of NHSRplotthedots 0.2.2 (NHS, Making Data Count),
which holds a target against process limits. Clinics are not compared: a figure meets its clinic's own target only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from pipelines.outcomes.estimates import rounded, wilson
from pipelines.outcomes.session_tables import ANY_EVENT, STEPS
from pipelines.vocabulary import ALL, PRIMARY, TIMEPOINTS

Assurance = Literal["met", "not_met", "open"]

_EVERYONE = {"condition": ALL, "route": ALL}


@dataclass(frozen=True)
class Target:
    """What a target in percent is about: `part` of `whole`, two counts in one row of a released table.

    share: the released percentage of the two, which says why there is none. row: the row's key beside clinic_id.
    at_most: the figure shall lie under the target, not above. of_the_measured: the figure speaks for those not measured
    too, so it is silent where its row has not enough evidence; the others say how much was measured.
    """

    table: str
    share: str
    part: str
    whole: str
    row: Mapping[str, str] = field(default_factory=dict)
    at_most: bool = False
    of_the_measured: bool = True


def _outcome(name: str, at_most: bool = False) -> Target:
    return Target("outcomes_by_route_condition", f"{name}_pct", f"{name}_n", f"{name}_of_n", _PRIMARY_ROW, at_most)


def _measured(share: str, whole: str) -> Target:
    return Target("outcomes_by_route_condition", share, "n_analysed", whole, _PRIMARY_ROW, of_the_measured=False)


_PRIMARY_ROW = MappingProxyType({**_EVERYONE, "scale": PRIMARY, "timepoint": TIMEPOINTS[0]})

# The targets in percent, in the order in which a page lists them. delivery_days is judged by receipts instead:
# pipelines/provenance/arrivals.py.
TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        "followup_pct": _measured("followup_pct", "n_due"),
        "paired_pct": _measured("paired_pct", "n_baseline"),
        "response_pct": _outcome("response"),
        "remission_pct": _outcome("remission"),
        "reliable_improvement_pct": _outcome("reliable_improvement"),
        "reliable_recovery_pct": _outcome("reliable_recovery"),
        "reliable_deterioration_pct": _outcome("reliable_deterioration", at_most=True),
        "ae_assessed_pct": Target(
            "safety_by_route",
            "assessed_pct",
            "sessions_assessed_n",
            "sessions_n",
            MappingProxyType({**_EVERYONE, "event": ANY_EVENT}),
            of_the_measured=False,
        ),
        **{
            f"{step}_pct": Target(
                "care_pathway", "done_pct", "done_n", "recorded_n", MappingProxyType({**_EVERYONE, "step": step})
            )
            for step in STEPS
        },
    }
)


def interval_pct(part: float, whole: float) -> tuple[float, float]:
    """The 95 % interval of a percentage (Wilson's score interval), rounded as every statistic is. whole is over 0."""
    low, high = wilson(part, whole)
    return float(rounded(100 * low)), float(rounded(100 * high))


def assurance(target: Target, aim_pct: float, low_pct: float, high_pct: float) -> Assurance:
    """`met` when the whole interval lies on the right side of the aim, `not_met` when on the other; else `open`."""
    if target.at_most:
        met, not_met = high_pct <= aim_pct, low_pct > aim_pct
    else:
        met, not_met = low_pct >= aim_pct, high_pct < aim_pct
    return "met" if met else "not_met" if not_met else "open"
