"""The table of deliveries: every record of every file accounted for, a line a file, within 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from assets.cli.console import BAD, QUIET, STRONG, Line, counted, listed, number, wrapped
from assets.cli.run import RunResult
from assets.cli.verdict import is_blocked
from pipelines.steps.intake import FileOutcome

# With more files than this, a line for each clinic only.
FILES_SHOWN = 40
_COUNTS = {"records": "records", "accepted": "accepted", "quarantined": "set aside", "duplicate": "duplicates"}
_STALE = {"stale": "out of date"}
_WIDTH = 11
_ABSENT = "earlier rows that this snapshot no longer holds"
_NOT_RECEIVED = {"refused": "refused", "repeated": "taken in before", "waiting": "waits in the inbox"}

# Receipt -> its records by what became of them.
Counts: TypeAlias = Mapping[int | None, Mapping[str, int]]


def delivery_lines(result: RunResult, width: int) -> Iterator[Line]:
    """A clinic's sums, then each of its files; below, what the columns cannot say."""
    counts: Counts = {row["receipt"]: row for body in result.validations for row in body["reconciliation"]}
    columns = _COUNTS | (_STALE if any(row["stale"] for row in counts.values()) else {})
    name_width = min(width, 80) - _WIDTH * len(columns)
    yield Line("What came in".ljust(name_width) + "".join(name.rjust(_WIDTH) for name in columns.values()), STRONG)
    whole = len(result.files) <= FILES_SHOWN
    for clinic_id in dict.fromkeys(file.clinic_id for file in result.files):
        files = [file for file in result.files if file.clinic_id == clinic_id]
        yield from _clinic(result, clinic_id, files, counts, columns, name_width, whole)
    if not whole:
        yield Line(f"  {len(result.files)} files; --json lists each.", QUIET)
    for file in result.files:
        blocked = bool(file.clinic_id) and is_blocked(result, file.clinic_id)
        note = _note(file, counts.get(file.receipt) if file.outcome == "received" else None, blocked)
        if note:
            yield from wrapped(f"{_owner(file)}/{file.file}: {note}.", width, 2, QUIET)
    for clinic_id, names in result.superseded_files.items():
        yield from wrapped(f"{clinic_id}: a corrected delivery replaced what was blocked: {listed(names)}.", width, 2)


def _clinic(
    result: RunResult,
    clinic_id: str,
    files: list[FileOutcome],
    counts: Counts,
    columns: Mapping[str, str],
    name_width: int,
    whole: bool,
) -> Iterator[Line]:
    received = [file.receipt for file in files if file.outcome == "received"]
    rows = [counts[receipt] for receipt in received if receipt in counts]
    blocked = bool(clinic_id) and is_blocked(result, clinic_id)
    head = f"{clinic_id or 'inbox'}{' (blocked)' if blocked else ''}"
    sums = {name: sum(row[name] for row in rows) for name in columns} if rows else {}
    yield Line((_cut(head, name_width) + _cells(sums, columns)).rstrip(), BAD if blocked else STRONG)
    for file in files if whole else ():
        yield _file(file, counts.get(file.receipt) if file.receipt else None, columns, name_width)


def _file(file: FileOutcome, row: Mapping[str, int] | None, columns: Mapping[str, str], name_width: int) -> Line:
    label = _cut(f"  {file.file}{_table(file)}", name_width)
    if file.outcome != "received":
        return Line(label + _NOT_RECEIVED[file.outcome].rjust(_WIDTH * len(columns)))
    return Line(label + _cells(row or {"records": file.records_n or 0}, columns))


def _table(file: FileOutcome) -> str:
    """The table, where the file's name does not say it."""
    return f" ({file.table})" if file.table and file.table not in file.file.lower() else ""


def _cells(row: Mapping[str, int], columns: Mapping[str, str]) -> str:
    return "".join((number(row[name]) if name in row else "").rjust(_WIDTH) for name in columns).rstrip()


def _cut(text: str, width: int) -> str:
    return (text if len(text) < width else f"{text[: width - 2]}…").ljust(width)


def _owner(file: FileOutcome) -> str:
    return file.clinic_id or "inbox"


def _note(file: FileOutcome, row: Mapping[str, int] | None, blocked: bool) -> str:
    """What became of rows that the columns do not show. Nothing that stood changes by a blocked delivery."""
    if file.outcome != "received" or file.rows_n is None or file.records_n is None:
        return ""
    parts = []
    if file.records_n != file.rows_n - (file.empty_rows_n or 0):
        parts.append(f"{number(file.records_n)} records from {number(file.rows_n)} rows")
    if file.empty_rows_n:
        parts.append(f"{number(file.empty_rows_n)} of {number(file.rows_n)} rows empty")
    if row and row["corrected"] and not blocked:
        parts.append(f"{counted(row['corrected'], 'record')} replaced an older version")
    if row and row.get("withdrawn"):
        what = counted(row["withdrawn"], "record of a patient", "records of patients")
        parts.append(f"{what} who withdrew {'counts' if row['withdrawn'] == 1 else 'count'} nowhere")
    if row and row.get("absent"):
        what = counted(row["absent"], "earlier row that this snapshot no longer holds", _ABSENT)
        done = "would be withdrawn" if blocked else f"{'is' if row['absent'] == 1 else 'are'} withdrawn"
        parts.append(f"{what} {done}")
    return ", ".join(parts)
