"""Snapshots and retractions: rows leave every table, are counted, and come back only as they may.

`make faults` has a clinic of which everything is retracted, and the run after a blocked delivery is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.home import Home
from tests.every_table import TABLES, adverse_events, contacts, deliver_all
from tests.home_tools import (
    copy_of,
    courses,
    deliver,
    events,
    judge_and_publish,
    kap,
    patients,
    phq9,
    rows_stored,
    sessions,
    take_in_only,
)

SNAPSHOT = "mapping_version: 1\ndelivery: snapshot\n"
WHY = "sent by mistake from the test system"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


# --- Snapshots -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The 40 sessions of ten patients, at a clinic whose every delivery is a whole export."""
    home = Home.open(tmp_path_factory.mktemp("exported") / "home")
    home.mapping_of("alder").write_text(SNAPSHOT)
    deliver(home, "alder", "all.csv", sessions(patients(10)))
    judge_and_publish(home)
    return home


def test_rows_that_a_newer_snapshot_lacks_are_withdrawn_and_counted(home: Home) -> None:
    own = patients(10)
    home.mapping_of("alder").write_text(SNAPSHOT)
    deliver(home, "alder", "sessions.csv", sessions(own))
    deliver(home, "alder", "scores.csv", phq9(own, {-1: 18, 26: 8}))
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


def test_a_snapshot_that_loses_over_a_fifth_is_blocked_until_confirmed(exported: Home, tmp_path: Path) -> None:
    home = copy_of(exported, tmp_path)
    # 32 of 40 are four fifths: a loss of 20 % passes. 31 are not.
    deliver(home, "alder", "part.csv", sessions(patients(10))[:31])
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


def test_a_loss_of_a_fifth_passes(exported: Home, tmp_path: Path) -> None:
    home = copy_of(exported, tmp_path)
    deliver(home, "alder", "part.csv", sessions(patients(10))[:32])
    assert judge_and_publish(home).verdicts() == {"alder": "passed"}
    assert len(rows_stored(home, "sessions", "alder")) == 32


# --- Receipts --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One delivery, taken in and not judged."""
    home = Home.open(tmp_path_factory.mktemp("received") / "home")
    deliver(home, "alder", "sessions.csv", sessions(patients(10)))
    take_in_only(home)
    return home


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


@pytest.mark.long
def test_a_blocked_delivery_can_be_retracted_and_is_no_longer_pending(home: Home) -> None:
    own = patients(10)
    deliver(home, "alder", "good.csv", sessions(own))
    judge_and_publish(home)
    deliver(home, "alder", "broken.csv", sessions(own, days=(30,), route="flying"))
    assert judge_and_publish(home).verdicts() == {"alder": "blocked"}
    code, said = kap("receipts", "--home", str(home.root))
    assert code == 0
    assert "blocked" in said
    assert kap("receipts", "retract", "2", "--why", WHY, "--home", str(home.root))[0] == 0
    code, said = kap("run", "--home", str(home.root))
    assert code == 0, said
    assert "alder is released" in said
    assert len(rows_stored(home, "sessions", "alder")) == 40


@pytest.mark.long
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
    received: Home, arguments: tuple[str, ...], code: int, told: str
) -> None:
    home = received
    ledger = home.ledger_file.read_bytes()
    found, said = kap("receipts", *arguments, "--home", str(home.root))
    assert (found, told in said) == (code, True), said
    assert home.ledger_file.read_bytes() == ledger


def test_the_reason_of_a_decision_lies_in_reviews_and_only_its_hash_in_the_ledger(
    received: Home, tmp_path: Path
) -> None:
    home = copy_of(received, tmp_path)
    assert kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))[0] == 0
    (event,) = events(home, "receipt_retracted")
    assert set(event) == {"receipt", "clinic_id", "why_sha256"}
    (kept,) = (home.reviews / "receipts").iterdir()
    assert (kept.stem, kept.stat().st_mode & 0o777) == (event["why_sha256"], 0o600)
    assert WHY in kept.read_text()
    assert kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))[0] == 2
    with home.lock():
        assert kap("receipts", "retract", "1", "--why", WHY, "--home", str(home.root))[0] == 5
