"""`kap check` tells counts and shapes, and values only when asked."""

from __future__ import annotations

from pipelines.contract.tables import SESSIONS
from pipelines.engine import Engine
from pipelines.intake.accept import type_records
from pipelines.intake.check import check
from tests.intake_tables import SCALES, read

TEXT = """patient_id,session_day,route,dose_mg,condition
AB-12,0,iv,40.5,trd
AB-13,7,ivv,"40,5",trd
AB-14,14,iv,,trd
"""


def test_each_column_is_counted_with_the_shapes_of_its_texts() -> None:
    with Engine() as engine:
        choice, _ = read(engine, TEXT)
        type_records(engine, SESSIONS, "alpha", 1, SCALES)
        found = {column.column: column for column in check(engine, choice, SCALES)}
        assert list(found) == ["patient_id", "session_day", "condition", "route", "dose_mg"]
        dose, route = found["dose_mg"], found["route"]
        assert (dose.read_n, dose.damaged_n, dose.unknown_n, dose.empty_n) == (1, 1, 0, 1)
        assert (route.read_n, route.damaged_n, route.unknown_n, route.empty_n) == (2, 0, 1, 0)
        assert route.nearest_word == "iv"
        assert found["patient_id"].shapes == (("aa-dd", 3),)
        assert dose.shapes == (("dd,d", 1), ("dd.d", 1))


def test_values_are_shown_only_when_asked_for() -> None:
    with Engine() as engine:
        choice, _ = read(engine, TEXT)
        type_records(engine, SESSIONS, "alpha", 1, SCALES)
        masked = {column.column: column.shapes for column in check(engine, choice, SCALES)}
        shown = {column.column: column.shapes for column in check(engine, choice, SCALES, show_values=True)}
        assert masked["route"] == (("aa", 2), ("aaa", 1))
        assert shown["route"] == (("iv", 2), ("ivv", 1))
