"""Published results beside the network's own, and whether the two can be compared at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipelines.care.windows import Windows
from pipelines.instruments.model import Scale
from pipelines.outcomes.columns import finished
from pipelines.vocabulary import ALL, PRIMARY

_Place = tuple[str, str, str, str]
_Row = Mapping[Any, Any]

BENCHMARK_KEY = ("condition", "route", "scale", "study", "measure")
BENCHMARK_COLUMNS = (
    *BENCHMARK_KEY,
    "citation",
    "value",
    "value_high",
    "match",
    "why",
    "population",
    "window",
    "n_started_published",
    "n_analysed_published",
    "mark",
    "timepoint",
    "network_value",
    "n_analysed",
    "n_started",
)
COMPARABLE, CONTEXT_ONLY = "comparable", "context_only"
# The network's column that holds the same measure.
_OWN = {
    "response_pct": "response_pct",
    "remission_pct": "remission_pct",
    "deteriorated_pct": "reliable_deterioration_pct",
    "effect_size": "effect_size",
    "change_mean": "change_mean",
}
_WINDOW_SLACK_DAYS = 14
_BASELINE_SLACK_SDS = 0.5


def benchmarks(
    studies: Sequence[Mapping[str, Any]], outcomes: pd.DataFrame, scales: Mapping[str, Scale], windows: Windows
) -> pd.DataFrame:
    """One row per condition, route, scale, study and measure, with the network's figure at the nearest timepoint.

    `outcomes` is `outcomes_by_route_condition`; only the rows of the whole network are read. match: `comparable` only
    if the scale, the definition, the window within 14 days, the route and a baseline mean within half an SD of the
    network's all agree (clinical.md section 3); else `context_only`, and `why` lists what does not agree or is not
    stated, `;`-separated.
    """
    network = outcomes[outcomes["clinic_id"] == ALL].to_dict("records")
    own = {(row["condition"], row["route"], row["scale"], row["timepoint"]): row for row in network}
    rows = [row for study in studies for row in _rows(study, own, scales, windows)]
    frame = pd.DataFrame(rows, columns=list(BENCHMARK_COLUMNS))
    numbers = ["value", "value_high", "network_value"]
    frame[numbers] = frame[numbers].astype("float64")
    words = [name for name in BENCHMARK_COLUMNS if name not in numbers and not name.startswith("n_")]
    frame[words] = frame[words].astype("str").where(frame[words].notna())
    return finished(frame.sort_values(list(BENCHMARK_KEY), kind="stable"), BENCHMARK_COLUMNS)


def _rows(
    study: Mapping[str, Any], own: Mapping[_Place, _Row], scales: Mapping[str, Scale], windows: Windows
) -> Iterator[dict[str, Any]]:
    timepoint, near = _nearest_timepoint(study, windows)
    for condition in study["conditions"]:
        for route in study["routes"]:
            for result in study["results"]:
                here = own.get((condition, route, result["scale"], timepoint))
                why = [
                    *_definition_differs(result, scales.get(result["scale"])),
                    *([] if near else ["window_not_stated" if "target_day" not in study else "window_differs"]),
                    *(["several_routes"] if len(study["routes"]) > 1 or route == "mixed" else []),
                    *(["several_conditions"] if condition == ALL else []),
                    *_baseline_differs(study, here),
                ]
                column = _OWN.get(result["measure"])
                yield {
                    "condition": condition,
                    "route": route,
                    "scale": result["scale"],
                    "study": study["id"],
                    "measure": result["measure"],
                    "citation": study["citation"],
                    "value": result["value"],
                    "value_high": result.get("value_high", np.nan),
                    "match": CONTEXT_ONLY if why else COMPARABLE,
                    "why": ";".join(why) or "all_agree",
                    "population": study["population"],
                    "window": study.get("window"),
                    "n_started_published": study.get("n_started"),
                    "n_analysed_published": study.get("n_analysed"),
                    "mark": study.get("mark"),
                    "timepoint": timepoint,
                    "network_value": np.nan if here is None or column is None else here[column],
                    "n_analysed": 0 if here is None else here["n_analysed"],
                    "n_started": 0 if here is None else here["n_started"],
                }


def _nearest_timepoint(study: Mapping[str, Any], windows: Windows) -> tuple[str, bool]:
    """The timepoint whose target is nearest to the study's on the same count of days, and whether it is near enough.

    A study that gives no day stands beside the end of induction.
    """
    same = [each for each in windows.timepoints if each.anchor == study.get("anchor")]
    if not same:
        return windows.timepoints[0].name, False
    nearest = min(same, key=lambda each: abs(each.target_day - study["target_day"]))
    return nearest.name, abs(nearest.target_day - study["target_day"]) <= _WINDOW_SLACK_DAYS


def _definition_differs(result: Mapping[str, Any], scale: Scale | None) -> list[str]:
    """What keeps the study's definition from being the one in force."""
    if scale is None:
        return ["several_scales" if result["scale"] == PRIMARY else "scale_not_scored"]
    measure = result["measure"]
    if measure in ("effect_size", "change_mean"):
        # Papers rarely say which standardiser they used (clinical.md section 5); a mean change needs no definition.
        return ["definition_not_stated"] if measure == "effect_size" else []
    if measure == "remission_pct" and "op" in result:
        rule = scale.remission
        same = rule is not None and (rule.op, rule.value) == (result["op"], result["threshold"])
        return [] if same else ["definition_differs"]
    if measure == "response_pct" and "drop_pct" in result:
        rule_of_response = scale.response
        same = rule_of_response is not None and (rule_of_response.unit, rule_of_response.value) == (
            "pct",
            result["drop_pct"],
        )
        return [] if same else ["definition_differs"]
    return ["definition_not_stated"]


def _baseline_differs(study: Mapping[str, Any], here: _Row | None) -> list[str]:
    if "baseline_mean" not in study:
        return ["baseline_not_stated"]
    mean, sd = (np.nan, np.nan) if here is None else (float(here["baseline_mean"]), float(here["baseline_sd"]))
    if np.isnan(mean) or np.isnan(sd):
        return ["network_has_no_baseline"]
    return [] if abs(mean - study["baseline_mean"]) <= _BASELINE_SLACK_SDS * sd else ["baseline_differs"]
