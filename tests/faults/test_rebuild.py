"""What can be deleted, deleted: the record alone gives every byte back. A run that was killed converges on the next.

`make test` rebuilds from a copy of the record, `make faults` a home of which everything else was deleted or is of
another version.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import pipelines.steps.intake
from pipelines.home import Home
from pipelines.intake.receipts import read_receipts
from tests.home_tools import (
    content_of,
    courses,
    deliver,
    events,
    judge_and_publish,
    kap,
    patients,
    phq9,
    run_steps,
    sessions,
    take_in_only,
)

REBUILT = ("releases", "validation", "logs", "tmp", ".dagster")
MAPPING = """\
mapping_version: 1
tables:
  scores:
    columns: {patient_id: who, score_day: day}
    scores:
      - {scale: phq9, total: sum}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Clinics with a mapping, a correction, quarantined rows, a superseded and a blocked delivery."""
    home = Home.open(tmp_path_factory.mktemp("rebuild") / "home")
    home.settings_file.write_text('[network]\nname = "Two rivers"\n')
    own = patients(12)
    deliver(home, "alder", "courses.csv", courses(own))
    bare = [{name: cell for name, cell in row.items() if name != "condition"} for row in sessions(own)]
    deliver(home, "alder", "sessions.csv", bare)
    deliver(home, "alder", "scores.csv", [*phq9(own, {-1: 18, 26: 8}), {"patient_id": "p01", "scale": "phq9"}])
    home.mapping_of("birch").write_text(MAPPING)
    deliver(home, "birch", "sessions.csv", sessions(own))
    for name, day, total in (("before", -2, 20), ("after", 26, 9)):
        rows = [{"who": patient, "day": day, "sum": total} for patient in own]
        deliver(home, "birch", f"{name}.csv", rows)
    deliver(home, "birch", "broken.csv", [{"who": patient, "day": "later", "sum": 4} for patient in own])
    take_in_only(home)
    deliver(home, "alder", "corrected.csv", phq9(own[:6], {26: 4}))
    assert judge_and_publish(home).verdicts() == {"alder": "passed", "birch": "blocked"}
    deliver(home, "birch", "broken.csv", [{"who": patient, "day": 90, "sum": 4} for patient in own])
    assert judge_and_publish(home).verdicts() == {"birch": "passed"}
    deliver(home, "alder", "refused-by-rules.csv", [row | {"score_day": "x"} for row in phq9(own, {91: 4})])
    assert run_steps(home).verdicts() == {"alder": "blocked"}
    return home


@pytest.mark.long
def test_everything_but_the_record_is_rebuilt_byte_for_byte(home: Home):
    release_id, release = home.current_release(), content_of(home.current)
    lake = content_of(home.lake)
    assert len(release) > 20
    assert len(lake) > 20
    for name in REBUILT:
        shutil.rmtree(home.root / name)
    # An older version wrote the lake: with other columns, which this one cannot read.
    for path in home.lake.rglob("*.parquet"):
        path.write_bytes(b"of another layout")
    (home.lake / "written_with.json").write_text('{"product_version": "0.0.9"}')
    exit_code, said = kap("run", "--home", str(home.root))
    assert exit_code == 4, said
    assert "The lake was of another version of kap: it was made again" in " ".join(said.split())
    assert home.current_release() == release_id
    rebuilt = content_of(home.current)
    assert [name for name in release if rebuilt.get(name) != release[name]] == []
    assert rebuilt.keys() == release.keys()
    again = content_of(home.lake)
    assert [name for name in lake if again.get(name) != lake[name]] == []


def test_a_copy_of_the_record_alone_gives_the_same_release_and_store(home: Home, tmp_path: Path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("raw", "mappings"):
        shutil.copytree(home.root / name, copy / name)
    for name in ("ledger.jsonl", "kap.toml", "home.json"):
        shutil.copy(home.root / name, copy / name)
    restored = Home.open(copy, create=False)
    run_steps(restored)
    assert restored.current_release() == home.current_release()
    assert content_of(restored.current) == content_of(home.current)
    for name in ("sessions", "scores", "courses", "derived"):
        assert content_of(restored.lake / name) == content_of(home.lake / name), name


def test_damaged_raw_bytes_are_told_and_nothing_is_made_from_them(home: Home, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(home.root, copy, symlinks=True)
    shutil.rmtree(copy / "lake")
    victim = sorted((copy / "raw" / "deliveries").glob("*/*"))[0]
    victim.write_bytes(victim.read_bytes()[:-1])
    exit_code, said = kap("run", "--home", str(copy))
    assert exit_code == 1
    assert "KAP-L02" in said
    assert Home.open(copy).current_release() == home.current_release()


@pytest.mark.parametrize("step", ["store_typed", "_commit", "write_receipt", "unlink"])
def test_a_run_killed_at_any_commitment_of_a_file_converges(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = Home.open(tmp_path / "home")
    path = deliver(home, "birch", "scores.csv", phq9(patients(3), {-1: 18, 26: 8}))

    class Killed(BaseException):
        """As SIGKILL: nothing of the program catches it."""

    def kill(*_, **__):
        raise Killed

    with monkeypatch.context() as broken:
        if step == "write_receipt":
            # Killed between the receipt and its line in the ledger.
            broken.setattr("pipelines.provenance.ledger.Ledger.append", kill)
        elif step == "unlink":
            broken.setattr(Path, "unlink", kill)
        else:
            broken.setattr(pipelines.steps.intake, step, kill)
        with pytest.raises(Killed):
            take_in_only(home)
    assert path.exists(), "a file leaves the inbox only when its receipt is durable"
    # Meanwhile another clinic, first by name, delivers: it may take the number that was never given.
    deliver(home, "alder", "scores.csv", phq9(patients(2), {-1: 10}))
    take_in_only(home)
    receipts = {(receipt.clinic_id, receipt.records_n) for receipt in read_receipts(home.raw)}
    assert receipts == {("alder", 2), ("birch", 6)}
    received = {(body["clinic_id"], body["receipt"]) for body in events(home, "delivery_received")}
    assert len(received) == len({number for _, number in received}) == 2
    assert list(home.inbox.glob("*/*")) == []
    assert home.ledger.verify() == []
    assert set(home.raw.rglob(".*")) == set()
