"""Released tables of the worsening watch and of the page on change, from a plain formula. No figure is an oracle.

The product's own disclosure decides what of them is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.policy import release
from pipelines.disclosure.released import ReleasedTable
from pipelines.outcomes.columns import is_count
from pipelines.vocabulary import PRIMARY_SCALES, TIMEPOINTS

MEASURES = {
    "deterioration_end_of_induction": "deterioration",
    "phq9_item_9": "safety_item",
    "serious_adverse_event": "event",
    "stopped_no_benefit": "stopped",
}
# Of each table, the keys beside clinic, condition and route.
KEYS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "worsening_watch": {"measure": list(MEASURES)},
    "individual_change": {"scale": (), "timepoint": TIMEPOINTS, "method": ("default", "jt", "cutoff_c", "combined")},
    "talking_therapies": {"version": ("with_other_measure_clause", "without_other_measure_clause")},
    "baseline_sensitivity": {"scale": (), "timepoint": TIMEPOINTS, "baseline_rule": ("last_before", "highest")},
    "route_attribution": {"scale": (), "level": ("course", "session")},
    "outcome_checks": {"scale": (), "timepoint": TIMEPOINTS},
}
WORDS = {
    "threshold_unit": "points",
    "sd_source": "first-course baselines of the network",
    "reliability_kind": "cronbach_alpha",
    "reliability_population": None,
    "source": "Jacobson and Truax 1991",
    "mark": "‡",
    "definition": "kap-outcomes@1",
    "depression_measure": "phq9",
    "anxiety_measure": "gad7",
    "measure_thresholds": "phq9 >= 10, 6; gad7 >= 8, 4",
    "measure_sources": "phq9: Kroenke 2001; gad7: Spitzer 2006",
    "measure_mark": None,
    "improvement_source": "MindStep 2018",
    "improvement_mark": "†",
    "deterioration_mark": "†",
    "regression_basis": "",
    "clustering": "too_few_clinics",
    "adjusted": "no",
}
# What every one of its people is counted in; of the rest a part is.
WHOLE = {"n_started", "n_due", "patients_treated_n", "patients_n", "n_baseline", "n_analysed", "n", "n_pairs"}
WHOLE |= {"n_case_baseline", "n_not_case_baseline", "n_finished", "n_at_caseness", "others_started_n"}


def change_tables(totals: Mapping[tuple[str, str, str], int]) -> dict[str, ReleasedTable]:
    """The tables by name. totals: (clinic, condition, route) -> people, `all` among each."""
    return {name: release(name, pd.DataFrame(list(_rows(name, totals)))) for name in KEYS}


def _rows(name: str, totals: Mapping[tuple[str, str, str], int]) -> Iterator[dict[str, Any]]:
    for (clinic, condition, route), people in totals.items():
        keys = dict(KEYS[name])
        if "scale" in keys:
            keys["scale"] = PRIMARY_SCALES[condition][:1] if condition != "all" else ()
        for place, codes in enumerate(product(*keys.values())):
            key = {"clinic_id": clinic, "condition": condition, "route": route, **dict(zip(keys, codes, strict=True))}
            row = key | {
                column: _value(column, people, place) for column in POLICIES[name].columns if column not in key
            }
            yield row | (_of_kind(MEASURES[key["measure"]]) if "measure" in key else {})


def _of_kind(kind: str) -> dict[str, Any]:
    """What only a safety item has is empty in any other row of the watch."""
    of_items = [name for name in POLICIES["worsening_watch"].columns if name.startswith(("at_", "any_"))]
    empty = [] if kind == "safety_item" else of_items if kind == "stopped" else [*of_items, "unanswered_n"]
    return {"kind": kind, **dict.fromkeys(empty)}


def _value(column: str, people: int, place: int) -> Any:
    if column in WORDS:
        return WORDS[column]
    if column == "evidence":
        return "reportable" if people >= 30 else "imprecise" if people >= 10 else "not_enough"
    if is_count(column):
        whole = column in WHOLE or column.endswith("_of_n")
        return float(round(people * (0.8 if whole else 0.1 + 0.02 * (place % 5))))
    if column.startswith(("change", "baseline_difference", "screening", "difference_from", "expected")):
        return -6.4 + 0.37 * (place % 5) + {"low": -1.1, "high": 1.2}.get(column.rsplit("_", 1)[-1], 0.0)
    return 24.0 + place % 5 + {"low": -6.5, "high": 7.5}.get(column.rsplit("_", 1)[-1], 0.0)
