"""Deliveries with dates: under a declared, unexpired determination they become days at the door; else refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.intake.receipts import read_receipts
from tests.home_tools import (
    Row,
    content_of,
    deliver,
    events,
    judge_and_publish,
    kap,
    phq9,
    rows_stored,
    sessions,
    take_in_only,
)

FIRST = {"p01": date(2025, 12, 20), "p02": date(2024, 2, 27)}
UNTIL = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
DECLARED = f'[clinics.alder]\ndeidentification = "expert_determination"\ndetermination_id = "ED-7"\nexpires = {UNTIL}\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.open(tmp_path / "home")
    home.settings_file.write_text(DECLARED)
    return home


def dated(rows: list[Row], day: str, column: str) -> list[Row]:
    """The rows with a date and first_session_date in the place of their day."""
    return [
        {
            **{name: cell for name, cell in row.items() if name != day},
            column: (FIRST[row["patient_id"]] + timedelta(days=row[day])).isoformat(),
            "first_session_date": FIRST[row["patient_id"]].isoformat(),
        }
        for row in rows
    ]


OWN = list(FIRST)
SESSIONS = sessions(OWN)
SCORES = phq9(OWN, {-1: 18, 26: 8})


def test_dates_become_days_and_a_month_and_no_date_stays_anywhere(home: Home, tmp_path: Path) -> None:
    deliver(home, "alder", "sessions.csv", dated(SESSIONS, "session_day", "session_date"))
    deliver(home, "alder", "scores.csv", dated(SCORES, "score_day", "score_date"))
    ran = judge_and_publish(home)
    assert [file.outcome for file in ran.files] == ["received", "received"]
    found = rows_stored(home, "sessions", "alder")
    assert list(zip(found["patient_id"], found["session_day"], found["period"], strict=True)) == [
        ("p01", 0, "2025-12"),
        ("p01", 4, "2025-12"),
        ("p01", 8, "2025-12"),
        ("p01", 12, "2026-01"),
        ("p02", 0, "2024-02"),
        ("p02", 4, "2024-03"),  # 2024 is a leap year
        ("p02", 8, "2024-03"),
        ("p02", 12, "2024-03"),
    ]
    scores = rows_stored(home, "scores", "alder")
    assert scores["score_day"].tolist() == [-1, 26, -1, 26]
    assert scores["period"].tolist() == ["2025-12", "2026-01", "2024-02", "2024-03"]
    # All else is as the same rows with days give it.
    plain = Home.open(tmp_path / "plain")
    deliver(plain, "alder", "sessions.csv", SESSIONS)
    judge_and_publish(plain)
    besides = ["period", "receipt"]
    assert found.drop(columns=besides).equals(rows_stored(plain, "sessions", "alder").drop(columns=besides))
    # The original is gone, and so is every date.
    for path in (path for path in home.root.rglob("*") if path.is_file()):
        content = path.read_bytes()
        days = [
            text for text in (b"2025-12-2", b"2025-12-1", b"2026-01-0", b"2024-02-2", b"2024-03-") if text in content
        ]
        assert not days, path


def test_the_receipt_keeps_the_hash_of_the_original_and_the_record_rebuilds(home: Home) -> None:
    rows = [*dated(SESSIONS, "session_day", "session_date"), {"patient_id": ""}]
    path = deliver(home, "alder", "sessions.csv", rows)
    original = path.read_bytes()
    judge_and_publish(home)
    (receipt,) = read_receipts(home.raw)
    assert receipt.original_sha256 == hashlib.sha256(original).hexdigest()
    assert (receipt.dated, receipt.kind, receipt.rows_n, receipt.empty_rows_n) == ("converted", "csv", 9, 1)
    assert events(home, "delivery_received")[0]["original_sha256"] == receipt.original_sha256
    lake = content_of(home.lake)
    shutil.rmtree(home.lake)
    judge_and_publish(Home.open(home.root))
    assert content_of(home.lake) == lake
    # The same bytes again are the same delivery.
    path.write_bytes(original)
    assert [file.outcome for file in take_in_only(home).files] == ["repeated"]


def test_the_original_is_kept_where_settings_say_so_and_marked(home: Home) -> None:
    home.settings_file.write_text(DECLARED + "[retention]\nkeep_dated_raw = true\n")
    path = deliver(home, "alder", "sessions.csv", dated(SESSIONS, "session_day", "session_date"))
    original = path.read_bytes()
    judge_and_publish(home)
    (receipt,) = read_receipts(home.raw)
    assert receipt.dated == "limited_data_set"
    assert [kept.read_bytes() for kept in (home.raw / "deliveries").glob("*/*")] == [original]
    lake = content_of(home.lake)
    assert not any(b"2025-12-20" in content for content in lake.values())
    shutil.rmtree(home.lake)
    judge_and_publish(Home.open(home.root))
    assert content_of(home.lake) == lake


@pytest.mark.parametrize(
    "settings",
    [
        "",
        DECLARED.replace(UNTIL, "2020-01-31"),
        DECLARED.replace("alder", "birch"),
        DECLARED.replace("expert_determination", "safe_harbor"),
    ],
    ids=["none", "expired", "another clinic's", "safe harbor"],
)
def test_without_a_determination_in_force_the_file_is_refused(home: Home, settings: str) -> None:
    home.settings_file.write_text(settings)
    deliver(home, "alder", "sessions.csv", dated(SESSIONS, "session_day", "session_date"))
    (file,) = take_in_only(home).files
    assert file.outcome == "refused"
    assert {"KAP-G01", "KAP-G21"} <= {problem.code for problem in file.problems}
    assert list(home.raw.rglob("*.csv")) == []


@pytest.mark.parametrize("declared", [True, False])
def test_a_month_is_made_at_the_door_and_never_delivered(home: Home, declared: bool) -> None:
    if not declared:
        home.settings_file.write_text("")
    deliver(home, "alder", "sessions.csv", [{**row, "period": "2025-12"} for row in SESSIONS])
    (file,) = take_in_only(home).files
    assert (file.outcome, [problem.code for problem in file.problems]) == ("refused", ["KAP-E01"])


def test_a_date_that_cannot_be_read_sets_its_row_aside_and_its_text_stays_nowhere(home: Home) -> None:
    rows = dated(SESSIONS, "session_day", "session_date")
    for number, wrong in enumerate(("31/01/2026", "2026-02-30", "QZCANARY", "20260102")):
        rows[number] = {**rows[number], "session_date": wrong}
    rows[4] = {**rows[4], "first_session_date": "2024-02-26"}  # p02 has two first sessions now
    deliver(home, "alder", "sessions.csv", rows)
    ran = take_in_only(home)
    assert ran.counts("sessions.csv") == {"quarantined": 8}
    assert not any(b"QZCANARY" in path.read_bytes() for path in home.root.rglob("*") if path.is_file())


def test_an_identifier_beside_the_dates_still_refuses_the_file(home: Home) -> None:
    rows = [{**row, "course_id": "me@example.org"} for row in dated(SESSIONS, "session_day", "session_date")]
    deliver(home, "alder", "sessions.csv", rows)
    rows = [{**row, "birth_date": "1980-01-02"} for row in dated(SCORES, "score_day", "score_date")]
    deliver(home, "alder", "scores.csv", rows)
    codes = {file.file: {problem.code for problem in file.problems} for file in take_in_only(home).files}
    assert "KAP-G02" in codes["sessions.csv"]
    assert {"KAP-G20", "KAP-G01"} <= codes["scores.csv"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{**row, "session_day": 1} for row in dated(SESSIONS, "session_day", "session_date")], "KAP-F28"),
        (
            [
                {name: cell for name, cell in row.items() if name != "first_session_date"}
                for row in dated(SESSIONS, "session_day", "session_date")
            ],
            "KAP-F27",
        ),
    ],
    ids=["a day and its date", "no first session"],
)
def test_dates_that_cannot_become_days_refuse_the_file(home: Home, rows: list[Row], code: str) -> None:
    deliver(home, "alder", "sessions.csv", rows)
    (file,) = take_in_only(home).files
    assert (file.outcome, [problem.code for problem in file.problems]) == ("refused", [code])


def test_a_mapping_may_name_the_date_columns_and_a_file_be_json_lines(home: Home) -> None:
    home.mapping_of("alder").write_text(
        "mapping_version: 1\ntables:\n  sessions:\n"
        "    columns: {patient_id: who, session_date: visit, first_session_date: began}\n"
    )
    rows = [
        {"who": row["patient_id"], "visit": row["session_date"], "began": row["first_session_date"]}
        | {name: row[name] for name in ("condition", "route", "dose_mg")}
        for row in dated(SESSIONS, "session_day", "session_date")
    ]
    deliver(home, "alder", "sessions.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
    ran = judge_and_publish(home)
    assert ran.counts("sessions.ndjson") == {"accepted": 8}
    assert rows_stored(home, "sessions", "alder")["session_day"].tolist() == [0, 4, 8, 12] * 2
    lake = content_of(home.lake)
    shutil.rmtree(home.lake)
    judge_and_publish(Home.open(home.root))
    assert content_of(home.lake) == lake


def test_a_day_before_the_first_session_is_out_of_range_for_a_session(home: Home) -> None:
    rows = dated([{**SESSIONS[0], "session_day": -3}, *SESSIONS[1:]], "session_day", "session_date")
    deliver(home, "alder", "sessions.csv", rows)
    assert take_in_only(home).counts("sessions.csv") == {"accepted": 7, "quarantined": 1}


def test_check_says_of_a_file_with_dates_what_intake_would_do(home: Home, tmp_path: Path) -> None:
    path = deliver(home, "alder", "sessions.csv", dated(SESSIONS, "session_day", "session_date"))
    moved = path.rename(tmp_path / "sessions.csv")
    for clinic_id, code, told in (("alder", 0, "would be taken in"), ("birch", 3, "KAP-G21")):
        found, said = kap("check", str(moved), "--clinic", clinic_id, "--home", str(home.root))
        assert (found, told in said) == (code, True), said
