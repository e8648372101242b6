"""The main job as a clinic meets it: what is put into the inbox, what is said of it, what stands in the release."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipelines.contract.tables import SCORES
from pipelines.engine import Engine
from pipelines.home import Home
from pipelines.intake.receipts import read_receipts
from pipelines.intake.versions import StoredStates
from pipelines.version import CONTRACT_VERSION, DEFINITION_SET, GATE_VERSION, PRODUCT_VERSION
from tests.home_tools import (
    Ran,
    content_of,
    courses,
    csv_text,
    deliver,
    events,
    kap,
    manifest,
    outcome,
    patients,
    phq9,
    rows_stored,
    run_steps,
    sessions,
    table,
    take_in_only,
)

# CONTRACT.md section 1: what a receipt holds, beside its format.
RECEIPT_FIELDS = {
    *("sequence", "received_at", "clinic_id", "bytes", "sha256", "kind", "file", "table", "context", "format"),
    *("rows_n", "empty_rows_n", "malformed_n", "records_n", "quarantined_n", "courses_delivered"),
    *("mapping_sha256", "settings_sha256", "contract_version", "product_version", "gate_version", "definition_set"),
    *("delivery", "dated", "original_sha256"),
}
STAMP = {"contract_version": CONTRACT_VERSION, "product_version": PRODUCT_VERSION, "definition_set": DEFINITION_SET}
CONTACTS = "patient_id,contact_day,kind\np05,-3,consultation\n"


def without(rows, *columns):
    """Rows without some columns."""
    return [{name: cell for name, cell in row.items() if name not in columns} for row in rows]


@dataclass(frozen=True)
class Network:
    """A home after its first `kap run`: three clinics, in three formats."""

    home: Home
    exit_code: int
    said: str


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    home = Home.open(tmp_path_factory.mktemp("network") / "home")
    own = patients(12)
    # alder: a CSV, a compressed one and a Parquet file. Conditions stand in its courses only; one patient has no
    # course, another one's first sessions were never delivered.
    deliver(
        home,
        "alder",
        "sessions.csv",
        without([*sessions([*own, "no-course"]), *sessions(["truncated"], days=(5, 9))], "condition"),
    )
    deliver(home, "alder", "scores.csv.gz", phq9([*own, "no-course", "truncated"], {-1: 18, 26: 8}))
    deliver(home, "alder", "courses.parquet", courses([*own, "truncated"]))
    # birch: one unreadable day in 40 rows, an empty row, a repeated row, a row with too few cells, a contact.
    rows = sessions(patients(10), route="im")
    text = csv_text([{**rows[0], "session_day": "soon"}, *rows[1:], rows[-1]])
    deliver(home, "birch", "sessions.csv", f"{text},,,,\np09,30\n")
    deliver(home, "birch", "scores.csv", phq9(patients(10), {-1: 15, 26: 12}))
    deliver(home, "birch", "contacts.csv", CONTACTS)
    # cedar: three patients; no condition for anyone, so a second file of sessions is refused.
    deliver(home, "cedar", "sessions.csv", sessions(patients(3)))
    deliver(home, "cedar", "scores.csv", phq9(patients(3), {-1: 20, 26: 10}))
    deliver(home, "cedar", "bare.csv", without(sessions(patients(3), days=(20,)), "condition"))
    exit_code, said = kap("run", "--home", str(home.root))
    return Network(home, exit_code, said)


def test_a_run_with_a_refused_file_ends_with_exit_code_3_and_releases_what_passed(network: Network):
    assert network.exit_code == 3, network.said
    assert {body["clinic_id"]: body["verdict"] for body in events(network.home, "clinic_validated")} == {
        "alder": "passed",
        "birch": "passed",
        "cedar": "passed",
    }
    assert outcome(network.home, "alder")["change_mean"] == "-10"
    assert "Traceback" not in network.said


def test_every_row_of_every_file_is_accounted_for_and_printed(network: Network):
    receipts = {receipt.sequence: receipt for receipt in read_receipts(network.home.raw)}
    reconciled = [row for body in events(network.home, "clinic_validated") for row in body["reconciliation"]]
    assert sorted(row["receipt"] for row in reconciled) == sorted(receipts) == [1, 2, 3, 4, 5, 6, 7, 8]
    for row in reconciled:
        assert row["records"] == row["accepted"] + row["quarantined"] + row["duplicate"] + row["stale"]
        assert row["records"] == receipts[row["receipt"]].records_n
    (birch,) = [r for r in receipts.values() if (r.clinic_id, r.file) == ("birch", "sessions.csv")]
    # 40 sessions, one twice, one empty row, one with too few cells.
    assert (birch.rows_n, birch.empty_rows_n, birch.malformed_n, birch.records_n) == (43, 1, 1, 42)
    (counts,) = [row for row in reconciled if row["receipt"] == birch.sequence]
    assert (counts["accepted"], counts["quarantined"], counts["duplicate"], counts["stale"]) == (39, 2, 1, 0)
    said = [line.split() for line in network.said.splitlines()]
    # records, accepted, set aside, duplicates
    assert ["sessions.csv", "42", "39", "2", "1"] in said
    assert "birch/sessions.csv: 1 of 43 rows empty." in network.said
    for receipt in receipts.values():
        assert [receipt.file, str(receipt.records_n)] in [line[:2] for line in said]


def test_a_file_leaves_the_inbox_when_its_receipt_is_there_and_its_bytes_are_kept(network: Network):
    waiting = sorted(path.name for path in network.home.inbox.glob("*/*"))
    assert waiting == []
    kept = {path.stem.split(".")[0] for path in network.home.raw.glob("deliveries/*/*")}
    assert kept == {receipt.sha256 for receipt in read_receipts(network.home.raw)}


def test_contacts_stand_in_the_store_and_in_the_pathway(network: Network):
    assert len(rows_stored(network.home, "contacts", "birch")) == 1
    where = "clinic_id == 'birch' and condition == 'all' and route == 'all' and step == 'consultation'"
    (consultation,) = table(network.home, "care_pathway").query(where).to_dict("records")
    # Nine, since one lost the session of day 0. One consultation is on file: how many were done of it is withheld.
    assert (consultation["of_n"], consultation["recorded_n"], consultation["done_n"]) == ("9", "1", "")


def test_sessions_need_no_condition_where_courses_come_in_the_same_batch(network: Network):
    assert outcome(network.home, "alder")["n_started"] == "12"
    refused = events(network.home, "delivery_refused")
    assert [body["clinic_id"] for body in refused] == ["cedar"]
    assert "condition" in network.said
    (folder,) = (network.home.quarantine / "files" / "cedar").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["file", "reasons.csv"]


def test_courses_without_a_condition_or_a_beginning_are_counted_in_data_quality_alone(network: Network):
    quality = table(network.home, "data_quality").set_index(["clinic_id", "rule"])
    for rule in ("KAP-W01", "KAP-W02"):
        assert quality.loc[("alder", rule), ["failed_n", "evaluated_n"]].tolist() == ["1", "14"], rule
    for name in ("outcomes_by_route_condition", "denominators"):
        own = table(network.home, name).query("clinic_id == 'alder'")
        assert own["n_started"].astype(int).max() == 12, name
    trajectories = table(network.home, "score_trajectories").query("clinic_id == 'alder'")
    assert trajectories["n"].replace("", "0").astype(int).max() == 12


def test_a_group_of_one_to_four_shows_no_figure(network: Network):
    outcomes = table(network.home, "outcomes_by_route_condition")
    own = outcomes[outcomes["clinic_id"] == "cedar"]
    assert len(own) > 0
    words = ["clinic_id", "condition", "route", "scale", "timepoint", "definition", "evidence", "empty_because"]
    assert own.drop(columns=words).map(lambda cell: cell in ("", "assumed")).all(axis=None)
    assert set(own["evidence"]) == {"withheld"}
    for name in ("denominators", "score_trajectories"):
        own = table(network.home, name).query("clinic_id == 'cedar'")
        figures = own.drop(columns=[c for c in (*words, "axis", "position", "due_basis") if c in own])
        assert (figures == "").all(axis=None), name


def test_a_clinics_site_stands_alone(network: Network):
    sites = {path.name for path in (network.home.current / "clinics").iterdir()}
    assert sites == {"alder", "birch", "cedar"}
    for site in sites:
        content = b"\n".join(content_of(network.home.current / "clinics" / site).values())
        assert not [other for other in sites - {site} if other.encode() in content]
    for reader, kind in ((pd.read_csv, "csv"), (pd.read_parquet, "parquet")):
        for path in (network.home.current / "clinics").rglob(f"*.{kind}"):
            clinics = set(reader(path)["clinic_id"])
            assert clinics <= {path.relative_to(network.home.current / "clinics").parts[0]}


def test_a_receipt_holds_what_the_contract_says(network: Network):
    for path in (network.home.raw / "receipts").iterdir():
        receipt = json.loads(path.read_bytes())
        assert set(receipt) == RECEIPT_FIELDS
        assert {name: receipt[name] for name in STAMP} == STAMP
        assert receipt["gate_version"] == GATE_VERSION
        assert receipt["received_at"].endswith("+00:00")
        settings = network.home.raw / "settings" / f"{receipt['settings_sha256']}.json"
        assert settings.is_file()


def test_versions_travel_with_every_stored_file(network: Network):
    files = [*network.home.lake.rglob("*.parquet"), *network.home.current.resolve().rglob("*.parquet")]
    assert len(files) > 30
    for path in files:
        footer = {key.decode(): value.decode() for key, value in (pq.read_metadata(path).metadata or {}).items()}
        assert STAMP.items() <= footer.items(), path.name
    held = manifest(network.home)
    assert {**STAMP}.items() <= {name: held.get(name) for name in STAMP}.items()


def test_rows_of_patients_are_for_the_owner_alone(network: Network):
    for folder in (network.home.raw, network.home.quarantine, network.home.lake, network.home.validation):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.relative_to(network.home.root)


def test_nothing_was_altered_says_kap_verify(network: Network):
    exit_code, said = kap("verify", "--home", str(network.home.root))
    assert (exit_code, network.home.ledger.verify()) == (0, []), said


def test_the_same_bytes_again_change_nothing(network: Network):
    before = content_of(network.home.current), network.home.current_release()
    deliver(network.home, "birch", "once-more.csv", phq9(patients(10), {-1: 15, 26: 12}))
    ran = run_steps(network.home)
    assert ran.file("once-more.csv").outcome == "repeated"
    assert ran.validations == []
    assert (content_of(network.home.current), network.home.current_release()) == before
    assert not (network.home.inbox_of("birch") / "once-more.csv").exists()


def test_the_same_rows_in_another_order_are_all_duplicates_and_change_no_figure(network: Network):
    before, quality = content_of(network.home.current / "tables"), table(network.home, "data_quality")
    deliver(network.home, "birch", "reordered.csv", phq9(patients(10), {26: 12, -1: 15})[::-1])
    ran = run_steps(network.home)
    assert ran.counts("reordered.csv") == {"duplicate": 20}
    after = content_of(network.home.current / "tables")
    assert {name for name in before if before[name] != after[name]} <= {"data_quality.csv", "data_quality.parquet"}
    # Of the rules, only those on deliveries tell that there was another one.
    records = "table != 'deliveries'"
    assert table(network.home, "data_quality").query(records).equals(quality.query(records))


@dataclass(frozen=True)
class Desk:
    """A home whose deliveries are taken in and told apart, and go no further."""

    home: Home

    def batch(self, **files: list) -> Ran:
        """Deliver files of scores of one clinic, by name, and take them in."""
        for name, rows in files.items():
            deliver(self.home, "alder", f"{name}.csv", rows)
        return take_in_only(self.home)

    def current(self, patient: str) -> list[float]:
        """Totals that stand for a patient, by day."""
        delivered = tuple(sorted((self.home.lake / "delivered" / "scores" / "clinic_id=alder").iterdir()))
        decided = self.home.tmp / "candidates" / "alder" / "scores.parquet"
        with Engine((self.home.lake, decided.parent)) as engine:
            states = engine.frame(f"SELECT * FROM {StoredStates(SCORES, delivered, decided).view(engine)}")
        own = states[(states["patient_id"] == patient) & states["is_current"]].sort_values("score_day")
        return own["total"].tolist()


def scored(patient: str, total: int, day: int = 0, **cells) -> dict:
    """One PHQ-9 total."""
    return {"patient_id": patient, "scale": "phq9", "score_day": day, "total": total, **cells}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Home.open(tmp_path / "home"))


def test_a_higher_record_version_corrects_and_an_older_one_arriving_late_is_stale(desk: Desk):
    first = desk.batch(january=[scored("p01", 10, record_version=2), scored("p02", 7, record_version=1)])
    assert first.counts("january.csv") == {"accepted": 2}
    corrected = desk.batch(february=[scored("p01", 12, record_version=3)])
    assert corrected.counts("february.csv") == {"accepted": 1, "corrected": 1}
    late = desk.batch(late=[scored("p01", 11, record_version=1)])
    assert late.counts("late.csv") == {"stale": 1}
    assert (desk.current("p01"), desk.current("p02")) == ([12], [7])


def test_without_versions_the_later_receipt_wins(desk: Desk):
    desk.batch(january=[scored("p01", 10)])
    assert desk.batch(february=[scored("p01", 12)]).counts("february.csv") == {"accepted": 1, "corrected": 1}
    assert desk.current("p01") == [12]


def test_two_contents_of_one_key_in_one_file_are_both_quarantined(desk: Desk):
    ran = desk.batch(scores=[scored("p01", 10), scored("p01", 11), scored("p02", 7)])
    assert ran.counts("scores.csv") == {"accepted": 1, "quarantined": 2}
    assert (desk.current("p01"), desk.current("p02")) == ([], [7])


@pytest.mark.long
def test_with_record_versions_the_order_of_delivery_changes_no_byte_of_tables_or_store(tmp_path: Path):
    own = patients(12)
    versions = {
        "january": phq9(own, {-1: 18, 26: 8}, record_version=1),
        "february": phq9(own[:6], {26: 4}, record_version=2),
        "march": phq9(own[:3], {26: 5, 90: 3}, record_version=3),
    }
    stored, released = [], []
    for order in (["january", "february", "march"], ["march", "january", "february"]):
        home = Home.open(tmp_path / order[0])
        deliver(home, "alder", "a-sessions.csv", sessions(own))
        for letter, name in zip("bcd", order, strict=True):
            deliver(home, "alder", f"{letter}.csv", versions[name])
        assert run_steps(home).verdicts() == {"alder": "passed"}
        stored.append(rows_stored(home, "scores", "alder").drop(columns=["receipt", "row_number"]))
        released.append(content_of(home.current / "tables"))
        # Pages tell the deliveries; figures on them are the tables'.
        released[-1] |= {"index": (home.current / "clinics" / "alder" / "index.html").read_bytes()}
    assert stored[0].equals(stored[1])
    assert [name for name in released[0] if released[0][name] != released[1][name]] == []
