"""Units a mapping may convert from: unit of the contract column -> unit of the file -> factor.

Pound: 0.45359237 kg exactly (international yard and pound agreement, 1959). Month: 30.4375 days, a Julian year of
365.25 days divided by twelve; a column of whole days is rounded after the conversion.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNITS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "days": {"days": 1.0, "weeks": 7.0, "months": 30.4375},
        "minutes": {"minutes": 1.0, "hours": 60.0, "seconds": 1 / 60},
        "kg": {"kg": 1.0, "lb": 0.45359237, "g": 0.001},
        "mg": {"mg": 1.0, "g": 1000.0, "mcg": 0.001},
        "mg/kg": {"mg/kg": 1.0, "mcg/kg": 0.001},
    }
)
