"""The mapping file, feature by feature: a small mapping, a small file, the records it gives."""

from __future__ import annotations

import pytest

from pipelines.engine import Engine
from tests.intake_tables import read, rows_of


def test_a_column_is_picked_and_renamed_and_columns_of_the_contract_pass_under_their_own_names() -> None:
    with Engine() as engine:
        choice, _ = read(
            engine,
            "pid,session_day,route,dose_mg,condition\nA1,0,iv,40,trd\n",
            "tables: {sessions: {columns: {patient_id: pid}}}",
        )
        assert choice.table.name == "sessions"
        assert rows_of(engine, "patient_id, session_day, route, dose_mg, condition") == [("A1", "0", "iv", "40", "trd")]


def test_values_are_mapped_after_trimming_and_others_pass_through() -> None:
    with Engine() as engine:
        read(
            engine,
            "patient_id,session_day,Route,dose_mg\nA1,0, I.V. ,40\nA1,7,oral,40\n",
            'tables: {sessions: {columns: {route: {column: Route, values: {"I.V.": iv}}}}}',
        )
        assert rows_of(engine, "route") == [("iv",), ("oral",)]


def test_a_constant_fills_every_record() -> None:
    with Engine() as engine:
        read(
            engine,
            "patient_id,session_day,route,dose_mg\nA1,0,iv,40\nA2,0,iv,40\n",
            "tables: {sessions: {columns: {condition: {constant: ptsd}}}}",
        )
        assert rows_of(engine, "patient_id, condition") == [("A1", "ptsd"), ("A2", "ptsd")]


@pytest.mark.parametrize(
    ("target", "unit", "delivered", "expected"),
    [
        ("weight_kg", "lb", "150", 68.038856),  # 150 x 0.45359237, rounded to 6 decimals
        ("dosing_minutes", "hours", "1.5", 90.0),
        ("recovery_minutes", "seconds", "90", 1.5),
        ("session_day", "weeks", "3", 21.0),
        ("session_day", "months", "3", 91.0),  # 91.3125
        ("session_day", "months", "2", 61.0),  # 60.875
    ],
)
def test_units_become_the_contracts(target: str, unit: str, delivered: str, expected: float) -> None:
    with Engine() as engine:
        day = "" if target == "session_day" else ",session_day"
        read(
            engine,
            f"patient_id,route,dose_mg,x{day}\nA1,iv,40,{delivered}{',0' if day else ''}\n",
            f"tables: {{sessions: {{columns: {{{target}: {{column: x, unit: {unit}}}}}}}}}",
        )
        assert float(str(rows_of(engine, target)[0][0])) == expected


def test_a_text_that_is_no_number_is_not_converted_and_stays_to_be_named_as_damaged() -> None:
    with Engine() as engine:
        read(
            engine,
            "patient_id,route,dose_mg,session_day,x\nA1,iv,40,0,heavy\n",
            "tables: {sessions: {columns: {weight_kg: {column: x, unit: lb}}}}",
        )
        assert rows_of(engine, "weight_kg") == [("heavy",)]


def test_missing_codes_hold_for_the_file_and_for_a_column() -> None:
    with Engine() as engine:
        read(
            engine,
            "patient_id,scale,score_day,item_01,item_02\nA1,phq9,0,9,7\nA2,phq9,0,n/a,3\n",
            'missing: ["n/a"]\ntables: {scores: {columns: {item_01: {column: item_01, missing: [9]}}}}',
        )
        assert rows_of(engine, "item_01, item_02") == [(None, "7"), (None, "3")]


def test_several_score_columns_of_a_row_become_a_row_each_and_a_column_per_visit_becomes_days() -> None:
    mapping = """
    tables:
      scores:
        columns: {patient_id: id}
        scores:
          - {scale: bdi_ii, total: bdi.pre, score_day: 0, administration: baseline}
          - {scale: bdi_ii, total: bdi.2m, score_day: 61, administration: follow_up}
          - {scale: who5, total: who, score_day: 0, scale_form: raw}
    """
    with Engine() as engine:
        _, counts = read(engine, "id,bdi.pre,bdi.2m,who\nA1,30,12,7\nA2,28,,9\nA3,,,\n", mapping)
        columns = "patient_id, scale, score_day, administration, total, scale_form, row_number, record_number"
        assert rows_of(engine, columns) == [
            ("A1", "bdi_ii", "0", "baseline", "30", None, 1, 1),
            ("A1", "bdi_ii", "61", "follow_up", "12", None, 1, 2),
            ("A1", "who5", "0", None, "7", "raw", 1, 3),
            ("A2", "bdi_ii", "0", "baseline", "28", None, 2, 4),
            ("A2", "who5", "0", None, "9", "raw", 2, 5),
        ]
        assert (counts.source_rows, counts.rows_with_records, counts.empty_rows, counts.records) == (3, 2, 1, 5)


def test_items_of_a_scale_are_named_in_order_with_missing_codes_of_their_own() -> None:
    mapping = """
    tables:
      scores:
        columns: {patient_id: SEQN, score_day: {constant: 0}}
        scores: [{scale: phq9, items: [DPQ010, "", DPQ030], missing: [7, 9]}]
    """
    with Engine() as engine:
        _, counts = read(engine, "SEQN,DPQ010,DPQ030\n1,3,9\n2,7,9\n", mapping)
        assert rows_of(engine, "patient_id, scale, item_01, item_02, item_03") == [("1", "phq9", "3", None, None)]
        assert counts.empty_rows == 1, "a scale whose every answer is missing gives no record"


def test_answers_in_words_are_mapped_for_every_item_of_a_scale() -> None:
    mapping = """
    tables:
      scores:
        scores: [{scale: phq9, items: [a, b], values: {Not at all: 0, Nearly every day: 3}}]
    """
    with Engine() as engine:
        read(engine, "patient_id,score_day,a,b\nA1,0,Not at all,Nearly every day\n", mapping)
        assert rows_of(engine, "item_01, item_02") == [("0", "3")]


def test_integral_reads_one_point_nought_as_one_also_where_values_are_compared() -> None:
    mapping = """
    integral: true
    tables: {scores: {columns: {patient_id: id, score_day: {column: time, values: {"1.0": 0}}}}}
    """
    with Engine() as engine:
        read(engine, "id,time,scale,total\n1.0,1.00,phq9,12.5\n2,2.0,phq9,9.0\n", mapping)
        assert rows_of(engine, "patient_id, score_day, total") == [("1", "0", "12.5"), ("2", "2", "9")]


def test_integral_can_be_for_one_column() -> None:
    mapping = "tables: {scores: {columns: {patient_id: {column: id, integral: true}}}}"
    with Engine() as engine:
        read(engine, "id,score_day,scale,total\n1.0,2.0,phq9,9.0\n", mapping)
        assert rows_of(engine, "patient_id, score_day, total") == [("1", "2.0", "9.0")]


def test_in_a_reference_sample_the_row_number_can_be_the_patient() -> None:
    mapping = """
    context: reference_sample
    tables:
      scores:
        columns: {patient_id: row_number, reference_group: arm}
        scores: [{scale: bdi_ii, total: bdi, score_day: 0}]
    """
    with Engine() as engine:
        read(engine, "arm,bdi\nTAU,29\nBtheB,32\n", mapping)
        assert rows_of(engine, "patient_id, reference_group, total") == [("1", "TAU", "29"), ("2", "BtheB", "32")]


def test_ignored_columns_do_not_reach_the_records() -> None:
    with Engine() as engine:
        choice, _ = read(
            engine,
            "patient_id,score_day,scale,total,extra,age\nA1,0,phq9,9,x,40\n",
            "ignore: [extra, {age: number}]",
        )
        assert choice.ignored == ("extra", "age")
        assert rows_of(engine, "patient_id, total") == [("A1", "9")]


def test_a_row_with_nothing_in_it_is_an_empty_row_even_beside_a_constant() -> None:
    with Engine() as engine:
        _, counts = read(
            engine,
            "patient_id,session_day,route,dose_mg\nA1,0,iv,40\n , ,,\n",
            "tables: {sessions: {columns: {condition: {constant: ptsd}}}}",
        )
        assert (counts.records, counts.empty_rows) == (1, 1)


def test_a_text_that_looks_like_sql_is_a_text() -> None:
    text = "x'; DROP TABLE source; --"
    with Engine() as engine:
        read(
            engine,
            'patient_id,session_day,"a""; drop",dose_mg\nA1,0,iv,40\n',
            f'tables: {{sessions: {{columns: {{route: {{column: \'a"; drop\', values: {{"{text}": oral}}}}}}}}}}',
        )
        assert rows_of(engine, "route") == [("iv",)]
        assert engine.value("SELECT count(*) FROM source") == 1
