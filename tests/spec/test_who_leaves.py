"""Withdrawals: who withdraws leaves every table, is counted, and does not come back; a run killed on the way converges.

`make test` kills the publication between two of its steps, `make faults` between any two; it has the rebuild too.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import pipelines.steps.publication
from expectations.step import validate_candidates
from pipelines.home import Home
from pipelines.provenance.ledger import Ledger
from pipelines.steps.candidates import prepare_candidates
from pipelines.steps.intake import take_in
from pipelines.steps.job import Job
from pipelines.steps.publication import publish, tombstone
from tests.every_table import TABLES, contacts, deliver_all, stored
from tests.home_tools import (
    content_of,
    copy_of,
    deliver,
    events,
    judge_and_publish,
    kap,
    open_job,
    patients,
    run_steps,
    sessions,
)

NAME = "Q7-canary"
OWN = [*patients(9), NAME]
LEFT = set(OWN) - {NAME}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Ten patients in every table of one clinic. Tests go on from a copy, or from a copy of a later state."""
    home = Home.open(tmp_path_factory.mktemp("standing") / "home")
    deliver_all(home, OWN)
    judge_and_publish(home)
    assert stored(home) == {table: set(OWN) for table in TABLES}
    return home


@pytest.fixture(scope="module")
def left(standing: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One of them withdrew, and a pseudonym that nobody has."""
    home = copy_of(standing, tmp_path_factory.mktemp("left"))
    deliver(home, "alder", "left.csv", [{"patient_id": NAME}, {"patient_id": "unknown-one"}])
    assert judge_and_publish(home).verdicts() == {"alder": "passed"}
    return home


@pytest.fixture(scope="module")
def released(standing: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """One of them withdrew, a delivery still holds them, and `kap run` made a release; what it said."""
    home = copy_of(standing, tmp_path_factory.mktemp("released"))
    deliver(home, "alder", "left.csv", [{"patient_id": NAME}])
    deliver(home, "alder", "second.csv", sessions(OWN, days=(20, 24)))
    code, said = kap("run", "--home", str(home.root))
    assert code == 0, said
    return home, said


def test_who_withdraws_leaves_every_table_and_does_not_come_back(left: Home, tmp_path: Path) -> None:
    assert stored(left) == dict.fromkeys(TABLES, LEFT)
    home = copy_of(left, tmp_path)
    # A later delivery holds the patient: four sessions known before, and a new one.
    deliver(home, "alder", "second.csv", [*sessions(OWN), *sessions([NAME], days=(20,))])
    again = judge_and_publish(home)
    assert again.counts("second.csv") == {"duplicate": 40, "accepted": 1}
    assert again.reconciled["withdrawn"].tolist() == [5]
    assert stored(home)["sessions"] == LEFT


def test_history_keeps_a_hash_of_who_withdrew_and_no_page_log_or_ledger_the_pseudonym(
    released: tuple[Home, str],
) -> None:
    home, said = released
    assert events(home, "patients_withdrawn") == [
        {"clinic_id": "alder", "patients_n": 1, "tombstones": [tombstone("alder", NAME)]}
    ]
    assert "records of patients who withdrew count nowhere" in " ".join(said.split())
    assert NAME not in said
    for place in ("ledger.jsonl", "logs", "releases", "validation", ".dagster", "warehouse.duckdb"):
        found = home.root / place
        files = [found] if found.is_file() else [path for path in found.rglob("*") if path.is_file()]
        assert files and [path.name for path in files if NAME.encode() in path.read_bytes()] == []
    # What is made from the store is as if the patient had never been there.
    derived = home.lake / "derived"
    assert [path.name for path in derived.glob("*.parquet") if NAME.encode() in path.read_bytes()] == []


@pytest.mark.long
def test_a_rebuild_from_the_record_leaves_the_same_people_out(released: tuple[Home, str], tmp_path: Path) -> None:
    before, lake = released[0].current_release(), content_of(released[0].lake)
    # What the warehouse was made of; these steps make none.
    del lake["warehouse.json"]
    home = copy_of(released[0], tmp_path)
    ledger = home.ledger_file.read_bytes()
    shutil.rmtree(home.lake)
    shutil.rmtree(home.releases)
    home = Home.open(home.root)
    assert run_steps(home).release_id == before
    assert content_of(home.lake) == lake
    assert home.ledger_file.read_bytes() == ledger


def test_a_withdrawal_counts_although_another_file_blocks_the_clinic(standing: Home, tmp_path: Path) -> None:
    home = copy_of(standing, tmp_path)
    deliver(home, "alder", "left.csv", [{"patient_id": NAME}])
    deliver(home, "alder", "broken.csv", sessions(OWN, days=(30,), route="flying"))
    assert judge_and_publish(home).verdicts() == {"alder": "blocked"}
    assert stored(home)["sessions"] == LEFT
    assert judge_and_publish(home).verdicts() == {"alder": "blocked"}
    assert stored(home)["sessions"] == LEFT


def test_a_withdrawal_that_is_taken_back_brings_the_rows_back(left: Home, tmp_path: Path) -> None:
    home = copy_of(left, tmp_path)
    deliver(home, "alder", "back.csv", [{"patient_id": NAME, "record_version": 2, "record_status": "withdrawn"}])
    judge_and_publish(home)
    assert stored(home) == {table: set(OWN) for table in TABLES}
    # The pseudonym that nobody has is still withdrawn.
    assert events(home, "patients_withdrawn")[-1]["tombstones"] == [tombstone("alder", "unknown-one")]


# --- Killed runs -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A home up to the publication of a withdrawal and of a receipt taken out, neither published; the run's id."""
    home = Home.open(tmp_path_factory.mktemp("judged") / "home")
    own = patients(6)
    deliver(home, "alder", "sessions.csv", sessions(own))
    deliver(home, "alder", "contacts.csv", contacts(own))
    judge_and_publish(home)
    why = "sent by mistake from the test system"
    # Receipt 1, the first by name, held the contacts.
    assert kap("receipts", "retract", "1", "--why", why, "--home", str(home.root))[0] == 0
    deliver(home, "alder", "left.csv", [{"patient_id": "p03"}])
    with home.lock():
        job = open_job(home)
        take_in(job, ["alder"])
        prepare_candidates(job, ["alder"])
        validate_candidates(job, ["alder"])
    return home, job.run_id


@pytest.mark.parametrize(
    "step",
    [
        "_remove_others",
        "append",
        *(pytest.param(step, marks=pytest.mark.long) for step in ("_write", "_note_withdrawals", "unlink")),
    ],
)
def test_a_publication_killed_between_two_steps_converges(
    judged: tuple[Home, str], step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_of(judged[0], tmp_path)

    class Killed(BaseException):
        """As SIGKILL: nothing of the program catches it."""

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        if step == "append":
            broken.setattr(Ledger, "append", kill)
        elif step == "unlink":
            broken.setattr(Path, "unlink", kill)
        else:
            broken.setattr(pipelines.steps.publication, step, kill)
        with home.lock(), pytest.raises(Killed):
            publish(Job.open(home, judged[1]), ["alder"])
    judge_and_publish(home)
    assert stored(home) == {"sessions": set(patients(6)) - {"p03"}}
    assert len(events(home, "patients_withdrawn")) == 1
    assert home.ledger.verify() == []
