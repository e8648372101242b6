"""What a run says at its end: what came in, what was refused and why, where the dashboard is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console

from assets.cli.run import RunResult
from pipelines.home import Home
from pipelines.problems import ExitCode, Problem
from pipelines.rules.catalogue import BY_CODE
from pipelines.steps.intake import FileOutcome

_PARTS = ("accepted", "quarantined", "duplicate", "stale")
PROBLEMS_SHOWN = 12


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
    listed = list(_problems(result))
    for clinic_id, problem in listed[:PROBLEMS_SHOWN]:
        console.print(f"{clinic_id} · {problem.sentence()}", soft_wrap=True, highlight=False, markup=False)
    if len(listed) > PROBLEMS_SHOWN:
        rest = len(listed) - PROBLEMS_SHOWN
        console.print(f"... and {rest} more; each is in quarantine/ beside the rows, without values (reasons.csv).")


def _file_line(file: FileOutcome, counts: Mapping[str, int] | None) -> str:
    """`alder · scores.csv · received as scores: 43 rows (1 empty); 42 records = 39 accepted + 2 quarantined + ...`."""
    kind = f" as {file.table}" if file.table else ""
    line = f"  {file.clinic_id} · {file.file} · {file.outcome}{kind}"
    if file.rows_n is None or file.records_n is None:
        return line
    line += f": {file.rows_n:,} rows ({file.empty_rows_n or 0:,} empty)"
    if counts is None:
        return f"{line}; {file.records_n:,} records"
    parts = " + ".join(f"{counts[name]:,} {name}" for name in _PARTS)
    corrected = f"; {counts['corrected']:,} corrected" if counts["corrected"] else ""
    return f"{line}; {file.records_n:,} records = {parts}{corrected}"


def _problems(result: RunResult) -> Iterator[tuple[str, Problem]]:
    """Problems of refused and waiting files first, then of rows; the largest counts first."""
    found = [(file.clinic_id, file.outcome, problem) for file in result.files for problem in file.problems]
    order = {"refused": 0, "waiting": 1}
    for clinic_id, _, problem in sorted(found, key=lambda f: (order.get(f[1], 2), -(f[2].failed_n or 0))):
        yield clinic_id, problem


def _print_clinics(result: RunResult, console: Console) -> None:
    for body in result.validations:
        if body["verdict"] == "passed":
            continue
        rules = [BY_CODE[code] for code in body["blocking"]]
        reasons = " ".join(f"{rule.code}: {rule.sentence} To mend: {rule.remedy}." for rule in rules)
        console.print(
            f"[bold]{body['clinic_id']} is blocked[/bold]; its new deliveries stay out, its last good data stay in. "
            f"{reasons}",
            soft_wrap=True,
            highlight=False,
        )


def closing_line(result: RunResult) -> str:
    """One line that says how the run ended."""
    words = {
        ExitCode.DONE: "Done.",
        ExitCode.REFUSED: "Done; a file was refused, or over 5 % of the records were quarantined.",
        ExitCode.BLOCKED: "Done; at least one clinic is blocked, the others were released.",
    }
    return words.get(result.exit_code, "Not done.")
