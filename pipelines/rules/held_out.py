"""What the care of a clinic keeps out of the outcome tables, or counts under one heading: informs, never blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class HeldOut:
    """What becomes of such a course, the usual cause, and what to do."""

    sentence: str
    cause: str
    remedy: str


# In the order of the counts of `held_out`: no_condition, left_truncated, condition_changed.
HELD_OUT_RULES: Mapping[str, HeldOut] = MappingProxyType(
    {
        "KAP-W01": HeldOut(
            "A course without a condition stands in no outcome table.",
            "neither a session nor a row of courses.csv states the condition",
            "state it in the sessions or in courses.csv and deliver the rows again",
        ),
        "KAP-W02": HeldOut(
            "A course begun before the first delivered session stands in no outcome table.",
            "an export that begins in the middle of care, so that no session of day 0 is in it",
            "deliver the earlier sessions too; where there is no record of them, nothing",
        ),
        "KAP-W03": HeldOut(
            "A course whose sessions state several conditions counts under the first.",
            "the condition changed under way, or was recorded in two ways",
            "nothing where it changed; else correct the sessions and deliver them again",
        ),
    }
)
