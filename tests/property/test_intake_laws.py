"""Laws of intake over generated deliveries, and the SQL against a plain reading of the rules, record by record."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contract.tables import SESSIONS
from pipelines.engine import Engine
from pipelines.intake.accept import type_records
from pipelines.intake.records import make_records
from pipelines.intake.versions import decide_states, reconcile
from tests.intake_tables import SCALES, choose, define_source, mapping_of

FEW = settings(max_examples=8)


@dataclass(frozen=True)
class Record:
    """One typed session of the laws: a key (patient, day), a content (dose, version), and whether rules let it pass."""

    patient: int
    day: int
    dose: int
    version: int | None
    is_clean: bool = True

    @property
    def key(self) -> tuple[int, int]:
        return self.patient, self.day

    @property
    def content(self) -> tuple[object, ...]:
        return self.dose, self.version


RECORDS = st.builds(
    Record,
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(1, 3),
    st.sampled_from([None, 0, 1, 2]),
    st.sampled_from([True, True, True, False]),
)
FILES = st.lists(st.lists(RECORDS, max_size=25), min_size=1, max_size=4)
# A version for each content, so that no content has two versions and no version two contents.
VERSIONED = st.builds(
    lambda patient, day, version: Record(patient, day, version, version),
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(1, 4),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def decide(engine: Engine, files: list[list[Record]]) -> pd.DataFrame:
    """The states of the records of several files, receipts 1 up, in delivered order."""
    rows = [(receipt, n, *astuple(record)) for receipt, file in enumerate(files, 1) for n, record in enumerate(file, 1)]
    names = ["receipt", "n", "patient", "day", "dose", "version", "is_clean"]
    engine.define("given", pd.DataFrame(rows, columns=names).astype({"version": "Int64", "is_clean": "bool"}))
    said = {
        "clinic_id": "'alpha'",
        "patient_id": "CAST(patient AS VARCHAR)",
        "session_day": "day",
        "route": "'iv'",
        "dose_mg": "dose",
        "record_version": "version",
    }
    columns = ", ".join(f"CAST({said.get(f.name, 'NULL')} AS {f.sql_type}) AS {f.name}" for f in SESSIONS.fields)
    engine.materialise(
        "delivered",
        f"SELECT {columns}, CAST(receipt AS INTEGER) AS receipt, CAST(n AS BIGINT) AS row_number, "
        "CAST(n AS BIGINT) AS record_number, false AS malformed, CAST([] AS VARCHAR[]) AS damaged, "
        "CAST([] AS VARCHAR[]) AS unknown, "
        "CAST(CASE WHEN is_clean THEN [] ELSE ['KAP-K02'] END AS VARCHAR[]) AS quarantined_by, "
        "CAST([] AS VARCHAR[]) AS blanked_by FROM given",
    )
    decide_states(engine, SESSIONS, "delivered")
    return engine.frame("SELECT * FROM states_sessions ORDER BY receipt, record_number")


def current(states: pd.DataFrame) -> list[tuple[object, ...]]:
    """Current rows without where they came from."""
    columns = ["patient_id", "session_day", "dose_mg", "record_version"]
    held = states.loc[states["is_current"], columns].astype("object")
    return sorted(map(tuple, held.where(held.notna(), None).to_numpy().tolist()), key=repr)


def by_hand(files: list[list[Record]]) -> list[tuple[str, bool, bool]]:
    """State, is_current, is_correction of each record: one file after another, as the contract's sentences say."""
    seen: dict[tuple[int, int], set[tuple[object, ...]]] = defaultdict(set)
    highest: dict[tuple[int, int], int] = {}
    winner: dict[tuple[int, int], tuple[int, int]] = {}
    accepted_before: set[tuple[int, int]] = set()
    found: list[list[object]] = []
    for file in files:
        contents = defaultdict(set)
        for record in file:
            if record.is_clean:
                contents[record.key, record.version or 0].add(record.content)
        sound = [r.is_clean and len(contents[r.key, r.version or 0]) == 1 for r in file]
        for record, counts in zip(file, sound, strict=True):
            if counts:
                highest[record.key] = max(highest.get(record.key, 0), record.version or 0)
        accepted_now = set()
        for record, counts in zip(file, sound, strict=True):
            if not counts:
                state = "quarantined"
            elif record.content in seen[record.key]:
                state = "duplicate"
            elif (record.version or 0) < highest[record.key]:
                state = "stale"
            else:
                state = "accepted"
            if counts:
                seen[record.key].add(record.content)
            if state == "accepted":
                accepted_now.add(record.key)
                version, row = winner.get(record.key, (-1, -1))
                if (record.version or 0) >= version:
                    winner[record.key] = (record.version or 0, len(found))
            found.append([state, False, state == "accepted" and record.key in accepted_before])
        accepted_before |= accepted_now
    for _, row in winner.values():
        found[row][1] = True
    return [(str(state), bool(is_current), bool(corrects)) for state, is_current, corrects in found]


@FEW
@given(files=FILES)
def test_the_states_are_those_the_sentences_of_the_contract_give(engine: Engine, files: list[list[Record]]) -> None:
    states = decide(engine, files)
    found = list(zip(states["state"], states["is_current"], states["is_correction"], strict=True))
    assert found == by_hand(files)


@FEW
@given(files=FILES)
def test_nothing_is_lost(engine: Engine, files: list[list[Record]]) -> None:
    decide(engine, files)
    counts = reconcile(engine, SESSIONS).set_index("receipt")
    for receipt, file in enumerate(files, 1):
        if file:
            row = counts.loc[receipt]
            assert row["records"] == len(file)
            assert row[["accepted", "quarantined", "duplicate", "stale"]].sum() == len(file)
            assert row["keys_n"] == len({record.key for record in file if record.is_clean})


@FEW
@given(files=FILES, random=st.randoms(use_true_random=False))
def test_row_order_within_a_file_changes_neither_counts_nor_current_rows(engine, files, random) -> None:  # type: ignore[no-untyped-def]
    before = current(decide(engine, files))
    counted = reconcile(engine, SESSIONS)
    after = current(decide(engine, [random.sample(file, len(file)) for file in files]))
    assert after == before
    pd.testing.assert_frame_equal(reconcile(engine, SESSIONS), counted)


@FEW
@given(files=FILES, data=st.data())
def test_a_file_delivered_again_changes_nothing(engine: Engine, files: list[list[Record]], data: st.DataObject) -> None:
    before = decide(engine, files)
    again = decide(engine, [*files, data.draw(st.sampled_from(files))])
    assert current(again) == current(before)
    assert set(again.loc[again["receipt"] == len(files) + 1, "state"]) <= {"duplicate", "quarantined"}


@FEW
@given(
    files=st.lists(st.lists(VERSIONED, max_size=15), min_size=2, max_size=4), random=st.randoms(use_true_random=False)
)
def test_delivery_order_changes_no_current_row_where_versions_are_given(engine, files, random) -> None:  # type: ignore[no-untyped-def]
    assert current(decide(engine, files)) == current(decide(engine, random.sample(files, len(files))))


CELLS = st.sampled_from(["", " ", "0", "7", "x", "iv", "40", "5.0", "NaN", "trd", "1e400", "A1", "true"])


@FEW
@given(rows=st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=30))
def test_every_row_of_a_file_is_a_record_or_an_empty_row(engine: Engine, rows: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["patient_id", "session_day", "route", "dose_mg", "condition"], *rows])
    choice = choose(define_source(engine, written.getvalue(), (len(rows) + 1,)), mapping_of(""))
    counts = make_records(engine, choice)
    type_records(engine, SESSIONS, "alpha", 1, SCALES)
    empty = sum(not any(cell.strip() for cell in row) for row in rows)
    assert (counts.source_rows, counts.empty_rows, counts.malformed_rows) == (len(rows) + 1, empty, 1)
    assert engine.value("SELECT count(*) FROM typed_sessions") == counts.records == len(rows) - empty + 1
    decide_states(engine, SESSIONS, "typed_sessions")
    assert reconcile(engine, SESSIONS)["records"].sum() == counts.records


def test_the_laws_can_fail() -> None:
    """The reading by hand tells a corrected record from a repeated one; so a wrong SQL would be found."""
    first = Record(0, 0, 1, None)
    assert by_hand([[first], [first]])[1] == ("duplicate", False, False)
    assert by_hand([[first], [replace(first, dose=2)]])[1] == ("accepted", True, True)
