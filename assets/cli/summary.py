"""What a run says at its end: what came in, what was refused and why, where the dashboard is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from rich.console import Console

from assets.cli.run import RunResult
from pipelines.home import Home
from pipelines.problems import ExitCode, Problem
from pipelines.rules.catalogue import BY_CODE
from pipelines.steps.intake import INTAKE_FILE, FileOutcome

_PARTS = ("accepted", "quarantined", "duplicate", "stale")
# Beside one for each file that was turned away.
PROBLEMS_SHOWN = 12
Told: TypeAlias = tuple[FileOutcome, Problem]


def print_summary(home: Home, result: RunResult, console: Console) -> None:
    """Print the summary of a run."""
    if not result.files and not result.validations and result.history.release_id is None:
        console.print("Nothing to take in. Put a clinic's files into", str(home.inbox / "<clinic_id>"))
        return
    _print_files(result, console)
    _print_clinics(result, console)
    if result.history.release_id:
        state = "New release" if result.released else "Release unchanged"
        console.print(f"{state} [bold]{result.history.release_id}[/bold]")
        console.print("Dashboard:", str(home.current / "index.html"), soft_wrap=True)


def _print_files(result: RunResult, console: Console) -> None:
    """One line a file: a table of eleven columns would be cut off on a narrow terminal and in a captured log."""
    counts = {row["receipt"]: row for body in result.validations for row in body["reconciliation"]}
    if result.files:
        console.print("Deliveries")
    for file in result.files:
        row = counts.get(file.receipt) if file.outcome == "received" else None
        console.print(_file_line(file, row), soft_wrap=True, highlight=False, markup=False)
    first, more = _problems(result)
    for file, problem in (*first, *more[:PROBLEMS_SHOWN]):
        console.print(f"{_owner(file)} · {problem.sentence()}", soft_wrap=True, highlight=False, markup=False)
    rest = len(more) - PROBLEMS_SHOWN
    if rest > 0:
        console.print(
            f"... and {rest} more. Those of quarantined rows and refused files are in quarantine/ (reasons.csv); "
            f"--json prints all, and validation/{result.run_id}/{INTAKE_FILE} keeps them.",
            soft_wrap=True,
            highlight=False,
        )


def _owner(file: FileOutcome) -> str:
    """The clinic; the inbox itself for a folder that no clinic id names."""
    return file.clinic_id or "inbox"


def _file_line(file: FileOutcome, counts: Mapping[str, int] | None) -> str:
    """`alder · scores.csv · received as scores: 43 rows (1 empty); 42 records = 39 accepted + 2 quarantined + ...`."""
    kind = f" as {file.table}" if file.table else ""
    line = f"  {_owner(file)} · {file.file} · {file.outcome}{kind}"
    if file.rows_n is None or file.records_n is None:
        return line
    line += f": {file.rows_n:,} rows ({file.empty_rows_n or 0:,} empty)"
    if counts is None:
        return f"{line}; {file.records_n:,} records"
    parts = " + ".join(f"{counts[name]:,} {name}" for name in _PARTS)
    corrected = f"; {counts['corrected']:,} corrected" if counts["corrected"] else ""
    return f"{line}; {file.records_n:,} records = {parts}{corrected}"


def _problems(result: RunResult) -> tuple[list[Told], list[Told]]:
    """One problem of each refused or waiting file; then the others, those of rows first, the largest counts first."""
    turned_away = [file for file in result.files if file.outcome in ("refused", "waiting")]
    rows = [(file, problem) for file in result.files if file not in turned_away for problem in file.problems]
    others = [(file, problem) for file in turned_away for problem in file.problems[1:]]
    by_count = sorted(rows, key=lambda told: -(told[1].failed_n or 0))
    return [(file, file.problems[0]) for file in turned_away if file.problems], [*by_count, *others]


def _print_clinics(result: RunResult, console: Console) -> None:
    for clinic_id, names in result.superseded_files.items():
        console.print(
            f"{clinic_id} · {len(names)} blocked before, replaced by a corrected delivery: {', '.join(names)}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
    for body in result.validations:
        if body["verdict"] == "passed":
            continue
        rules = [BY_CODE[code] for code in body["blocking"]]
        reasons = " ".join(f"{rule.code}: {rule.sentence} To mend: {rule.remedy}." for rule in rules)
        console.print(
            f"[bold]{body['clinic_id']} is blocked[/bold]; its new deliveries stay out, its last good data stay in. "
            f"{reasons} Deliver the corrected file; when only the mapping was at fault, deliver the file again after "
            "correcting the mapping.",
            soft_wrap=True,
            highlight=False,
        )


def closing_line(result: RunResult) -> str:
    """One line that says how the run ended."""
    words = {
        ExitCode.DONE: "Done.",
        ExitCode.REFUSED: "Done; a file was refused or waits, or over 5 % of the records were quarantined.",
        ExitCode.BLOCKED: "Done; at least one clinic is blocked, the others were released.",
    }
    return words.get(result.exit_code, "Not done.")
