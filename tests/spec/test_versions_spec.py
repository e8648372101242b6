"""Which record of a key counts: sessions of one patient over several receipts, one line a record."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.contract.tables import SESSIONS
from pipelines.engine import Engine
from pipelines.intake.versions import decide_states, reconcile


def define_typed(engine: Engine, lines: list[tuple[int, int, float, int | None, bool, str]]) -> None:
    """Typed sessions by the iv route: (receipt, session_day, dose_mg, record_version, is_clean, patient_id)."""
    columns = ["receipt", "session_day", "dose_mg", "record_version", "is_clean", "patient_id"]
    given = pd.DataFrame(lines, columns=columns)
    given["n"] = range(1, len(given) + 1)
    given["record_version"] = given["record_version"].astype("Int64")
    engine.define("given", given)
    said = {
        "clinic_id": "'alpha'",
        "patient_id": "patient_id",
        "route": "'iv'",
        "session_day": "session_day",
        "dose_mg": "dose_mg",
        "record_version": "record_version",
    }
    selected = ", ".join(f"CAST({said.get(f.name, 'NULL')} AS {f.sql_type}) AS {f.name}" for f in SESSIONS.fields)
    engine.materialise(
        "typed_sessions",
        f"SELECT {selected}, CAST(receipt AS INTEGER) AS receipt, n AS row_number, n AS record_number, "
        "false AS malformed, CAST([] AS VARCHAR[]) AS damaged, CAST([] AS VARCHAR[]) AS unknown, "
        "CASE WHEN is_clean THEN [] ELSE ['KAP-K02'] END::VARCHAR[] AS quarantined_by, "
        "CAST([] AS VARCHAR[]) AS blanked_by FROM given",
    )


# Each line of a case: receipt, day, dose, version, clean -> state, marks (c current, + correction, m mended).
CASES = {
    "one record of a key is accepted": [(1, 0, 40, None, True, "accepted", "c")],
    "a quarantined record is not accepted": [(1, 0, 40, None, False, "quarantined", "")],
    "the same content again is a duplicate": [
        (1, 0, 40, None, True, "accepted", "c"),
        (2, 0, 40, None, True, "duplicate", ""),
    ],
    "the same row twice in a file: one accepted, the rest duplicates": [
        (1, 0, 40, None, True, "accepted", "c"),
        (1, 0, 40, None, True, "duplicate", ""),
        (1, 0, 40, None, True, "duplicate", ""),
    ],
    "without a version the later receipt wins": [
        (1, 0, 40, None, True, "accepted", ""),
        (2, 0, 50, None, True, "accepted", "c+"),
    ],
    "the higher version wins": [
        (1, 0, 40, 1, True, "accepted", ""),
        (2, 0, 50, 2, True, "accepted", "c+"),
    ],
    "an older version arriving late is stale": [
        (1, 0, 50, 2, True, "accepted", "c"),
        (2, 0, 40, 1, True, "stale", ""),
    ],
    "a record without a version stands below every versioned one": [
        (1, 0, 50, 1, True, "accepted", "c"),
        (2, 0, 40, None, True, "stale", ""),
    ],
    "two versions in one file: the lower is stale": [
        (1, 0, 40, 1, True, "stale", ""),
        (1, 0, 50, 2, True, "accepted", "c"),
    ],
    "two contents in one file with one version: both quarantined": [
        (1, 0, 40, None, True, "quarantined", ""),
        (1, 0, 50, None, True, "quarantined", ""),
    ],
    "all of a conflict are quarantined, copies too": [
        (1, 0, 40, 1, True, "quarantined", ""),
        (1, 0, 40, 1, True, "quarantined", ""),
        (1, 0, 50, 1, True, "quarantined", ""),
        (1, 0, 60, 2, True, "accepted", "c"),
    ],
    "a conflict does not touch what was accepted before, and a later file mends it": [
        (1, 0, 40, None, True, "accepted", ""),
        (2, 0, 50, None, True, "quarantined", "m"),
        (2, 0, 60, None, True, "quarantined", "m"),
        (3, 0, 50, None, True, "accepted", "c+"),
    ],
    "a quarantined row is mended by a later accepted one of its key": [
        (1, 0, 40, None, False, "quarantined", "m"),
        (2, 0, 40, None, True, "accepted", "c"),
    ],
    "a quarantined correction leaves the accepted record current": [
        (1, 0, 40, 1, True, "accepted", "c"),
        (2, 0, 9999, 2, False, "quarantined", ""),
    ],
    "an old content delivered again is a duplicate and does not come back": [
        (1, 0, 40, None, True, "accepted", ""),
        (2, 0, 50, None, True, "accepted", "c+"),
        (3, 0, 40, None, True, "duplicate", ""),
    ],
    "other days are other keys": [
        (1, 0, 40, None, True, "accepted", "c"),
        (1, 7, 50, None, True, "accepted", "c"),
    ],
}


@pytest.fixture(scope="module")
def decided() -> dict[str, list[tuple[object, ...]]]:
    """The states of every case, each case a patient of its own."""
    with Engine() as engine:
        define_typed(engine, [(*line[:5], f"case{n}") for n, case in enumerate(CASES.values()) for line in case])
        decide_states(engine, SESSIONS, "typed_sessions")
        marks = "state, is_current, is_correction, is_mended"
        return {
            name: engine.rows(
                f"SELECT {marks} FROM states_sessions WHERE patient_id = $patient ORDER BY record_number",
                patient=f"case{n}",
            )
            for n, name in enumerate(CASES)
        }


@pytest.mark.parametrize("name", CASES)
def test_states_of_a_key(name: str, decided: dict[str, list[tuple[object, ...]]]) -> None:
    assert decided[name] == [(line[5], "c" in line[6], "+" in line[6], "m" in line[6]) for line in CASES[name]]


def test_a_conflict_names_its_rule_beside_the_others_and_is_counted_in_keys() -> None:
    with Engine() as engine:
        define_typed(engine, [(1, 0, 40, None, True, "A1"), (1, 0, 50, None, True, "A1"), (1, 7, 40, None, True, "A1")])
        decide_states(engine, SESSIONS, "typed_sessions")
        found = engine.rows("SELECT quarantined_by FROM states_sessions ORDER BY record_number")
        assert found == [(["KAP-V05"],), (["KAP-V05"],), ([],)]
        assert reconcile(engine, SESSIONS).to_dict("records") == [
            {
                "receipt": 1,
                "records": 3,
                "accepted": 1,
                "quarantined": 2,
                "duplicate": 0,
                "stale": 0,
                "corrected": 0,
                "mended": 0,
                "withdrawn": 0,
                "keys_n": 2,
                "conflict_keys_n": 1,
            }
        ]


def test_reconciliation_raises_when_a_record_is_lost() -> None:
    with Engine() as engine:
        define_typed(engine, [(1, 0, 40, None, True, "A1")])
        decide_states(engine, SESSIONS, "typed_sessions")
        engine.execute("INSERT INTO decided_sessions BY NAME SELECT 1 AS receipt, 1 AS record_number, 'lost' AS state")
        with pytest.raises(ArithmeticError):
            reconcile(engine, SESSIONS)
