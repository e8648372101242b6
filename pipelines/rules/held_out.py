"""What the care of a clinic keeps out of the outcome tables, or counts under one heading: informs, never blocks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# In the order of the counts of `held_out`: no_condition, left_truncated, condition_changed.
HELD_OUT_RULES: Mapping[str, str] = MappingProxyType(
    {
        "KAP-W01": "A course without a condition stands in no outcome table.",
        "KAP-W02": "A course begun before the first delivered session stands in no outcome table.",
        "KAP-W03": "A course whose sessions state several conditions counts under the first.",
    }
)
