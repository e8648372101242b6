"""How a cell is read: taken as it is written, or named as damaged or unknown. Never repaired, never guessed."""

from __future__ import annotations

import csv
import io

import pytest

from pipelines.contract.tables import COURSES, SCORES, SESSIONS
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.accept import type_records
from pipelines.intake.reading import _remedy
from pipelines.intake.records import make_records
from pipelines.intake.spellings import Near, nearest_words
from pipelines.vocabulary import VOCABULARIES, fold
from tests.intake_tables import SCALES, choose, define_source, mapping_of, read

DAMAGED, UNKNOWN = "damaged", "unknown"


def session_cells(column: str, cells: list[str]) -> list[object]:
    """What each cell of a column of sessions becomes, a row each: its value, or why it could not be read."""
    others = {"patient_id": "A1", "session_day": "0", "route": "iv", "dose_mg": "40"}
    header = list(others | {column: ""})
    written = io.StringIO()
    csv.writer(written).writerows([header, *(list((others | {column: cell}).values()) for cell in cells)])
    with Engine() as engine:
        read(engine, written.getvalue())
        type_records(engine, SESSIONS, "alpha", 1, SCALES)
        rows = engine.rows(f"SELECT {column}, damaged, unknown FROM typed_sessions ORDER BY record_number")
    assert len(rows) == len(cells)
    assert all(value is None and damaged + unknown == [column] for value, damaged, unknown in rows if damaged + unknown)
    return [DAMAGED if damaged else UNKNOWN if unknown else value for value, damaged, unknown in rows]


def assert_read(column: str, expected: dict[str, object]) -> None:
    """Each cell becomes what the table says."""
    found = session_cells(column, list(expected))
    assert dict(zip(expected, found, strict=True)) == expected


def test_a_whole_number_is_whole() -> None:
    expected: dict[str, object] = {
        "5": 5,
        "5.0": 5,
        " 5\t": 5,
        "0005": 5,
        "1.5": DAMAGED,
        "9223372036854775808": DAMAGED,  # 2^63
        "18446744073709551616": DAMAGED,  # 2^64
        "1e400": DAMAGED,
        "NaN": DAMAGED,
        "3-Apr": DAMAGED,
        "2024-02-30": DAMAGED,
        "٥": DAMAGED,  # an Arabic five
        "５": DAMAGED,  # a full-width five
        "5\u00a0": DAMAGED,  # a no-break space
        "5\u200b": DAMAGED,  # a zero-width space
        "\u202e5": DAMAGED,  # right-to-left override
        "1_000": DAMAGED,
        "0x10": DAMAGED,
        "6000": 6000,  # out of range is for the rules, not for reading
    }
    assert_read("session_day", expected)


def test_a_number_has_a_point_and_is_finite() -> None:
    expected: dict[str, object] = {
        "12.5": 12.5,
        ".5": 0.5,
        "+3": 3.0,
        "1.5E+01": 15.0,
        "-0": 0.0,
        "5,5": DAMAGED,
        "1,234": DAMAGED,
        "inf": DAMAGED,
        "-inf": DAMAGED,
        "nan": DAMAGED,
        "1e400": DAMAGED,
        "99 mg": DAMAGED,
        "n/a": DAMAGED,
        "=1+1": DAMAGED,
        "-9": -9.0,
    }
    assert_read("dose_mg", expected)


def test_a_boolean_is_one_of_eight_words_in_any_case() -> None:
    expected: dict[str, object] = {
        "true": True,
        "YES": True,
        "y": True,
        "1": True,
        "False": False,
        "No": False,
        "n": False,
        "0": False,
        "2": DAMAGED,
        "t": DAMAGED,
        "ja": DAMAGED,
        "1.0": DAMAGED,
    }
    assert_read("completed", expected)


def test_a_word_is_of_its_list_or_unknown() -> None:
    expected: dict[str, object] = {
        "iv": "iv",
        "I.V.": "iv",
        "Intravenous": "iv",
        "lozenge": "sublingual",
        "Rapid-Dissolve": "sublingual",
        "ivv": UNKNOWN,
        "\u0399V": UNKNOWN,  # a Greek iota
        "</script><script>": UNKNOWN,
        "=cmd|x": UNKNOWN,
        '"; drop table records': UNKNOWN,
        "i" * 1000: UNKNOWN,
    }
    assert_read("route", expected)


def test_a_token_is_letters_digits_hyphen_and_underscore() -> None:
    expected: dict[str, object] = {
        "A-1_b": "A-1_b",
        "123e4567-e89b-12d3-a456-426614174000": "123e4567-e89b-12d3-a456-426614174000",
        "1.23E+05": DAMAGED,
        "a" * 41: DAMAGED,
        "two words": DAMAGED,
        "café": DAMAGED,
        "../x": DAMAGED,
    }
    assert_read("patient_id", expected)


def test_precomposed_and_combining_letters_are_one_reading() -> None:
    assert session_cells("patient_id", ["caf\u00e9", "cafe\u0301"]) == [DAMAGED, DAMAGED]


def test_the_clinic_is_the_folders_and_another_ones_name_is_unknown() -> None:
    expected: dict[str, object] = {
        "": "alpha",
        "alpha": "alpha",
        "beta": UNKNOWN,
        "Alpha": UNKNOWN,
        "../alpha": DAMAGED,
    }
    assert_read("clinic_id", expected)


def test_empty_cells_take_the_contracts_defaults_and_unreadable_ones_do_not() -> None:
    assert session_cells("drug", ["", "aspirin"]) == ["ketamine", UNKNOWN]
    assert session_cells("record_status", ["", "withdrawn"]) == ["active", "withdrawn"]
    with Engine() as engine:
        read(engine, "patient_id,scale,score_day,total\nA1,PHQ9,0,12\nA1,phq99,0,12\n")
        load_catalogue().define_in(engine)
        type_records(engine, SCORES, "alpha", 1, SCALES)
        found = engine.rows("SELECT scale, administration, unknown FROM typed_scores ORDER BY record_number")
        assert found == [("phq9", "unspecified", []), (None, "unspecified", ["scale"])]
        assert nearest_words(engine, SCORES, SCALES) == {"scale": Near("phq9")}


def test_another_route_is_told_as_none_of_the_contracts_and_never_as_one_spelt_like_it() -> None:
    for word in ("Rectal", "buccal", "Intra-articular", "per rectum"):
        with Engine() as engine:
            read(engine, f"patient_id,session_day,route,dose_mg\nA1,0,{word},50\nA2,0,iv,50\n")
            type_records(engine, SESSIONS, "alpha", 1, SCALES)
            found = nearest_words(engine, SESSIONS, SCALES)
            assert found == {"route": Near(None, fold(word))}
        remedy = _remedy("KAP-T04", "route", found["route"])
        assert "words for route are iv, im, sc, intranasal, sublingual, oral; the row stays out" in remedy
        # What stands in the cell is not repeated.
        assert word.casefold() not in remedy
        assert VOCABULARIES["route"].nearest(word) is None and "if that is meant" not in remedy
    assert VOCABULARIES["route"].nearest("orall") == "oral"


def test_lists_are_split_by_semicolons_and_one_unknown_word_makes_the_list_unknown() -> None:
    with Engine() as engine:
        read(engine, "patient_id,condition,secondary_conditions\nA1,trd,ptsd; Pain;ptsd\nA2,trd,ptsd;gout\nA3,trd,;\n")
        type_records(engine, COURSES, "alpha", 1, SCALES)
        columns = "secondary_conditions, unknown"
        assert engine.rows(f"SELECT {columns} FROM typed_courses ORDER BY record_number") == [
            (["ptsd", "chronic_pain"], []),
            (None, ["secondary_conditions"]),
            ([], []),
        ]


def test_a_malformed_row_is_a_record_without_values() -> None:
    with Engine() as engine:
        text = "patient_id,session_day,route,dose_mg\nA1,0,iv,40\n"
        choice = choose(define_source(engine, text, (2, 3)), mapping_of(""), courses_delivered=True)
        counts = make_records(engine, choice)
        type_records(engine, SESSIONS, "alpha", 7, SCALES)
        assert (counts.records, counts.malformed_rows) == (3, 2)
        columns = "receipt, row_number, record_number, malformed, clinic_id, drug, len(quarantined_by) > 0"
        assert engine.rows(f"SELECT {columns} FROM typed_sessions ORDER BY record_number") == [
            (7, 1, 1, False, "alpha", "ketamine", False),
            (7, 2, 2, True, None, None, True),
            (7, 3, 3, True, None, None, True),
        ]


def test_a_damaged_cell_quarantines_or_blanks_as_its_column_says() -> None:
    with Engine() as engine:
        read(engine, "patient_id,session_day,route,dose_mg,sbp_pre,condition\nA1,x,iv,40,120,trd\nA1,0,iv,y,z,trd\n")
        type_records(engine, SESSIONS, "alpha", 1, SCALES)
        blanked = "list_sort(list_distinct(list_transform(blanked_by, lambda name: split_part(name, ':', 2))))"
        found = engine.rows(f"SELECT len(quarantined_by) > 0, {blanked} FROM typed_sessions ORDER BY record_number")
        assert found == [(True, []), (False, ["dose_mg", "sbp_pre"])]


@pytest.mark.parametrize("table", [SESSIONS, SCORES, COURSES], ids=lambda table: table.name)
def test_typed_columns_have_the_contracts_types(table) -> None:  # type: ignore[no-untyped-def]
    with Engine() as engine:
        read(engine, ",".join(c for c in table.columns if c not in table.mapping_only) + "\n")
        load_catalogue().define_in(engine)
        type_records(engine, table, "alpha", 1, SCALES)
        found = {row[0]: row[1] for row in engine.rows(f"DESCRIBE typed_{table.name}")}
        assert {field.name: found[field.name] for field in table.fields} == {f.name: f.sql_type for f in table.fields}
        rest = {name: found[name] for name in found if name not in table.columns}
        lists = dict.fromkeys(("damaged", "unknown", "quarantined_by", "quarantined_at", "blanked_by"), "VARCHAR[]")
        numbers = {"receipt": "INTEGER", "row_number": "BIGINT", "record_number": "BIGINT"}
        assert rest == {**numbers, "malformed": "BOOLEAN", **lists}
