"""What the footers of a clinic's files tell of empty columns, and that judging by them changes no finding."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest

from expectations.run import Evaluated, evaluate_clinic
from expectations.step import relations_of
from pipelines.engine import Engine
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.versions import StoredStates
from pipelines.rules import evaluation
from pipelines.rules.candidates import unfilled
from pipelines.steps.candidates import choose
from tests.home_tools import deliver, open_job, patients, phq9, sessions, take_in_only
from tests.mutation.planting import carrier, clean_patient, files

_NOTHING = {"malformed": False, "damaged": [], "unknown": [], "quarantined_by": []}


def _parquet(path: Path, rows: list[dict[str, object]]) -> Path:
    """A file of typed sessions, as intake writes them, with these cells."""
    kinds = {
        "receipt": "INTEGER",
        "row_number": "BIGINT",
        "dose_mg": "DOUBLE",
        "route": "VARCHAR",
        "completed": "BOOLEAN",
        "malformed": "BOOLEAN",
        "damaged": "VARCHAR[]",
        "unknown": "VARCHAR[]",
        "quarantined_by": "VARCHAR[]",
    }
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE given ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
        for row in rows:
            cells = [(_NOTHING | row).get(name) for name in kinds]
            connection.execute(f"INSERT INTO given VALUES ({', '.join('?' * len(kinds))})", cells)
        connection.execute(f"COPY given TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        ([{"receipt": 1, "row_number": 1, "dose_mg": 40.0}], {"dose_mg"}),
        ([{"receipt": 1, "row_number": 1, "completed": False}], {"completed"}),
        ([{"receipt": 1, "row_number": 1, "malformed": True}, {"receipt": 1, "row_number": 2}], {"malformed"}),
        ([{"receipt": 1, "row_number": 1, "damaged": ["dose_mg"]}], {"damaged"}),
        ([{"receipt": 1, "row_number": 1}, {"receipt": 1, "row_number": 2, "unknown": ["route"]}], {"unknown"}),
        ([{"receipt": 1, "row_number": 1, "quarantined_by": ["KAP-K02"]}], {"quarantined_by"}),
    ],
)
def test_a_column_without_a_value_or_a_list_without_a_word_is_told_from_the_footer(
    rows: list[dict[str, object]], held: set[str], tmp_path: Path
) -> None:
    file = _parquet(tmp_path / "sessions.parquet", rows)
    with Engine([tmp_path]) as engine:
        told = unfilled(engine, "sessions", [file])
    asked = {"receipt", "row_number", "dose_mg", "route", "completed", *_NOTHING}
    assert asked - told == held | {"receipt", "row_number"}


def test_what_one_file_of_several_holds_is_held(tmp_path: Path) -> None:
    place = {"receipt": 1, "row_number": 1}
    listed = [
        _parquet(tmp_path / "first.parquet", [place | {"dose_mg": 40.0}]),
        _parquet(tmp_path / "second.parquet", [place | {"route": "iv"}, place | {"damaged": ["route"]}]),
    ]
    with Engine([tmp_path]) as engine:
        told = unfilled(engine, "sessions", listed)
        assert not {"dose_mg", "route", "damaged", "receipt"} & told
        assert {"completed", "unknown", "malformed"} <= told


def test_no_file_holds_nothing_and_decided_records_may_be_quarantined(tmp_path: Path) -> None:
    decided = tmp_path / "decided.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS receipt, TRUE AS in_conflict) TO '{decided}' (FORMAT parquet)")
    file = _parquet(tmp_path / "sessions.parquet", [{"receipt": 1, "row_number": 1}])
    with Engine([tmp_path]) as engine:
        assert {"receipt", "session_day", "malformed"} <= unfilled(engine, "sessions")
        assert "quarantined_by" not in unfilled(engine, "sessions", [file], decided)


def _both(home: Home, clinic_id: str, folder: Path) -> list[dict[str, Evaluated]]:
    """A clinic evaluated from its stored files, and from a copy of its decided records, whose columns are counted."""
    job = open_job(home)
    stored = relations_of(job, choose(job, job.history(), clinic_id))
    copied: dict[str, Path | StoredStates] = {}
    for name, given in stored.items():
        copied[name] = given
        if isinstance(given, StoredStates):
            copied[name] = folder / f"{name}.parquet"
            with Engine([*{path.parent for path in (*given.delivered, given.decided)}, folder]) as engine:
                engine.write_parquet(f"SELECT * FROM {given.view(engine)}", folder / f"{name}.parquet", {})
    found = []
    for which, relations in (("stored", stored), ("copied", copied)):
        scratch = folder / which
        scratch.mkdir()
        found.append(evaluate_clinic(relations, scratch, load_catalogue()))
    return found


def test_a_clinic_is_judged_the_same_from_its_files_as_from_its_records(tmp_path: Path) -> None:
    """Faults of every kind, a correction and a conflict in one clinic; nothing to note in the other."""
    home = Home.open(tmp_path / "home")
    draw = random.Random(23)
    people = [*(carrier(draw).patient for _ in range(25)), *(clean_patient(draw) for _ in range(35))]
    texts, _ = files(people, "faulty", draw)
    for table, text in texts.items():
        deliver(home, "faulty", f"{table}.csv", text)
    take_in_only(home)
    deliver(home, "faulty", "more.csv", [*phq9(patients(3), {-1: 12, 14: 9}), *phq9(patients(1), {14: 4})])
    deliver(home, "sound", "sessions.csv", sessions(patients(12)))
    deliver(home, "sound", "scores.csv", phq9(patients(12), {-1: 18, 28: 9}))
    take_in_only(home)
    for clinic_id in ("faulty", "sound"):
        folder = tmp_path / clinic_id
        folder.mkdir()
        stored, copied = _both(home, clinic_id, folder)
        assert list(stored) == list(copied) == list(evaluation.relations())
        for name, each in stored.items():
            other = copied[name]
            assert each.counted == other.counted, name
            assert (each.parts, each.rows, each.profile) == (other.parts, other.rows, other.profile), name
        failing = sum(bool(counts.violated_n) for each in stored.values() for counts in each.counted.values())
        assert failing > 25 if clinic_id == "faulty" else failing < 25
