"""What the summary of a run shows first, and where it says the rest is."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from assets.cli.run import RunResult
from assets.cli.summary import PROBLEMS_SHOWN, print_summary
from pipelines.home import Home
from pipelines.problems import ExitCode, Problem
from pipelines.steps.intake import FileOutcome


def printed(tmp_path: Path, result: RunResult) -> str:
    text = io.StringIO()
    print_summary(Home(tmp_path), result, Console(file=text, width=180))
    return text.getvalue()


def problem(code: str, file: str, failed_n: int | None = None) -> Problem:
    return Problem(code, "something.", "mend it.", file, failed_n=failed_n, of_n=failed_n and 1000)


def test_each_refused_or_waiting_file_shows_a_problem_however_many_there_are(tmp_path: Path) -> None:
    loud = FileOutcome(
        "alder", "loud.csv", "refused", problems=tuple(problem("KAP-F02", "loud.csv", n) for n in range(1, 60))
    )
    quiet = FileOutcome("birch", "quiet.csv", "refused", problems=(problem("KAP-E04", "quiet.csv"),))
    waits = FileOutcome("cedar", "contacts.csv", "waiting", "contacts", problems=(problem("KAP-E03", "contacts.csv"),))
    rows = FileOutcome(
        "daisy",
        "rows.csv",
        "received",
        "scores",
        1,
        problems=tuple(problem("KAP-T01", "rows.csv", n) for n in (5, 900)),
    )
    said = printed(tmp_path, RunResult("run-1", ExitCode.REFUSED, (loud, quiet, waits, rows)))
    assert "birch · KAP-E04" in said
    assert "cedar · KAP-E03" in said
    assert said.index("900 of 1,000") < said.index("5 of 1,000")
    assert said.count("KAP-F02") == 1 + PROBLEMS_SHOWN - 2
    assert f"... and {59 + 1 + 1 + 2 - 3 - PROBLEMS_SHOWN} more" in said
    assert "reasons.csv" in said and "--json" in said and "validation/run-1/intake.json" in said


def test_a_blocked_clinic_is_told_to_deliver_again_and_what_a_correction_replaced(tmp_path: Path) -> None:
    blocked = {"clinic_id": "alder", "verdict": "blocked", "blocking": ["KAP-D01"], "reconciliation": []}
    passed = {"clinic_id": "birch", "verdict": "passed", "blocking": [], "reconciliation": []}
    result = RunResult(
        "run-1", ExitCode.BLOCKED, (), (blocked, passed), superseded_files={"birch": ("may.csv", "june.csv")}
    )
    said = printed(tmp_path, result)
    assert "deliver the file again after correcting the mapping" in said
    assert "birch · 2 blocked before, replaced by a corrected delivery: may.csv, june.csv" in said
