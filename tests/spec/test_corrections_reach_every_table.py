"""A correction, a stale version, withdrawn rows and a withdrawn patient: every table counts as worked out by hand.

Twelve patients of one clinic, each with four sessions, three scores and a consultation; six with an adverse event; two
with a second course. `before` is what the first run counts, `after` what a second one does with the changes delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from pipelines.home import Home
from pipelines.lake import derived_path
from pipelines.steps.clinical import derive_courses, score_scales
from pipelines.steps.outcomes import TABLE_NAMES, make_outcome_tables
from tests.home_tools import Row, deliver, judge_and_publish, open_job, patients, phq9, sessions

Tables = Mapping[str, pd.DataFrame]
RECORDED = {
    **{"therapist_presence": "in_room_throughout", "integration_minutes": 30, "onset_minutes": 5, "sbp_pre": 120},
    **{"dbp_pre": 80, "ae_assessed": "yes", "record_version": 2},
}
OWN = patients(12)
AGAIN = ["p01", "p08"]
STALE, FIRST, NEWER = ({"record_version": version} for version in (1, 2, 3))
GONE = {**NEWER, "record_status": "withdrawn"}


def consultation(of: list[str], **cells: Any) -> list[Row]:
    return [{"patient_id": patient, "contact_day": -7, "kind": "consultation", **cells} for patient in of]


def nausea(of: list[str], **cells: Any) -> list[Row]:
    return [{"patient_id": patient, "session_day": 0, "event": "nausea", **cells} for patient in of]


def first_delivery(home: Home) -> None:
    second = sessions(AGAIN, days=(300, 304, 308, 312), **RECORDED)
    deliver(home, "alder", "sessions.csv", [*sessions(OWN, **RECORDED), *second])
    scores = [*phq9(OWN, {-1: 18, 26: 8, 91: 10}, **FIRST), *phq9(AGAIN, {299: 16, 326: 12}, **FIRST)]
    deliver(home, "alder", "scores.csv", scores)
    deliver(home, "alder", "contacts.csv", consultation(OWN, **FIRST))
    deliver(home, "alder", "events.csv", nausea(OWN[:6], **FIRST))


def changes(home: Home) -> None:
    # p02: another route, nobody in the room, no integration, and a lower score. p09: a higher pressure on day 0.
    other = {**RECORDED, **NEWER, "route": "im", "therapist_presence": "none", "integration_minutes": 0}
    corrected = [*sessions(["p02"], **other), *sessions(["p09"], days=(0,), **{**RECORDED, **NEWER, "sbp_pre": 150})]
    stale = sessions(["p03"], days=(0,), **{**RECORDED, **STALE, "route": "oral"})
    gone = sessions(["p06"], days=(12,), **{**RECORDED, **GONE})
    deliver(home, "alder", "sessions-2.csv", [*corrected, *stale, *gone])
    deliver(home, "alder", "scores-2.csv", [*phq9(["p02"], {26: 4}, **NEWER), *phq9(["p04"], {26: 8}, **GONE)])
    deliver(home, "alder", "contacts-2.csv", consultation(["p07"], **GONE))
    deliver(home, "alder", "events-2.csv", nausea(["p05"], **GONE))
    deliver(home, "alder", "left.csv", [{"patient_id": "p08"}])


def run(home: Home) -> Tables:
    """The exact tables after the steps of a run."""
    assert judge_and_publish(home).verdicts() == {"alder": "passed"}
    job = open_job(home)
    score_scales(job)
    derive_courses(job)
    make_outcome_tables(job)
    return {name: pd.read_parquet(derived_path(home.lake, f"exact_{name}")) for name in TABLE_NAMES}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, Tables]:
    home = Home.open(tmp_path_factory.mktemp("corrections") / "home")
    first_delivery(home)
    before = run(home)
    changes(home)
    return before, run(home)


def counts(tables: Tables, name: str, columns: str, **where: str) -> list[float]:
    """Cells of the one row of a table; `all` stands for what is not said."""
    frame = tables[name]
    usual = {"clinic_id": "alder", "condition": "trd", "route": "all", "scale": "phq9", "timepoint": "end_of_induction"}
    for column, value in (usual | where).items():
        frame = frame[frame[column] == value] if column in frame else frame
    (row,) = frame.to_dict("records")
    return [row[column] for column in columns.split()]


# table, columns, which row (beside clinic alder, trd, all routes, PHQ-9, end of induction), before, after.
EXPECTED: list[tuple[str, str, dict[str, str], list[float], list[float]]] = [
    # p08 is gone; p04 has no score in the window; p06 has three sessions; p02's change is -14.
    (
        "outcomes_by_route_condition",
        "n_started n_completed_induction n_analysed n_courses change_mean",
        {},
        [12, 12, 12, 14, -10],
        [11, 10, 10, 12, (9 * -10 - 14) / 10],
    ),
    ("outcomes_by_route_condition", "n_started n_analysed", {"route": "iv"}, [12, 12], [10, 9]),
    ("outcomes_by_route_condition", "n_analysed change_mean", {"timepoint": "month_3"}, [12, -8], [11, -8]),
    ("denominators", "n_started n_analysed", {"timepoint": "week_4"}, [12, 12], [11, 10]),
    ("score_trajectories", "n n_started", {"axis": "week", "position": 4}, [12, 12], [10, 11]),
    ("retreatment", "n_started n_analysed change_mean", {}, [2, 2, -4], [1, 1, -4]),
    # 12 x 4 + 2 x 4 sessions; p08's eight and one of p06 are gone, and the nausea of p05.
    (
        "safety_by_route",
        "sessions_n sessions_assessed_n events_n patients_n patients_with_event_n",
        {"event": "any"},
        [56, 56, 6, 12, 6],
        [47, 47, 5, 11, 5],
    ),
    ("safety_by_route", "sessions_n events_n", {"event": "any", "route": "iv"}, [56, 6], [43, 4]),
    ("vitals_by_route", "n mean beyond_n", {"measure": "sbp_pre"}, [56, 120, 0], [47, (46 * 120 + 150) / 47, 1]),
    ("route_profile", "n patients_n", {"measure": "onset_minutes", "route": "iv"}, [56, 12], [43, 10]),
    ("care_pathway", "of_n recorded_n done_n", {"step": "consultation"}, [14, 12, 12], [12, 10, 10]),
    ("care_pathway", "of_n recorded_n done_n", {"step": "integration"}, [56, 56, 56], [47, 47, 43]),
    ("presence_contrast", "n_started n_analysed", {"presence": "in_room_throughout"}, [12, 12], [10, 9]),
    ("outcomes_by_sessions", "n_started n_analysed", {"sessions_group": "4_to_6"}, [12, 12], [10, 9]),
    ("outcomes_by_integration", "n_started n_analysed", {"integration_group": "every"}, [12, 12], [10, 9]),
    (
        "presence_balance",
        "n_started n mean",
        {"presence": "in_room_throughout", "characteristic": "baseline"},
        [12, 12, 18],
        [10, 10, 18],
    ),
    (
        "benchmarks",
        "n_started n_analysed",
        {"route": "iv", "study": "mcinnes2022", "measure": "remission_pct"} | {"timepoint": "end_of_induction"},
        [12, 12],
        [10, 9],
    ),
    ("baseline_sensitivity", "n_analysed change_mean", {"baseline_rule": "highest"}, [12, -10], [10, -10.4]),
    (
        "route_attribution",
        "n_pairs patients_n change_mean",
        {"level": "course", "route": "iv"},
        [12, 12, -10],
        [9, 9, -10],
    ),
    ("outcome_checks", "n_analysed n_lost", {}, [12, 0], [10, 1]),
    # Everyone improved by 6 points, the threshold in force, or more.
    ("individual_change", "n improved_n deteriorated_n", {"method": "default"}, [12, 12, 0], [10, 10, 0]),
    # Nobody has a second measure.
    ("talking_therapies", "n_started n_finished", {"version": "without_other_measure_clause"}, [12, 0], [11, 0]),
    (
        "worsening_watch",
        "n_started new_of_n new_n",
        {"measure": "deterioration_end_of_induction"},
        [12, 12, 0],
        [11, 10, 0],
    ),
    ("data_quality", "evaluated_n failed_n", {"rule": "KAP-W02"}, [14, 0], [12, 0]),
]


@pytest.mark.parametrize(
    ("name", "columns", "where", "before", "after"),
    EXPECTED,
    ids=[f"{name}-{'-'.join(map(str, where.values()))}" for name, _, where, _, _ in EXPECTED],
)
def test_every_table_counts_what_is_left(
    runs: tuple[Tables, Tables], name: str, columns: str, where: dict[str, str], before: list[float], after: list[float]
) -> None:
    assert counts(runs[0], name, columns, **where) == pytest.approx(before, abs=1e-6)
    assert counts(runs[1], name, columns, **where) == pytest.approx(after, abs=1e-6)


def test_no_table_was_forgotten_here() -> None:
    of_samples = {"reference_changes", "reference_individual_change"}
    assert {name for name, *_ in EXPECTED} == set(TABLE_NAMES) - of_samples


def test_what_is_new_in_a_correction_has_its_own_rows_and_a_stale_version_has_none(
    runs: tuple[Tables, Tables],
) -> None:
    before, after = runs
    assert set(before["safety_by_route"]["route"]) == {"iv", "all"}
    # p02 alone; "oral" stood in the stale version.
    assert set(after["safety_by_route"]["route"]) == {"iv", "im", "all"}
    assert counts(after, "outcomes_by_route_condition", "n_started change_mean", route="im") == [1, -14]
    for name, group, value in (
        ("presence_contrast", "presence", "none"),
        ("outcomes_by_integration", "integration_group", "none"),
        ("outcomes_by_sessions", "sessions_group", "2_to_3"),
    ):
        assert value not in set(before[name][group])
        assert counts(after, name, "n_started", **{group: value}) == [1]
