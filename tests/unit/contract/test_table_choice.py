"""Which table a file holds, told by its columns."""

from __future__ import annotations

import pytest

from pipelines.contract.table_choice import Refusal, TableChoice, domains, which_table
from tests.intake_tables import choose, mapping_of

SESSION = ("patient_id", "session_day", "route", "dose_mg", "condition")
SCORE = ("patient_id", "scale", "score_day", "total")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (SESSION, "sessions"),
        (tuple(reversed(SESSION)), "sessions"),
        (SCORE, "scores"),
        (("patient_id", "scale", "score_day", "item_01"), "scores"),
        (("patient_id", "condition", "sex"), "courses"),
        (("patient_id", "contact_day", "kind"), "contacts"),
        (("patient_id", "session_day", "event", "severity"), "adverse_events"),
        (("patient_id",), "withdrawals"),
        (("clinic_id", "patient_id", "record_status"), "withdrawals"),
    ],
)
def test_a_file_without_a_mapping_is_told_by_its_columns(columns: tuple[str, ...], expected: str) -> None:
    choice = which_table(columns)
    assert isinstance(choice, TableChoice)
    assert choice.table.name == expected


def refused(columns: tuple[str, ...], mapping: str = "") -> dict[str | None, str]:
    choice = which_table(columns, mapping_of(mapping), file="a.csv")
    assert isinstance(choice, Refusal), choice
    return {problem.column: problem.sentence() for problem in choice.problems}


def test_an_unknown_column_refuses_the_file_and_names_the_nearest() -> None:
    said = refused((*SESSION, "wieght_kg", "shoe"))
    assert set(said) == {"wieght_kg", "shoe"}
    assert "weight_kg" in said["wieght_kg"]


def test_no_column_is_to_be_renamed_to_one_that_the_file_or_the_mapping_has() -> None:
    said = refused((*SESSION, "dose_mg2"))
    assert "rename" not in said["dose_mg2"] or "dose_mg," not in said["dose_mg2"]
    assert "route" not in refused((*SESSION, "routes"))["routes"].split("To mend")[1]
    mapping = "tables: {sessions: {columns: {route: way}}}"
    said = refused(("patient_id", "session_day", "way", "dose_mg", "condition", "routes"), mapping)
    assert "rename" not in said["routes"]


def test_a_misspelt_required_column_is_told_with_what_the_file_has() -> None:
    said = refused(("patient_id", "session_day", "rout", "dose_mg", "condition"))
    assert set(said) == {"route", "rout"}
    assert "rout." in said["route"]


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        (("session_day", "route", "dose_mg", "condition"), "patient_id"),
        (("patient_id", "session_day", "route", "condition"), "dose_mg or dose_mg_per_kg"),
        (("patient_id", "session_day", "route", "dose_mg"), "condition"),
        (("patient_id", "scale", "score_day"), "total"),
    ],
)
def test_a_missing_required_column_refuses_the_file(columns: tuple[str, ...], missing: str) -> None:
    assert set(refused(columns)) == {missing}


def test_sessions_need_no_condition_where_courses_are_delivered() -> None:
    without = ("patient_id", "session_day", "route", "dose_mg")
    assert isinstance(which_table(without, courses_delivered=True), TableChoice)


def test_a_file_like_no_table_is_refused() -> None:
    assert set(refused(("colour", "shape"))) == {None}


def test_columns_of_the_mapping_alone_are_not_taken_from_a_file() -> None:
    assert set(refused((*SCORE, "scale_form"))) == {"scale_form"}


def test_a_file_goes_to_the_table_of_the_mapping_whose_columns_it_has() -> None:
    mapping = """
    tables:
      sessions: {columns: {patient_id: pid, session_day: day}}
      scores: {columns: {patient_id: pid, score_day: day}, scores: [{scale: phq9, total: phq}]}
    """
    assert choose(("pid", "day", "route", "dose_mg", "condition"), mapping_of(mapping)).table.name == "sessions"
    assert choose(("pid", "day", "phq"), mapping_of(mapping)).table.name == "scores"
    assert choose(("patient_id", "condition"), mapping_of(mapping)).table.name == "courses", "not in the mapping"
    assert "phq_total" in refused(("pid", "day", "phq_total"), mapping)


def test_a_contract_column_the_mapping_fills_from_elsewhere_must_be_ignored() -> None:
    mapping = "tables: {sessions: {columns: {condition: {constant: trd}}}}"
    assert set(refused(SESSION, mapping)) == {"condition"}
    choice = choose(SESSION, mapping_of(f"ignore: [condition]\n{mapping}"))
    assert choice.entries[0]["condition"].constant == "trd"


def test_sessions_in_a_reference_sample_are_refused() -> None:
    assert refused(SESSION, "context: reference_sample")


def test_the_gate_learns_what_each_column_may_hold() -> None:
    mapping = mapping_of(
        """
        missing: [n/a]
        ignore: [note_code, {age: number}]
        tables:
          sessions:
            columns:
              patient_id: pid
              route: {column: Route, values: {"I.V.": iv}}
              session_day: {column: w, unit: weeks}
        """
    )
    found = domains(choose(("pid", "Route", "w", "dose_mg", "condition", "note_code", "age"), mapping))
    fields = {column: domain.field.name if domain.field else None for column, domain in found.items()}
    assert fields == {
        "pid": "patient_id",
        "Route": "route",
        "w": "session_day",
        "dose_mg": "dose_mg",
        "condition": "condition",
        "note_code": None,
        "age": None,
    }
    assert found["Route"].texts == {"I.V.", "n/a"}
    assert found["w"].converted and not found["dose_mg"].converted
    assert (found["note_code"].ignored_as, found["age"].ignored_as) == (None, "number")
