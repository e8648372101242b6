"""Canaries in every kind of place a value can stand: afterwards they stand where rows are kept, nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import pipelines.steps.clinical
from pipelines.home import Home
from tests.home_tools import csv_text, deliver, kap, patients, phq9, sessions

CANARY = "QZCANARY"
MAY_HOLD_ROWS = ("raw", "quarantine", "lake", "inbox")


@dataclass(frozen=True)
class Poisoned:
    """A home after poisoned runs, and all that the commands printed."""

    home: Home
    exit_codes: list[int]
    said: str


def token(place: str) -> str:
    """A canary as a patient's pseudonym."""
    return f"{CANARY}-{place}"


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Poisoned:
    home = Home.open(tmp_path_factory.mktemp("poisoned") / "home")
    own = [token(patient) for patient in patients(9)]
    rows = sessions(own)
    # Unknown words and damaged numbers, in columns of the key and others.
    rows[0] = {**rows[0], "route": f"{CANARY}-route"}
    rows[1] = {**rows[1], "dose_mg": f"{CANARY}-dose"}
    rows[2] = {**rows[2], "session_day": f"{CANARY}-day"}
    rows[3] = {**rows[3], "therapist_presence": f"{CANARY}-word"}
    rows[4] = {**rows[4], "clinic_id": f"{CANARY.lower()}-clinic"}
    # Rows with too many and too few cells.
    text = csv_text(rows) + f"{token('short')}\n" + ",".join([token("long")] * 30) + "\n"
    deliver(home, "alder", "sessions.csv", text)
    # A conflict within a file, an unknown scale, a total out of range, an identifier of course and session.
    scores = phq9(own, {-1: 18, 26: 8}, course_id=token("course"))
    scores[0] = {**scores[0], "scale": f"{CANARY}-scale"}
    deliver(home, "alder", "scores.csv", [*scores, {**scores[3], "item_01": 0}])
    # Refused: an unknown column whose name is a value, an e-mail and a date in cells, bytes that are no text.
    wrong = [{**row, f"{CANARY}-header@example.org": 1} for row in phq9(own[:1], {30: 5})]
    deliver(home, "alder", "unknown-column.csv", wrong)
    said = f"{CANARY} wrote to me@example.org on 2024-05-06"
    spoken = [{**row, "administration": said} for row in phq9(own, {31: 5})]
    deliver(home, "alder", "free-text.csv", spoken)
    deliver(home, "alder", "later.csv", f"patient_id,contact_day,kind\n{token('contact')},1,consultation\n")
    (home.inbox_of("alder") / "bytes.csv").write_bytes(b"patient_id,scale\n\xff\xfe" + CANARY.encode() + b"\x00\n")
    (home.inbox_of("alder") / "not-parquet.parquet").write_bytes(b"PAR1" + CANARY.encode() * 20)
    first = kap("run", "--home", str(home.root))
    # A step that fails with a value in its error, as a library's message would have it.
    deliver(home, "alder", "more.csv", phq9(own, {90: 5}))
    with pytest.MonkeyPatch.context() as broken:

        def fail(*_: object) -> None:
            try:
                raise KeyError(f"{CANARY}-inner")
            except KeyError as inner:
                raise ValueError(f"could not convert {CANARY}-outer") from inner

        broken.setattr(pipelines.steps.clinical, "derive_care", fail)
        second = kap("run", "--home", str(home.root))
    return Poisoned(home, [first[0], second[0]], first[1] + second[1])


def test_no_canary_stands_outside_the_rows(poisoned: Poisoned):
    files = [path for path in poisoned.home.root.rglob("*") if path.is_file() and not path.is_symlink()]
    looked_at = [path for path in files if path.relative_to(poisoned.home.root).parts[0] not in MAY_HOLD_ROWS]
    found = [str(path.relative_to(poisoned.home.root)) for path in looked_at if _holds(path)]
    assert found == []
    places = {path.relative_to(poisoned.home.root).parts[0] for path in looked_at}
    assert {"logs", "validation", "releases", ".dagster", "ledger.jsonl"} <= places
    assert any(path.suffix == ".db" for path in looked_at), "the Dagster events were looked at"


def test_no_canary_stands_in_what_was_printed(poisoned: Poisoned):
    assert poisoned.exit_codes == [4, 1] or poisoned.exit_codes == [3, 1], poisoned.said
    assert CANARY.lower() not in poisoned.said.lower()
    assert "Traceback" not in poisoned.said
    assert "ValueError at" in poisoned.said


def test_reasons_beside_quarantined_rows_hold_no_canary_either(poisoned: Poisoned):
    reasons = list(poisoned.home.quarantine.rglob("reasons.csv"))
    assert len(reasons) >= 5
    assert [path for path in reasons if _holds(path)] == []


def test_the_canaries_were_there_to_be_found(poisoned: Poisoned):
    """The search itself works: raw holds them as delivered, quarantine and lake as rows."""
    for folder in ("raw", "quarantine", "lake"):
        assert any(_holds(path) for path in (poisoned.home.root / folder).rglob("*") if path.is_file()), folder


def _holds(path: Path) -> bool:
    content = path.read_bytes().lower()
    if path.suffix == ".parquet" and content[:4] == b"par1":
        import pandas as pd

        content = pd.read_parquet(path).to_csv().lower().encode()
    return CANARY.lower().encode() in content or CANARY.lower().encode("utf-16-le") in content
