"""A mapping file is refused with all its problems at once, by key and nearest key, never by value."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.contract.mapping import load_mapping, mapping_hash, parse_mapping
from pipelines.problems import ExitCode, KapError, Problem
from tests.intake_tables import SCALES


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(KapError) as raised:
        parse_mapping(text.encode() if isinstance(text, str) else text, "clinic.yaml", SCALES)
    assert raised.value.exit_code == ExitCode.USAGE
    return raised.value.problems


def test_every_problem_is_told_at_once_with_the_nearest_key() -> None:
    found = problems_of("tabels: {}\nintegrall: true\ndelivery: whole\n")
    said = {problem.column: problem.sentence() for problem in found}
    assert set(said) == {"tabels", "integrall", "delivery"}
    assert "the nearest is tables" in said["tabels"]
    assert "the nearest is integral" in said["integrall"]
    assert "'incremental' or 'snapshot'" in said["delivery"]


def places(text: str) -> list[str | None]:
    return sorted(problem.column or "" for problem in problems_of(text))


def test_what_a_fault_of_shape_leaves_sound_is_judged_in_the_same_look() -> None:
    text = """
    integrall: true
    tables:
      sesions: {}
      sessions: {columns: {route: {colum: r}, rout: x, weight_kg: {column: w, unit: stone}}}
      scores:
        columns: {patient_id: row_number}
        scores:
          - {scale: phq9}
          - {total: t, administration: {constant: basline}}
          - {scale: phq99, total: u, totl: v}
          - just a text
          - {scale: gad77, items: [a, b]}
    """
    assert places(text) == sorted(
        [
            "integrall",
            "tables.sesions",
            "tables.sessions.columns.route.colum",
            "tables.sessions.rout",
            "tables.sessions.columns.weight_kg",
            "tables.scores.columns.patient_id",
            "tables.scores.scores.0",
            "tables.scores.scores.1.scale",
            "tables.scores.scores.1.administration",
            "tables.scores.scores.2.totl",
            "tables.scores.scores.2.scale",
            "tables.scores.scores.3",
            "tables.scores.scores.4.scale",
        ]
    )


def test_a_context_that_cannot_be_read_starts_no_complaint_about_what_it_would_allow() -> None:
    text = "context: reference\ntables: {scores: {columns: {patient_id: row_number, total: {column: t, unit: x}}}}"
    assert places(text) == ["context", "tables.scores.columns.total"]


@pytest.mark.parametrize("text", ["[1, 2]", "tables: [a]", "tables: {scores: {scores: {a: b}}}", "missing: [{a: b}]"])
def test_a_file_of_another_shape_altogether_ends_in_problems(text: str) -> None:
    assert problems_of(text)


@pytest.mark.parametrize(
    ("text", "place", "nearest"),
    [
        ("tables: {sesions: {}}", "tables.sesions", "sessions"),
        ("tables: {sessions: {columns: {rout: r}}}", "tables.sessions.rout", "route"),
        ("tables: {sessions: {column: {}}}", "tables.sessions.column", "columns"),
        ("tables: {sessions: {columns: {route: {colum: r}}}}", "tables.sessions.columns.route.colum", "column"),
        ("tables: {scores: {scores: [{scale: phq99, total: t}]}}", "tables.scores.scores.0.scale", "phq9"),
        ("tables: {sessions: {columns: {condition: {constant: trdd}}}}", "tables.sessions.columns.condition", "trd"),
        (
            "tables: {sessions: {columns: {route: {column: r, values: {a: ivv}}}}}",
            "tables.sessions.columns.route",
            "iv",
        ),
        (
            "tables: {sessions: {columns: {weight_kg: {column: w, unit: stone}}}}",
            "tables.sessions.columns.weight_kg",
            "",
        ),
    ],
)
def test_a_name_or_word_that_is_not_known_is_placed(text: str, place: str, nearest: str) -> None:
    assert any(found.column == place and nearest in found.remedy for found in problems_of(text)), problems_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "tables: {scores: {columns: {patient_id: row_number}}}",
        "tables: {scores: {columns: {reference_group: arm}}}",
        "context: reference_sample\ntables: {sessions: {columns: {route: r}}}",
        "tables: {sessions: {scores: [{scale: phq9, total: t}]}}",
        "tables: {scores: {columns: {total: t}, scores: [{scale: phq9, total: u}]}}",
        "tables: {scores: {scores: [{scale: phq9, total: t}, {scale: phq9, total: u}]}}",
        "tables: {scores: {scores: [{scale: phq9}]}}",
        "tables: {sessions: {columns: {route: {column: r, constant: iv}}}}",
        "tables: {sessions: {columns: {route: {}}}}",
        "tables: {sessions: {columns: {route: {column: row_number}}}}",
        "mapping_version: 2",
        "context: trial",
        "ignore: [{age: years}]",
        "integral: perhaps",
        "[1, 2]",
    ],
)
def test_what_a_mapping_may_not_say(text: str) -> None:
    assert problems_of(text)


@pytest.mark.parametrize(
    "text",
    [
        b"missing: !!python/object/apply:os.system ['true']",
        b"a: &a [x, x]\nb: [*a, *a]",
        b"missing: [1\n",
        b"missing: " + b"[" * 5000 + b"]" * 5000,
        b"missing: [" + b"x, " * 100_000 + b"x]",
        b"missing: [a]\nmissing: [b]\n",
        b"---\nmissing: [a]\n---\nmissing: [b]\n",
        b"missing: ['\xff\xfe']",
        b"\xff\xfem\x00",
        b"? [a, b]\n: c\n",
    ],
    ids=["tag", "alias", "broken", "deep", "large", "twice", "two documents", "latin-1", "utf-16", "list as key"],
)
def test_hostile_yaml_is_one_problem(text: bytes) -> None:
    [problem] = problems_of(text)
    assert problem.code == "KAP-M01"


def test_no_text_of_a_cell_is_ever_said() -> None:
    text = "tables: {sessions: {columns: {route: {column: r, values: {CANARY1: CANARY2, CANARY3: [CANARY4]}}}}}"
    for problem in (*problems_of(text), *problems_of(text.replace("[CANARY4]", "CANARY4"))):
        assert "CANARY" not in problem.sentence()


def test_yaml_never_reads_a_text_as_something_else() -> None:
    mapping = parse_mapping(b"missing: [no, 007, 1.0, 2024-01-01, ~]", "clinic.yaml")
    assert mapping.missing == ("no", "007", "1.0", "2024-01-01", "~")


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text("missing: [a]\n")
    other.write_text("missing: [b]\n")
    assert mapping_hash(load_mapping(one)) == mapping_hash(load_mapping(one)) != mapping_hash(load_mapping(other))
    with pytest.raises(KapError):
        load_mapping(tmp_path / "absent.yaml")
