"""Which table a delivered file holds, told by its columns and the clinic's mapping, never by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.contract.fields import FIELDS, Field
from pipelines.contract.mapping_model import NO_MAPPING, ColumnSource, Mapping, TableMapping
from pipelines.contract.nearest import nearest
from pipelines.contract.tables import (
    ADVERSE_EVENTS,
    CONTACTS,
    COURSES,
    MADE_AT_THE_DOOR,
    SCORES,
    SESSIONS,
    STORED_TABLES,
    TABLES,
    WITHDRAWALS,
    Table,
)
from pipelines.intake.naming import column_label
from pipelines.problems import Problem

UNKNOWN_COLUMN = "KAP-E01"
DOSE_COLUMNS = ("dose_mg", "dose_mg_per_kg")
_TOLD_BY = (
    (SESSIONS, ("session_day", "route")),
    (SCORES, ("scale", "score_day")),
    (CONTACTS, ("contact_day", "kind")),
    (ADVERSE_EVENTS, ("event", "session_day")),
)


@dataclass(frozen=True)
class ColumnDomain:
    """What a column of the file may hold, for the identifier gate.

    field: the contract column it becomes, None for an ignored column. ignored_as: the domain declared under `ignore`.
    texts: texts of the file the mapping accepts besides the field's own (mapped values, missing codes).
    converted: the mapping converts a unit, so the field's limits do not hold for the text as delivered.
    """

    field: Field | None
    ignored_as: Literal["token", "code", "integer", "number", "boolean"] | None = None
    texts: frozenset[str] = frozenset()
    converted: bool = False


@dataclass(frozen=True)
class TableChoice:
    """A file read as one table. `entries`: contract column -> source, once for each record that a row gives."""

    table: Table
    mapping: Mapping
    entries: tuple[dict[str, ColumnSource], ...]
    several_scores: bool
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """The file cannot be read as a table; every reason at once."""

    problems: tuple[Problem, ...]


Choice: TypeAlias = TableChoice | Refusal


def which_table(
    columns: Sequence[str],
    mapping: Mapping = NO_MAPPING,
    *,
    file: str | None = None,
    courses_delivered: bool = False,
    had_dates: bool = False,
) -> Choice:
    """The table that a file with header `columns` holds.

    courses_delivered: the clinic delivers `courses`, so sessions need no condition. had_dates: the file was made from
    one with dates, so it may hold what is made from them.
    """
    made = frozenset(MADE_AT_THE_DOOR) if had_dates else frozenset()
    header = frozenset(columns)
    named = [name for name, table in mapping.tables.items() if table.source_columns and table.source_columns <= header]
    wrong_n = {name: len(list(_problems(columns, name, mapping, file, courses_delivered, made))) for name in named}
    if list(wrong_n.values()).count(0) > 1:
        problem = Problem("KAP-E05", "a file that fits one table of the mapping.", "name more columns.", file)
        return Refusal((problem,))
    name = min(wrong_n, key=lambda each: wrong_n[each], default=None) or _told_by_columns(header - set(mapping.ignore))
    name = name or _most_alike(header, mapping)
    if name is None:
        expected = "the columns of one table: sessions (session_day, route), scores (scale, score_day), courses"
        return Refusal((Problem("KAP-E04", f"{expected}.", "see `kap template`.", file, None, None),))
    problems = tuple(_problems(columns, name, mapping, file, courses_delivered, made))
    if problems:
        return Refusal(problems)
    table, read = TABLES[name], mapping.tables.get(name, TableMapping())
    passing = _passing(table, read, mapping, made)
    passed = {column: ColumnSource(column=column) for column in columns if column in passing}
    entries = tuple({**passed, **entry} for entry in read.entries)
    used = {source.column for entry in entries for source in entry.values()}
    ignored = tuple(column for column in columns if column in mapping.ignore and column not in used)
    return TableChoice(table, mapping, entries, bool(read.scores), ignored)


def domains(choice: TableChoice) -> dict[str, ColumnDomain]:
    """Column of the file -> its closed domain. A column read into several contract columns has the first one's."""
    found: dict[str, ColumnDomain] = {}
    for entry in choice.entries:
        for name, source in entry.items():
            if source.column is None:
                continue
            texts = frozenset({*source.values, *source.missing, *choice.mapping.missing})
            before = found.get(source.column)
            if before is None:
                converted = source.unit is not None
                found[source.column] = ColumnDomain(FIELDS[name], None, texts, converted)
            else:
                converted = before.converted or source.unit is not None
                found[source.column] = ColumnDomain(before.field, None, before.texts | texts, converted)
    for column in choice.ignored:
        found[column] = ColumnDomain(None, choice.mapping.ignore[column])
    return found


def _told_by_columns(header: Collection[str]) -> str | None:
    for table, marks in _TOLD_BY:
        if set(marks) <= set(header):
            return table.name
    if {"patient_id", "condition"} <= set(header) and not {"session_day", "route", "scale", "score_day"} & set(header):
        return COURSES.name
    if "patient_id" in header and set(header) <= set(WITHDRAWALS.columns):
        return WITHDRAWALS.name
    return None


def _most_alike(header: Collection[str], mapping: Mapping) -> str | None:
    """The table sharing most columns with the header, so that a misnamed file hears what it misses."""
    shared = {
        name: len(set(header) & ({*table.columns} | mapping.tables.get(name, TableMapping()).source_columns))
        for name, table in STORED_TABLES.items()
    }
    best = max(shared, key=lambda name: shared[name])
    return best if shared[best] >= 2 or (mapping.tables and shared[best]) else None


def _passing(table: Table, read: TableMapping, mapping: Mapping, made: frozenset[str]) -> frozenset[str]:
    """Contract columns that a file may bring under their own names: those the mapping neither fills nor ignores."""
    allowed = frozenset(table.columns) - (frozenset(table.mapping_only) - made)
    return allowed - read.targets - set(mapping.ignore)


def _problems(
    columns: Sequence[str],
    name: str,
    mapping: Mapping,
    file: str | None,
    courses_delivered: bool,
    made: frozenset[str],
) -> Iterator[Problem]:
    table, read = TABLES[name], mapping.tables.get(name, TableMapping())
    passing = _passing(table, read, mapping, made)
    for column in sorted(read.source_columns - set(columns)):
        remedy = _nearest_in_header(column, columns)
        yield Problem("KAP-E02", "this column, which the mapping reads.", remedy, file, None, column)
    # What the file or the mapping has already is no name to rename a column to.
    free = [name for name in table.columns if name not in {*columns, *read.targets, *table.mapping_only}]
    for position, column in enumerate(columns, start=1):
        if column in read.source_columns or column in passing or column in mapping.ignore:
            continue
        if column in table.columns and column in read.targets:
            expected = "this column once; the mapping fills it from elsewhere."
            yield Problem("KAP-E06", expected, "list it under ignore.", file, None, column)
            continue
        close = nearest(column, free)
        remedy = f"rename it to {close}, or list" if close else "list"
        # A header may hold a value; only a name that looks like one is repeated.
        label = column_label(column, position)
        yield Problem(
            UNKNOWN_COLUMN, f"a column of {name}.", f"{remedy} it under ignore in the mapping.", file, None, label
        )
    filled = (passing & set(columns)) | read.targets
    for column in table.required:
        if column not in filled:
            yield Problem("KAP-E02", "this required column.", _nearest_in_header(column, columns), file, None, column)
    if table is SESSIONS:
        if "condition" not in filled and not courses_delivered:
            remedy = f"{_nearest_in_header('condition', columns)} Or deliver courses."
            yield Problem("KAP-E02", "this required column.", remedy, file, None, "condition")
        if not filled & set(DOSE_COLUMNS):
            yield Problem("KAP-E02", "one dose column at least.", "add it.", file, None, " or ".join(DOSE_COLUMNS))
    if table is SCORES and not any(column == "total" or column.startswith("item_") for column in filled):
        yield Problem("KAP-E02", "total or items.", "add them.", file, None, "total")
    if table is not SCORES and mapping.is_reference_sample:
        yield Problem("KAP-E07", "scores alone in a reference sample.", "deliver it elsewhere.", file)


def _nearest_in_header(column: str, header: Sequence[str]) -> str:
    close = nearest(column, header)
    if close is not None:
        close = column_label(close, header.index(close) + 1)
    return f"add it; the nearest column of the file is {close}." if close and close != column else "add it."
