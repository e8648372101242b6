"""Withdrawals, snapshots and retractions: rows leave every table, are counted, and come back only as they may."""

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
from pipelines.steps.publication import publish, tombstone
from tests.home_tools import (
    Row,
    content_of,
    courses,
    deliver,
    events,
    judge_and_publish,
    kap,
    open_job,
    patients,
    phq9,
    rows_stored,
    run_steps,
    sessions,
    take_in_only,
)

TABLES = ("sessions", "scores", "courses", "contacts", "adverse_events")
SNAPSHOT = "mapping_version: 1\ndelivery: snapshot\n"
WHY = "sent by mistake from the test system"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def contacts(of: list[str], **cells: object) -> list[Row]:
    return [
        {"patient_id": patient, "contact_day": -3, "kind": "consultation", "minutes": 50, **cells} for patient in of
    ]


def adverse_events(of: list[str], **cells: object) -> list[Row]:
    return [{"patient_id": patient, "session_day": 4, "event": "nausea", "serious": "no", **cells} for patient in of]


def every_table(of: list[str]) -> dict[str, list[Row]]:
    return {
        "sessions": sessions(of),
        "scores": phq9(of, {-1: 18, 26: 8}),
        "courses": courses(of),
        "contacts": contacts(of),
        "adverse_events": adverse_events(of),
    }


def deliver_all(home: Home, of: list[str], name: str = "first", clinic_id: str = "alder") -> None:
    for table, rows in every_table(of).items():
        deliver(home, clinic_id, f"{name}-{table}.csv", rows)


def stored(home: Home, clinic_id: str = "alder") -> dict[str, set[str]]:
    """Patients of each table of the store."""
    return {table: set(rows_stored(home, table, clinic_id)["patient_id"]) for table in TABLES}


# --- Withdrawals -----------------------------------------------------------------------------------------------------


def test_who_withdraws_leaves_every_table_and_does_not_come_back(home: Home) -> None:
    own = patients(10)
    deliver_all(home, own)
    judge_and_publish(home)
    assert stored(home) == {table: set(own) for table in TABLES}
    deliver(home, "alder", "left.csv", [{"patient_id": "p03"}, {"patient_id": "unknown-one"}])
    ran = judge_and_publish(home)
    left = set(own) - {"p03"}
    assert ran.verdicts() == {"alder": "passed"}
    assert stored(home) == dict.fromkeys(TABLES, left)
    # A later delivery holds the patient: four sessions known before, and a new one.
    deliver(home, "alder", "second.csv", [*sessions(own), *sessions(["p03"], days=(20,))])
    again = judge_and_publish(home)
    assert again.counts("second.csv") == {"duplicate": 40, "accepted": 1}
    assert again.reconciled["withdrawn"].tolist() == [5]
    assert stored(home)["sessions"] == left


def test_history_keeps_a_hash_of_who_withdrew_and_no_page_log_or_ledger_the_pseudonym(home: Home) -> None:
    name = "Q7-canary"
    deliver_all(home, [*patients(9), name])
    deliver(home, "alder", "left.csv", [{"patient_id": name}])
    code, said = kap("run", "--home", str(home.root))
    assert code == 0, said
    assert events(home, "patients_withdrawn") == [
        {"clinic_id": "alder", "patients_n": 1, "tombstones": [tombstone("alder", name)]}
    ]
    assert "records of patients who withdrew count nowhere" in " ".join(said.split())
    assert name not in said
    for place in ("ledger.jsonl", "logs", "releases", "validation", ".dagster", "warehouse.duckdb"):
        found = home.root / place
        files = [found] if found.is_file() else [path for path in found.rglob("*") if path.is_file()]
        assert [path.name for path in files if name.encode() in path.read_bytes()] == []
    # What is made from the store is as if the patient had never been there.
    derived = home.lake / "derived"
    assert [path.name for path in derived.glob("*.parquet") if name.encode() in path.read_bytes()] == []


def test_a_rebuild_from_the_record_leaves_the_same_people_out(home: Home) -> None:
    deliver_all(home, patients(10))
    run_steps(home)
    deliver(home, "alder", "left.csv", [{"patient_id": "p03"}])
    before = run_steps(home).release_id
    lake = content_of(home.lake)
    ledger = home.ledger_file.read_bytes()
    shutil.rmtree(home.lake)
    shutil.rmtree(home.releases)
    home = Home.open(home.root)
    assert run_steps(home).release_id == before
    assert content_of(home.lake) == lake
    assert home.ledger_file.read_bytes() == ledger


def test_a_withdrawal_counts_although_another_file_blocks_the_clinic(home: Home) -> None:
    own = patients(10)
    deliver_all(home, own)
    judge_and_publish(home)
    deliver(home, "alder", "left.csv", [{"patient_id": "p03"}])
    deliver(home, "alder", "broken.csv", sessions(own, days=(30,), route="flying"))
    assert judge_and_publish(home).verdicts() == {"alder": "blocked"}
    assert stored(home)["sessions"] == set(own) - {"p03"}
    assert judge_and_publish(home).verdicts() == {"alder": "blocked"}
    assert stored(home)["sessions"] == set(own) - {"p03"}


def test_a_withdrawal_that_is_taken_back_brings_the_rows_back(home: Home) -> None:
    own = patients(10)
    deliver_all(home, own)
    deliver(home, "alder", "left.csv", [{"patient_id": "p03"}])
    judge_and_publish(home)
    deliver(home, "alder", "back.csv", [{"patient_id": "p03", "record_version": 2, "record_status": "withdrawn"}])
    judge_and_publish(home)
    assert stored(home) == {table: set(own) for table in TABLES}
    assert events(home, "patients_withdrawn")[-1]["patients_n"] == 0


# --- Snapshots -------------------------------------------------------------------------------------------------------


def test_rows_that_a_newer_snapshot_lacks_are_withdrawn_and_counted(home: Home) -> None:
    own = patients(10)
    home.mapping_of("alder").write_text(SNAPSHOT)
    deliver_all(home, own)
    judge_and_publish(home)
    # 2 of 40 sessions are gone, one is corrected, one is new.
    newer = sessions(own)[:-2]
    newer[0] = {**newer[0], "dose_mg": 50}
    deliver(home, "alder", "newer.csv", [*newer, *sessions(["p01"], days=(20,))])
    ran = judge_and_publish(home)
    assert ran.verdicts() == {"alder": "passed"}
    assert ran.counts("newer.csv") == {"accepted": 2, "duplicate": 37, "corrected": 1}
    assert ran.reconciled["absent"].tolist() == [2]
    rows = rows_stored(home, "sessions", "alder")
    assert len(rows) == 39
    assert set(zip(rows["patient_id"], rows["session_day"], strict=True)).isdisjoint({("p10", 8), ("p10", 12)})
    # Other tables have had no newer snapshot.
    assert len(rows_stored(home, "scores", "alder")) == 20
    # They come again: they stand again.
    deliver(home, "alder", "third.csv", [*sessions(own), *sessions(["p01"], days=(20,))])
    ran = judge_and_publish(home)
    assert ran.reconciled["absent"].tolist() == [0]
    assert len(rows_stored(home, "sessions", "alder")) == 41


def test_a_snapshot_that_loses_over_a_fifth_is_blocked_until_confirmed(home: Home) -> None:
    own = patients(10)
    home.mapping_of("alder").write_text(SNAPSHOT)
    deliver(home, "alder", "all.csv", sessions(own))
    judge_and_publish(home)
    # 32 of 40 are four fifths: a loss of 20 % passes. 31 are not.
    deliver(home, "alder", "part.csv", sessions(own)[:31])
    ran = judge_and_publish(home)
    assert [(v.verdict, v.blocking) for v in ran.validations] == [("blocked", ("KAP-D07",))]
    assert len(rows_stored(home, "sessions", "alder")) == 40
    told = " ".join(kap("receipts", "--home", str(home.root))[1].split())
    assert "9 earlier rows are not in this whole export; they are not taken out. Blocked:" in told
    assert "count no longer" not in told and "kap receipts confirm 2 --why" in told
    code, said = kap(
        "receipts", "confirm", "2", "--why", "two patients were exported twice before", "--home", str(home.root)
    )
    assert code == 0, said
    assert judge_and_publish(home).verdicts() == {"alder": "passed"}
    assert len(rows_stored(home, "sessions", "alder")) == 31


def test_a_loss_of_a_fifth_passes(home: Home) -> None:
    own = patients(10)
    home.mapping_of("alder").write_text(SNAPSHOT)
    deliver(home, "alder", "all.csv", sessions(own))
    judge_and_publish(home)
    deliver(home, "alder", "part.csv", sessions(own)[:32])
    assert judge_and_publish(home).verdicts() == {"alder": "passed"}
    assert len(rows_stored(home, "sessions", "alder")) == 32


# --- Receipts --------------------------------------------------------------------------------------------------------


def test_a_retracted_receipt_takes_its_rows_out_of_every_table_and_older_versions_come_back(home: Home) -> None:
    own = patients(10)
    deliver_all(home, own)
    judge_and_publish(home)
    before = {table: rows_stored(home, table, "alder").drop(columns="receipt") for table in TABLES}
    newer = {
        "sessions": sessions(own, dose_mg=70),
        "scores": phq9(own, {-1: 18, 26: 20}),
        "courses": courses(own, sex="male"),
        "contacts": contacts(own, minutes=20),
        "adverse_events": adverse_events(own, serious="yes"),
    }
    for table, rows in newer.items():
        deliver(home, "alder", f"newer-{table}.csv", rows)
    ran = judge_and_publish(home)
    assert sorted(ran.reconciled["corrected"]) == [10, 10, 10, 10, 40]
    assert set(rows_stored(home, "sessions", "alder")["dose_mg"]) == {70}
    for receipt in range(6, 11):
        code, said = kap("receipts", "retract", str(receipt), "--why", WHY, "--home", str(home.root))
        assert code == 0, said
    assert set(rows_stored(home, "sessions", "alder")["dose_mg"]) == {70}, "nothing changes before the next run"
    assert judge_and_publish(home).verdicts() == {"alder": "passed"}
    for table in TABLES:
        after = rows_stored(home, table, "alder").drop(columns="receipt")
        assert after.equals(before[table]), table
    settled = judge_and_publish(home)
    assert settled.validations == [], "once is enough"


def test_a_blocked_delivery_can_be_retracted_and_is_no_longer_pending(home: Home) -> None:
    own = patients(10)
    deliver(home, "alder", "good.csv", sessions(own))
    judge_and_publish(home)
    deliver(home, "alder", "broken.csv", sessions(own, days=(30,), route="flying"))
    code, said = kap("run", "--home", str(home.root))
    assert code == 4, said
    code, said = kap("receipts", "--home", str(home.root))
    assert code == 0
    assert "blocked" in said
    assert kap("receipts", "retract", "2", "--why", WHY, "--home", str(home.root))[0] == 0
    code, said = kap("run", "--home", str(home.root))
    assert code == 0, said
    assert "alder is released" in said
    assert len(rows_stored(home, "sessions", "alder")) == 40


def test_a_clinic_whose_every_receipt_is_retracted_has_no_rows_and_its_file_may_come_again(home: Home) -> None:
    own = patients(10)
    for clinic_id in ("alder", "birch"):
        deliver(home, clinic_id, "sessions.csv", sessions(own))
    judge_and_publish(home)
    kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))
    judge_and_publish(home)
    assert list((home.lake / "sessions").glob("clinic_id=alder/*")) == []
    assert len(rows_stored(home, "sessions", "birch")) == 40
    # A rebuild gives the same.
    shutil.rmtree(home.lake)
    judge_and_publish(home)
    assert list((home.lake / "sessions").glob("clinic_id=alder/*")) == []
    deliver(home, "alder", "sessions.csv", sessions(own))
    ran = judge_and_publish(home)
    assert ran.file("sessions.csv").outcome == "received"
    assert len(rows_stored(home, "sessions", "alder")) == 40


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("retract", "9", "--why", WHY), 2, "KAP-U11"),
        (("confirm", "1", "--why", WHY), 2, "KAP-U12"),
        (("retract", "1", "--why", "oops"), 2, "KAP-U13"),
        (("retract", "1", "--why", "the file of 2024-05-06 was wrong"), 2, "KAP-U13"),
        (("retract", "1"), 2, "KAP-U14"),
        (("retract",), 2, "KAP-U14"),
        (("forget", "1"), 2, "KAP-U04"),
    ],
)
def test_a_decision_that_will_not_do_changes_nothing(
    home: Home, arguments: tuple[str, ...], code: int, told: str
) -> None:
    deliver(home, "alder", "sessions.csv", sessions(patients(10)))
    take_in_only(home)
    ledger = home.ledger_file.read_bytes()
    found, said = kap("receipts", *arguments, "--home", str(home.root))
    assert (found, told in said) == (code, True), said
    assert home.ledger_file.read_bytes() == ledger


def test_the_reason_of_a_decision_lies_in_reviews_and_only_its_hash_in_the_ledger(home: Home) -> None:
    deliver(home, "alder", "sessions.csv", sessions(patients(10)))
    take_in_only(home)
    assert kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))[0] == 0
    (event,) = events(home, "receipt_retracted")
    assert set(event) == {"receipt", "clinic_id", "why_sha256"}
    (kept,) = (home.reviews / "receipts").iterdir()
    assert (kept.stem, kept.stat().st_mode & 0o777) == (event["why_sha256"], 0o600)
    assert WHY in kept.read_text()
    assert kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))[0] == 2
    with home.lock():
        assert kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))[0] == 5


# --- Killed runs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["_write", "_remove_others", "_note_withdrawals", "append", "unlink"])
def test_a_publication_killed_between_two_steps_converges(
    home: Home, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = patients(6)
    deliver(home, "alder", "sessions.csv", sessions(own))
    deliver(home, "alder", "contacts.csv", contacts(own))
    judge_and_publish(home)
    kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))
    deliver(home, "alder", "left.csv", [{"patient_id": "p03"}])

    class Killed(BaseException):
        """As SIGKILL: nothing of the program catches it."""

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        with home.lock():
            job = open_job(home)
            take_in(job, ["alder"])
            prepare_candidates(job, ["alder"])
            validate_candidates(job, ["alder"])
        if step == "append":
            broken.setattr(Ledger, "append", kill)
        elif step == "unlink":
            broken.setattr(Path, "unlink", kill)
        else:
            broken.setattr(pipelines.steps.publication, step, kill)
        with home.lock(), pytest.raises(Killed):
            publish(job, ["alder"])
    judge_and_publish(home)
    # Receipt 1, the first by name, held the contacts.
    assert stored_now(home) == {"sessions": set(own) - {"p03"}}
    assert len(events(home, "patients_withdrawn")) == 1
    assert home.ledger.verify() == []


def stored_now(home: Home) -> dict[str, set[str]]:
    """Patients of the tables that are there."""
    held = [table for table in TABLES if (home.lake / table / "clinic_id=alder" / "part-0.parquet").exists()]
    return {table: set(rows_stored(home, table, "alder")["patient_id"]) for table in held}
