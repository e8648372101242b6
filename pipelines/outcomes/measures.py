"""The measures of a session that tables show: unit, and the limit that a source gives.

Limits: clinical.md section 4 and clinical_facts.yaml `session_rules.vitals`, `scales.CADSS`. `†` marks a limit
for which no source was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd


@dataclass(frozen=True)
class Measure:
    """One measure. is_share: a yes or no. limit_op, limit_value: readings beyond it are counted (`>` or `<`)."""

    name: str
    unit: str
    is_share: bool = False
    limit_op: str | None = None
    limit_value: float | None = None
    limit_source: str | None = None
    limit_mark: str | None = None


_LABEL = "Spravato label, a general guide (140/90 mmHg)"
_CONVENTION = "common clinic convention (180/110 mmHg); no source"
_VITALS = (
    Measure("sbp_pre", "mmHg", False, ">", 140, _LABEL),
    Measure("sbp_peak", "mmHg", False, ">", 180, _CONVENTION, "†"),
    Measure("sbp_end", "mmHg"),
    Measure("sbp_rise", "mmHg"),
    Measure("dbp_pre", "mmHg", False, ">", 90, _LABEL),
    Measure("dbp_peak", "mmHg", False, ">", 110, _CONVENTION, "†"),
    Measure("dbp_end", "mmHg"),
    Measure("dbp_rise", "mmHg"),
    Measure("spo2_min", "%", False, "<", 92, "proposal of this project; no published limit", "†"),
    Measure("cadss_peak", "points", False, ">", 4, "Spravato label: dissociation = CADSS total over 4"),
    Measure("sedation_peak", "points"),
)
_PROFILE = (
    Measure("onset_minutes", "minutes"),
    Measure("effect_minutes", "minutes"),
    Measure("intensity_0_10", "0 to 10"),
    Measure("dosing_minutes", "minutes"),
    Measure("integration_after_minutes", "minutes"),
    Measure("target_effect_reached", "% of sessions", True),
    Measure("adjusted", "% of sessions", True),
    Measure("adjusted_up", "% of adjusted sessions", True),
    Measure("adjusted_down", "% of adjusted sessions", True),
    Measure("adjusted_both", "% of adjusted sessions", True),
)
VITALS = tuple(measure.name for measure in _VITALS)
PROFILE_MEASURES = tuple(measure.name for measure in _PROFILE)
MEASURES: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in (*_VITALS, *_PROFILE)})


def measure_limits() -> pd.DataFrame:
    """One row per measure: measure, op, value (both empty where no limit is given)."""
    return pd.DataFrame(
        {
            "measure": list(MEASURES),
            "op": pd.Series([measure.limit_op for measure in MEASURES.values()], dtype="str"),
            "value": pd.Series([measure.limit_value for measure in MEASURES.values()], dtype="float64"),
        }
    )
