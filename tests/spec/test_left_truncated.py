"""A course begun elsewhere: its patient is in no table but data_quality, whatever else was delivered about them."""

from __future__ import annotations

import pandas as pd

from pipelines.care.windows import Windows
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.outcomes.benchmarks import benchmarks
from pipelines.outcomes.contrasts import contrast_tables
from pipelines.outcomes.published import published_studies
from pipelines.outcomes.session_tables import session_tables
from pipelines.outcomes.tables import outcome_tables, reliable_change_candidates
from tests.session_rows import Row, session_network

RECORDED = {
    **{"ae_assessed": True, "sbp_pre": 120, "onset_minutes": 5, "completed": True, "preparation_done": True},
    **{"integration_minutes": 30, "therapist_presence": "group"},
}
KINDS = ("consultation", "therapist_meeting", "preparation", "integration")


def delivered_about(name: str, days: tuple[int, ...], more_days: tuple[int, ...]) -> dict[str, list[Row]]:
    """Sessions on `days`; scores, contacts of every kind and a serious event on each of `more_days`."""
    who = {"patient_id": name}
    return {
        "sessions": [{**who, **RECORDED, "session_day": day} for day in days],
        "scores": [{**who, "score_day": day, "score": 9} for day in more_days],
        "contacts": [{**who, "contact_day": day, "kind": kind, "minutes": 50} for day in more_days for kind in KINDS],
        "adverse_events": [
            {**who, "session_day": day, "event": "nausea", "serious": True} for day in (*days, *more_days) if day >= 0
        ],
    }


def engine_of(*delivered: dict[str, list[Row]]) -> Engine:
    rows = {name: [row for each in delivered for row in each[name]] for name in delivered[0]}
    return session_network(rows["sessions"], rows["contacts"], rows["adverse_events"], rows["scores"])


def tables_of(engine: Engine) -> dict[str, pd.DataFrame]:
    windows = Windows()
    tables = outcome_tables(engine, windows, {}) | session_tables(engine) | contrast_tables(engine, windows)
    outcomes = tables["outcomes_by_route_condition"]
    tables["benchmarks"] = benchmarks(published_studies(), outcomes, load_catalogue().scales, windows)
    tables["reliable_change_candidates"] = reliable_change_candidates(engine)
    return tables


def assert_same(tables: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    assert set(tables) == set(expected)
    changed = [name for name, frame in tables.items() if frame.to_csv() != expected[name].to_csv()]
    assert changed == []


WHOLE = delivered_about("whole", (0, 4, 8, 12), (-1, 10, 26, 100))


def test_a_left_truncated_patient_changes_no_byte_of_any_table_and_is_counted_as_held_out() -> None:
    truncated = delivered_about("truncated", (9, 13, 17), (-20, 2, 5, 9, 10, 26, 60, 300))
    engine = engine_of(WHOLE, truncated)
    assert_same(tables_of(engine), tables_of(engine_of(WHOLE)))
    assert engine.rows("SELECT courses_n, left_truncated FROM held_out") == [(2, 1)]


def test_what_was_delivered_about_the_truncated_course_is_not_put_down_to_the_next_one() -> None:
    second = delivered_about("both", (400, 404), (399, 440))
    first = delivered_about("both", (9, 13), (-20, 2, 10, 12))
    first["contacts"].append({"patient_id": "both", "contact_day": 60, "kind": "integration"})
    # The days alone of the first sessions on file: without them the course of day 400 would be the one held out.
    days = [{"patient_id": "both", "session_day": day} for day in (9, 13)]
    bare = {name: days if name == "sessions" else [] for name in second}
    # Without other patients, so that no median hides it.
    assert_same(tables_of(engine_of(first, second)), tables_of(engine_of(bare, second)))
