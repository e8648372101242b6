"""What a relation does not hold is written into expressions over it, and nothing else of them is touched."""

from __future__ import annotations

from pipelines.engine import Engine
from pipelines.rules.folding import folded, names_in, nothing_in


def test_a_column_is_replaced_wherever_it_is_named_and_a_text_stays_what_it_is() -> None:
    nothing = {"year": "CAST(NULL AS INTEGER)"}
    assert folded("\"year\" IS NULL AND year > 0 AND drug = 'year' AND previous_year < 3", nothing) == (
        "CAST(NULL AS INTEGER) IS NULL AND CAST(NULL AS INTEGER) > 0 AND drug = 'year' AND previous_year < 3"
    )


def test_names_are_those_outside_of_texts_and_comments() -> None:
    sql = "SELECT \"dose_mg\", route -- a patient's condition\nFROM sessions WHERE drug = 'it''s a weight_kg'"
    assert names_in(sql) >= {"dose_mg", "route", "sessions", "drug"}
    assert names_in(sql).isdisjoint({"condition", "weight_kg", "patient"})


def test_a_column_holds_nothing_when_no_row_has_a_value_or_where_that_is_known() -> None:
    with Engine() as engine:
        engine.materialise(
            "given",
            "SELECT unnest([1, NULL]) AS n, NULL::DOUBLE AS kg, FALSE AS malformed, CAST([] AS VARCHAR[]) AS damaged",
        )
        assert nothing_in(engine, "given") == {"kg": "CAST(NULL AS DOUBLE)"}
        assert nothing_in(engine, "given", {"kg", "malformed", "damaged", "not a column"}) == {
            "kg": "CAST(NULL AS DOUBLE)",
            "malformed": "FALSE",
            "damaged": "CAST([] AS VARCHAR[])",
        }
        assert nothing_in(engine, "given", set()) == {}
