"""What a run says at its end: the verdict, the table of deliveries, what must be mended, where the dashboard is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.cli.console import counted, in_words, listed, number, wrapped
from assets.cli.mending import SHOWN_OF_A_CLINIC
from assets.cli.run import RunResult
from assets.cli.summary import summary_lines
from assets.cli.told import error_lines
from assets.cli.verdict import verdict
from pipelines.home import Home
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.arrivals import ANY_TABLE, Arrival
from pipelines.provenance.history import History
from pipelines.steps.intake import FileOutcome


def printed(tmp_path: Path, result: RunResult, width: int = 80, links: bool = False) -> str:
    return "\n".join(line.text for line in summary_lines(Home(tmp_path), result, width, links))


def problem(code: str, file: str, failed_n: int | None = None) -> Problem:
    return Problem(code, "something.", "mend it.", file, failed_n=failed_n, of_n=failed_n and 1000)


def reconciled(receipt: int, table: str, accepted: int, quarantined: int, **others: int) -> dict[str, Any]:
    """A row of the reconciliation; its parts add up."""
    parts = {"accepted": accepted, "quarantined": quarantined, "duplicate": 0, "stale": 0} | others
    corrected = parts.pop("corrected", 0)
    return {"receipt": receipt, "table": table, "records": sum(parts.values()), "corrected": corrected, **parts}


def validated(clinic_id: str, verdict: str, *rows: Mapping[str, Any], blocking: tuple[str, ...] = ()) -> dict[str, Any]:
    """The ledger's body of one clinic's validation."""
    findings = [[code, "deliveries", "quarantined_pct", "failed", 1, 1, 100.0, 20, "blocks"] for code in blocking]
    return {
        "clinic_id": clinic_id,
        "verdict": verdict,
        "blocking": list(blocking),
        "reconciliation": list(rows),
        "findings": findings,
    }


def received(clinic_id: str, file: str, table: str, receipt: int, rows_n: int, *problems: Problem) -> FileOutcome:
    return FileOutcome(clinic_id, file, "received", table, receipt, rows_n, 0, rows_n, problems)


@pytest.fixture
def two_clinics() -> RunResult:
    """alder is released; birch is blocked and has nothing in the release. Counts by hand."""
    word = Problem(
        "KAP-T04", "A word is one that its column accepts.", "map the word.", "sessions.csv", 3, "route", 1010, 4808
    )
    bodies = (
        validated("alder", "passed", reconciled(1, "sessions", 12_000, 300, duplicate=45, corrected=7)),
        validated("birch", "blocked", reconciled(2, "sessions", 3365, 1443), blocking=("KAP-D01",)),
    )
    return RunResult(
        "run-1",
        ExitCode.BLOCKED,
        (
            received("alder", "export.csv", "sessions", 1, 12_345),
            received("birch", "sessions.csv", "sessions", 2, 4808, word),
        ),
        bodies,
        History(
            received={"alder": [1], "birch": [2]},
            published={"alder": frozenset({1})},
            validated={body["clinic_id"]: body for body in bodies},
            release_id="0123456789ab",
        ),
        released=True,
        seconds=200.4,
    )


def test_the_whole_summary_reads_as_written_here(two_clinics: RunResult, tmp_path: Path) -> None:
    home = str(tmp_path)
    said = printed(tmp_path, two_clinics).replace(home, "HOME")
    assert (
        said
        == """\
1 of 2 clinics released; birch is blocked.
Over 5 % of the records that came in were set aside.

What came in                            records   accepted  set aside duplicates
alder                                    12,345     12,000        300         45
  export.csv (sessions)                  12,345     12,000        300         45
birch (blocked)                           4,808      3,365      1,443          0
  sessions.csv                            4,808      3,365      1,443          0
  alder/export.csv: 7 records replaced an older version.

What must be mended
Row 1 is the first one under the header: line 2 of a spreadsheet. A row set
aside (quarantined) counts nowhere until it is corrected; of a row with a value
left out the rest counts.

birch is blocked
  Its new files stay out of the release; it has no earlier data there.
  Why: At most a fifth of a delivery's records is quarantined. Here:
  sessions.csv: 1,443 of 4,808 records set aside (30.0 %), 20 % allowed.
  To do: Look at the reasons of the quarantined rows, correct the mapping or the
  export, deliver again. [KAP-D01]
  Put the corrected files into its inbox folder. Where only the mapping was
  wrong, correct the mapping and put the same files there again.
  1,010 of 4,808 rows set aside: sessions.csv, column route, first in row 3
      Expected: A word is one that its column accepts.
      To do: Map the word. [KAP-T04]
  Every row and its reason: HOME/quarantine/rows/birch/*/reasons.csv

What came out
  Release    0123456789ab (new)
  Dashboard  HOME/releases/current/index.html
  Checks     HOME/releases/current/quality.html
  Time       3 min 20 s
  Exit code  4: a clinic is blocked; the others were released"""
    )


def test_a_snapshot_that_lost_rows_is_named_with_how_many_of_how_many_and_the_receipt_to_confirm(
    tmp_path: Path,
) -> None:
    lost = reconciled(12, "sessions", 0, 0, duplicate=31, absent=9, standing_n=40, withdrawn=1, corrected=1)
    whole = reconciled(13, "scores", 0, 0, duplicate=32, absent=8, standing_n=40)
    body = validated("alder", "blocked", lost, whole, blocking=("KAP-D07",))
    files = (received("alder", "part.csv", "sessions", 12, 31), received("alder", "scores.csv", "scores", 13, 32))
    history = History(received={"alder": [12, 13]}, validated={"alder": body})
    said = " ".join(printed(tmp_path, RunResult("run-1", ExitCode.BLOCKED, files, (body,), history)).split())
    assert "Here: part.csv (receipt 12): 9 of 40 earlier rows are not in it (22.5 %), 20 % allowed. To do:" in said
    assert "kap receipts confirm 12 --why" in said
    # Nothing that stood changes while it is blocked.
    assert "9 earlier rows that this snapshot no longer holds would be withdrawn" in said
    assert "1 record of a patient who withdrew counts nowhere" in said and "replaced an older" not in said


def test_one_record_is_singular(two_clinics: RunResult, tmp_path: Path) -> None:
    body = validated("alder", "passed", reconciled(1, "sessions", 12_000, 345, corrected=1, absent=1))
    said = printed(tmp_path, replace(two_clinics, validations=(body, two_clinics.validations[1])))
    assert "1 record replaced an older version, 1 earlier row that this snapshot no longer" in " ".join(said.split())


@pytest.mark.parametrize("width", [80, 110])
def test_no_line_is_wider_than_asked_for_paths_apart(two_clinics: RunResult, tmp_path: Path, width: int) -> None:
    lines = printed(tmp_path, two_clinics, width).splitlines()
    assert [line for line in lines if len(line) > width and str(tmp_path) not in line] == []


def test_a_terminal_gets_an_address_that_opens_and_a_pipe_does_not(two_clinics: RunResult, tmp_path: Path) -> None:
    assert f"file://{tmp_path}/releases/current/index.html" in printed(tmp_path, two_clinics, links=True)
    assert "file://" not in printed(tmp_path, two_clinics)


def test_each_refused_or_waiting_file_shows_a_problem_however_many_there_are(tmp_path: Path) -> None:
    loud = FileOutcome(
        "alder", "loud.csv", "refused", problems=tuple(problem("KAP-F02", "loud.csv", n) for n in range(1, 60))
    )
    quiet = FileOutcome("birch", "quiet.csv", "refused", problems=(problem("KAP-E04", "quiet.csv"),))
    waits = FileOutcome("cedar", "contacts.csv", "waiting", problems=(problem("KAP-N01", "contacts.csv"),))
    rows = received("daisy", "rows.csv", "scores", 1, 1000, *(problem("KAP-T01", "rows.csv", n) for n in (5, 900)))
    result = RunResult("run-1", ExitCode.REFUSED, (loud, quiet, waits, rows))
    said = printed(tmp_path, result)
    for sentence in (
        "2 files were refused: alder/loud.csv and birch/quiet.csv.",
        "Left in the inbox, as no delivery or not yet one: inbox/cedar/contacts.csv.",
    ):
        assert sentence in said.splitlines()[:6]
    assert said.count("[KAP-E04]") == said.count("[KAP-N01]") == 1
    assert said.index("900 of 1,000 rows") < said.index("  5 of 1,000 rows: rows.csv")
    assert said.count("[KAP-F02]") == 1 + SHOWN_OF_A_CLINIC
    assert f"... and {59 - 1 - SHOWN_OF_A_CLINIC} more in {tmp_path}/quarantine/files/alder/*/reasons.csv" in said


def test_a_blocked_clinic_is_told_to_deliver_again_and_what_a_correction_replaced(tmp_path: Path) -> None:
    body = validated("alder", "blocked", blocking=("KAP-D04",))
    history = History(
        received={"alder": [1], "birch": [2]}, published={"alder": frozenset({1})}, validated={"alder": body}
    )
    files = (received("birch", "june.csv", "scores", 2, 3),)
    result = RunResult(
        "run-1", ExitCode.BLOCKED, files, (body,), history, superseded_files={"birch": ("may.csv", "june.csv")}
    )
    said = " ".join(printed(tmp_path, result).split())
    assert "Its new files stay out of the release; its earlier data stay in." in said
    assert "Where only the mapping was wrong, correct the mapping and put the same files there again." in said
    assert "birch: a corrected delivery replaced what was blocked: may.csv and june.csv." in said


def test_totals_of_another_version_are_named_with_file_scale_and_how_many_of_how_many(tmp_path: Path) -> None:
    told = {"rule": "KAP-D04", "receipt": 2, "scale": "ybocs", "told_n": 3, "of_n": 6}
    body = validated("alder", "blocked", blocking=("KAP-D04",)) | {"versions": [told, told | {"rule": "KAP-D08"}]}
    history = History(received={"alder": [2]}, validated={"alder": body})
    files = (received("alder", "june.csv", "scores", 2, 6),)
    said = " ".join(printed(tmp_path, RunResult("run-1", ExitCode.BLOCKED, files, (body,), history)).split())
    assert "june.csv: 3 of 6 totals of ybocs look like the Y-BOCS-II (0 to 50, items 0 to 5)." in said
    assert said.count("totals of ybocs") == 1


def test_a_run_without_news_repeats_why_a_clinic_is_blocked(two_clinics: RunResult, tmp_path: Path) -> None:
    result = RunResult("run-2", ExitCode.BLOCKED, (), two_clinics.validations, two_clinics.history)
    said = " ".join(printed(tmp_path, result).split())
    assert "Nothing new came in." in said and "Over 5 %" not in said
    assert "[KAP-D01]" in said and "sessions: 1,443 of 4,808 records set aside (30.0 %)" in said
    assert "Release 0123456789ab (as it was)" in said


@pytest.mark.parametrize(
    ("received_by", "published", "blocked", "said"),
    [
        (("alder",), ("alder",), (), "alder is released."),
        (("alder",), (), ("alder",), "No clinic is released; alder is blocked."),
        (("a1", "a2", "a3"), ("a1", "a2", "a3"), (), "All 3 clinics released."),
        (("a1", "a2", "a3"), ("a1", "a2", "a3"), ("a2",), "All 3 clinics released; a2 is blocked."),
        (("a1", "a2", "a3"), ("a1",), ("a2", "a3"), "1 of 3 clinics released; a2 and a3 are blocked."),
        (("a1", "a2"), ("a1",), (), "1 of 2 clinics released; nothing of a2 could be taken in."),
        (("a1", "a2"), (), ("a1",), "None of 2 clinics is released; a1 is blocked; nothing of a2 could be taken in."),
    ],
)
def test_the_verdict_in_a_sentence(
    received_by: tuple[str, ...], published: tuple[str, ...], blocked: tuple[str, ...], said: str
) -> None:
    history = History(
        received={clinic_id: [1] for clinic_id in received_by},
        published={clinic_id: frozenset({1}) for clinic_id in published},
        blocked={clinic_id: frozenset({1}) for clinic_id in blocked},
    )
    assert next(verdict(RunResult("run-1", ExitCode.DONE, history=history))) == said


@pytest.mark.parametrize(
    ("received_by", "published", "blocked", "said"),
    [
        (("a1", "a2"), ("a1",), ("a2",), "4: a clinic is blocked; the others were released"),
        (("a1", "a2", "a3"), ("a1",), ("a2", "a3"), "4: 2 clinics are blocked; the others were released"),
        (("a1",), (), ("a1",), "4: the only clinic is blocked"),
        # Its earlier data stand in the release: that is no other clinic.
        (("a1",), ("a1",), ("a1",), "4: the only clinic is blocked"),
        (("a1", "a2"), (), ("a1", "a2"), "4: every clinic is blocked"),
        (("a1", "a2"), (), ("a1",), "4: a clinic is blocked, and no other is released"),
    ],
)
def test_exit_code_4_says_only_of_others_that_there_are_that_they_were_released(
    tmp_path: Path, received_by: tuple[str, ...], published: tuple[str, ...], blocked: tuple[str, ...], said: str
) -> None:
    history = History(
        received={clinic_id: [1] for clinic_id in received_by},
        published={clinic_id: frozenset({1}) for clinic_id in published},
        blocked={clinic_id: frozenset({1}) for clinic_id in blocked},
    )
    files = tuple(received(clinic_id, "june.csv", "scores", 1, 3) for clinic_id in received_by)
    printed_last = printed(tmp_path, RunResult("run-1", ExitCode.BLOCKED, files, history=history)).splitlines()[-1]
    assert printed_last.endswith(said)


def test_a_clinic_gone_silent_is_named_at_the_end_of_a_run() -> None:
    late = tuple(Arrival(each, ANY_TABLE, date(2026, 3, 8), 73, 3, 31, 62, "usual") for each in ("alder", "birch"))
    said = list(verdict(RunResult("run-1", ExitCode.DONE, late=late)))
    assert said[-1] == (
        "Late by what is usual or by their own target: alder (nothing for 73 days) and birch (nothing for 73 days)."
    )
    assert len(list(verdict(RunResult("run-1", ExitCode.DONE)))) == len(said) - 1


def test_hidden_files_are_no_part_of_the_verdict() -> None:
    hidden = FileOutcome("alder", ".DS_Store", "waiting", problems=(problem("KAP-N04", ".DS_Store"),))
    folder = FileOutcome("alder", "old", "waiting", problems=(problem("KAP-N01", "old"),))
    said = list(verdict(RunResult("run-1", ExitCode.DONE, (hidden, folder))))
    assert said[1:] == ["Left in the inbox, as no delivery or not yet one: inbox/alder/old."]


def test_an_error_is_one_block_what_where_what_to_do() -> None:
    told = Problem("KAP-C03", "expected a known setting; the nearest one is name.", "rename it.", "kap.toml", None, "x")
    assert [line.text for line in error_lines(KapError(ExitCode.USAGE, [told]), 80)] == [
        "Not done: something must be corrected first.",
        "",
        "  kap.toml, column x",
        "      Expected: a known setting; the nearest one is name.",
        "      To do: Rename it. [KAP-C03]",
        "",
        "Exit code 2: wrong usage, settings or mapping; nothing was done.",
    ]


def test_words_for_counts_names_and_times() -> None:
    assert (number(0), number(1234567)) == ("0", "1,234,567")
    assert (counted(1, "file"), counted(1200, "file")) == ("1 file", "1,200 files")
    assert [listed(names) for names in ("a", "ab", "abc", "abcde")] == [
        "a",
        "a and b",
        "a, b and c",
        "a, b, c and 2 more",
    ]
    assert (in_words(0.4), in_words(59.6), in_words(3725)) == ("0 s", "1 min 0 s", "62 min 5 s")
    assert [line.text for line in wrapped("one /a/path/that/is/long two", 10, 2, hang=2)] == [
        "  one",
        "    /a/path/that/is/long",
        "    two",
    ]
