"""Second courses and published figures, by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pipelines.care.windows import Windows
from pipelines.disclosure.policy import release
from pipelines.instruments.catalogue import load_catalogue
from pipelines.outcomes.benchmarks import benchmarks
from pipelines.outcomes.published import published_studies
from pipelines.outcomes.tables import outcome_tables
from tests.session_rows import Row, session_network


def row_of(frame: pd.DataFrame, **key: str) -> dict[str, Any]:
    found = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


def person(name: str, start: int = 0) -> list[Row]:
    """Four sessions from `start` on."""
    return [{"patient_id": name, "session_day": start + day} for day in (0, 4, 8, 12)]


def scores(name: str, points: dict[int, float]) -> list[Row]:
    return [{"patient_id": name, "score_day": day, "score": value} for day, value in points.items()]


def test_retreatment_counts_the_second_course_and_n_courses_counts_them_all() -> None:
    given = [*person("p1"), *person("p1", 300), *person("p1", 600), *person("p2")]
    points = [*scores("p1", {-1: 20, 26: 8, 299: 18, 326: 16, 599: 10, 626: 1}), *scores("p2", {-1: 20, 26: 19})]
    tables = outcome_tables(session_network(given, scores=points), Windows(), {})
    place = {"clinic_id": "c01", "condition": "trd", "route": "iv", "scale": "phq9", "timepoint": "end_of_induction"}
    first = row_of(tables["outcomes_by_route_condition"], **place)
    assert (first["n_started"], first["n_courses"], first["change_mean"]) == (2, 4, -6.5)
    second = row_of(tables["retreatment"], **place)
    assert (second["n_started"], second["n_courses"]) == (1, 3)
    assert (second["baseline_mean"], second["followup_mean"], second["response_n"]) == (18, 16, 0)
    assert row_of(tables["denominators"], **{k: v for k, v in place.items() if k != "scale"})["n_courses"] == 4


def study(**changes: Any) -> dict[str, Any]:
    return {
        "id": "one",
        "citation": "One 2020",
        "conditions": ["trd"],
        "population": "depression",
        "routes": ["iv"],
        "anchor": "last_induction_session",
        "target_day": 28,
        "baseline_mean": 18.0,
        "results": [{"scale": "phq9", "measure": "remission_pct", "value": 30.0, "op": "<", "threshold": 5}],
    } | changes


NETWORK = {"baseline_mean": 20.0, "baseline_sd": 4.0, "remission_pct": 25.0, "n_analysed": 40, "n_started": 60}
NETWORK |= dict.fromkeys(("response_pct", "reliable_deterioration_pct", "effect_size", "change_mean"), 1.0)
REMISSION = {"scale": "phq9", "measure": "remission_pct", "value": 30.0}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "all_agree"),
        ({"target_day": 29}, "window_differs"),
        ({"anchor": None}, "window_differs"),
        ({"baseline_mean": 17.9}, "baseline_differs"),
        ({"routes": ["iv", "im"]}, "several_routes"),
        ({"results": [{**REMISSION, "op": "<=", "threshold": 5}]}, "definition_differs"),
        ({"results": [REMISSION]}, "definition_not_stated"),
        ({"results": [{**REMISSION, "scale": "hamd6"}]}, "scale_not_scored;network_has_no_baseline"),
    ],
)
def test_a_study_is_comparable_only_when_everything_agrees(changes: dict[str, Any], why: str) -> None:
    own = pd.DataFrame(
        [{"clinic_id": "all", "condition": "trd", "route": "iv", "scale": "phq9", "timepoint": "end_of_induction"}]
    ).assign(**NETWORK)
    frame = benchmarks([study(**changes)], own, load_catalogue().scales, Windows())
    row = frame[frame["route"] == "iv"].iloc[0]
    assert (row["why"], row["match"]) == (why, "comparable" if why == "all_agree" else "context_only")


def test_every_published_figure_has_a_citation_and_the_network_s_own_is_withheld_when_few() -> None:
    own = pd.DataFrame(
        [{"clinic_id": "all", "condition": "trd", "route": "iv", "scale": "phq9", "timepoint": "end_of_induction"}]
    ).assign(**NETWORK | {"n_analysed": 4})
    shown = release("benchmarks", benchmarks(published_studies(), own, load_catalogue().scales, Windows())).frame
    assert (shown["citation"].str.len() > 0).all() and shown["value"].notna().all()
    mcinnes = row_of(shown, condition="trd", study="mcinnes2022", measure="remission_pct")
    assert (mcinnes["value"], pd.isna(mcinnes["network_value"]), mcinnes["n_analysed"]) == (28.9, True, 4)
    assert mcinnes["empty_because"] == "network_value:withheld"
