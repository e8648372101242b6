"""A drafted mapping of one export: which file is which table, each guess with its reason, and what must not come.

Nothing here holds a cell of the export, except texts made of the closed words of `words` and the contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from pipelines.contract.fields import FIELDS, ITEM_FIELDS
from pipelines.contract.table_choice import DOSE_COLUMNS, ColumnDomain
from pipelines.contract.tables import SCORES, SESSIONS, TABLES, Table
from pipelines.drafting.exports import Export
from pipelines.drafting.looks import Column, columns_of
from pipelines.drafting.plain import Certainty, Guess, guess_columns
from pipelines.drafting.risks import NAMED_LIKE_IDENTIFIER, TakeOut, new_name, risk_of
from pipelines.drafting.runs import Asked
from pipelines.drafting.scales import Entry, Found, find_entries
from pipelines.drafting.words import ITEM_WORDS
from pipelines.engine import Engine
from pipelines.intake.identifiers import scan
from pipelines.intake.readers import Source

# A table is told by what only it holds; one of these must be found.
_MARKS: Mapping[str, frozenset[str]] = {
    "sessions": frozenset({"route", *DOSE_COLUMNS}),
    "courses": frozenset({"condition"}),
    "contacts": frozenset({"kind"}),
    "adverse_events": frozenset({"event"}),
}


# Below this share, cells are mended; from it on, the column is no good.
_FEW = 0.2


@dataclass(frozen=True)
class Left:
    """A column that is left out (`ignore`). domain: what its cells are, where they are plain."""

    column: Column
    domain: str | None
    why: str


@dataclass(frozen=True)
class FileDraft:
    """What was made of one file. renamed: position -> the name it must have when it is delivered.

    asked: what looks like questions of an unknown scale: neither read nor left out until a person says what it is.
    needed: required contract columns that were not found. notes: what to mend in the file's form.
    """

    file: str
    rows_n: int
    columns: tuple[Column, ...]
    table: Table | None
    guesses: tuple[Guess, ...] = ()
    entries: tuple[Entry, ...] = ()
    visit: Column | None = None
    ignored: tuple[Left, ...] = ()
    asked: tuple[Asked, ...] = ()
    take_out: tuple[TakeOut, ...] = ()
    renamed: Mapping[int, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def mapped(self) -> frozenset[int]:
        """Positions of the columns that are read."""
        read = {guess.column.position for guess in self.guesses}
        read |= {column.position for entry in self.entries for column in entry.columns}
        return frozenset(read | ({self.visit.position} if self.visit is not None else set()))

    def name_of(self, column: Column) -> str:
        """The name a column has in the file as it will be delivered."""
        return self.renamed.get(column.position, column.name)


@dataclass(frozen=True)
class Draft:
    """Every file of an export; those with a table are read by the mapping, a table from one file."""

    files: tuple[FileDraft, ...]

    @property
    def read(self) -> tuple[FileDraft, ...]:
        """Files that the mapping reads."""
        return tuple(file for file in self.files if file.table is not None)


def draft(exports: Iterable[Export]) -> Draft:
    """The draft for the files of one export. Of two files that hold one table the fuller is read."""
    files = [_file_draft(export) for export in exports]
    best: dict[str, FileDraft] = {}
    for file in files:
        if file.table is not None:
            held = best.get(file.table.name)
            if held is None or _worth(file) > _worth(held):
                best[file.table.name] = file
    chosen = {id(file) for file in best.values()}
    kept = (file if file.table is None or id(file) in chosen else _second(file) for file in files)
    return Draft(tuple(kept if "courses" in best else map(_with_condition, kept)))


def _with_condition(file: FileDraft) -> FileDraft:
    """Without a table of courses, each session says what is treated."""
    says = any(guess.target == "condition" for guess in file.guesses)
    return file if file.table is not SESSIONS or says else replace(file, needed=(*file.needed, "condition"))


def _worth(file: FileDraft) -> tuple[int, int, int]:
    return (-len(file.needed), len(file.mapped), file.rows_n)


def _second(file: FileDraft) -> FileDraft:
    name = file.table.name if file.table is not None else ""
    note = f"It holds {name} too. A mapping reads each table from files of one form: give it that form, or leave it."
    empty = FileDraft(file.file, file.rows_n, file.columns, None, take_out=file.take_out)
    return replace(empty, notes=(*file.notes, note))


def _file_draft(export: Export) -> FileDraft:
    columns = columns_of(export)
    risky = {column.position: code for column in columns if (code := risk_of(column))}
    renamed = {
        column.position: new
        for column in columns
        if risky.get(column.position) == NAMED_LIKE_IDENTIFIER and (new := new_name(column, columns))
    }
    for position in renamed:
        del risky[position]
    # The door's own look at what is left may take out more, and then less can be read.
    while True:
        made = _made(export, columns, risky, renamed)
        found, notes = _refused_at_the_door(export, made, risky)
        if not found:
            return replace(made, notes=(*made.notes, *notes))
        risky |= found


def _made(
    export: Export, columns: tuple[Column, ...], risky: Mapping[int, str], renamed: Mapping[int, str]
) -> FileDraft:
    free = [column for column in columns if column.position not in risky]
    shown = [replace(column, name=renamed.get(column.position, column.name)) for column in free]
    # Nobody is ever withdrawn by a guess.
    every = [_as_table(shown, table) for table in TABLES.values() if table.name != "withdrawals"]
    made = max(every, key=_likeness)
    original = {column.position: column for column in columns}
    file = FileDraft(
        export.file,
        len(export.rows),
        columns,
        made.table if _likeness(made) else None,
        take_out=tuple(TakeOut(original[position], risky[position]) for position in sorted(risky)),
        renamed=renamed,
        notes=export.notes,
    )
    if file.table is None:
        return file
    file = replace(
        file,
        guesses=made.guesses,
        entries=made.entries,
        visit=made.visit,
        needed=made.needed,
        ignored=made.ignored,
        asked=made.asked,
    )
    file = replace(file, notes=(*file.notes, *_of_several_tables(made, every), *_of_rows(export, made)))
    used = {position: name for position, name in renamed.items() if position in file.mapped}
    given_up = [position for position in renamed if position not in used]
    extra = tuple(TakeOut(original[position], NAMED_LIKE_IDENTIFIER) for position in given_up)
    return replace(
        file,
        renamed=used,
        take_out=tuple(sorted((*file.take_out, *extra), key=lambda each: each.column.position)),
        ignored=tuple(each for each in file.ignored if each.column.position not in given_up),
    )


_CHECKBOX = "a checkbox of REDCap: a mapping cannot join several into one word"


@dataclass(frozen=True)
class _AsTable:
    table: Table
    guesses: tuple[Guess, ...]
    entries: tuple[Entry, ...]
    visit: Column | None
    ignored: tuple[Left, ...]
    asked: tuple[Asked, ...]
    needed: tuple[str, ...]

    @property
    def positions(self) -> frozenset[int]:
        """Columns that are read, but for those of any table: the patient and the day."""
        own = {g.column.position for g in self.guesses if g.target != "patient_id" and not g.target.endswith("_day")}
        return frozenset(own | {column.position for entry in self.entries for column in entry.columns})


def _of_several_tables(made: _AsTable, every: Sequence[_AsTable]) -> Iterator[str]:
    """What the file holds of other tables: it is read as one."""
    for other in every:
        more = other.positions - made.positions
        if other is not made and _likeness(other) and len(more) > 1:
            yield (
                f"{len(more)} of its other columns look like {other.table.name}. A file is read as one table: export "
                "them as a file of their own, and draft again with both."
            )


def _of_rows(export: Export, made: _AsTable) -> Iterator[str]:
    """Whether rows are single answers, which no mapping joins."""
    if made.table is not SCORES or made.entries:
        return
    key = [g.column.position for g in made.guesses if g.target in ("patient_id", "scale", "score_day")]
    key += [made.visit.position] if made.visit is not None else []
    keys = {tuple(row[position - 1] for position in key) for row in export.rows}
    if len(keys) * 2 < len(export.rows):
        yield (
            f"{len(export.rows):,} rows have {len(keys):,} different patients, scales and days. If each row is one "
            "answer, export totals or a column for each question: a mapping cannot join rows."
        )


def _likeness(made: _AsTable) -> int:
    """How much of a table was found; 0 when nothing that only it holds was found, or nobody the rows are about."""
    found = {guess.target for guess in made.guesses}
    if made.table is SCORES:
        told = bool(made.entries) or bool(made.asked) or "scale" in found
    else:
        told = bool(_MARKS.get(made.table.name, frozenset()) & found)
    of_somebody = "patient_id" in found or len(found) + len(made.entries) > 2
    if not told or not of_somebody:
        return 0
    if made.table.name == "courses" and {"session_day", "score_day", "contact_day"} & set(made.needed):
        return 1
    wanted = len(set(made.table.required) & found)
    return 1 + wanted * 3 + len(found) + sum(1 + len(entry.columns) for entry in made.entries) - 3 * len(made.needed)


def _as_table(columns: Sequence[Column], table: Table) -> _AsTable:
    found_scales = Found()
    among = set(table.columns) - set(table.mapping_only)
    free = list(columns)
    visit = None
    if table is SCORES:
        among -= set(ITEM_FIELDS)
        found_scales = find_entries(free)
        scale, _ = guess_columns(free, table, {"scale"})
        # A column that names the scale of each row: its questions are items, no scale of their own.
        if scale and not any(each.total is not None or each.certainty != "unsure" for each in found_scales.entries):
            found_scales = Found()
        elif found_scales.entries or found_scales.asked:
            among -= {"scale", "total"}
        used = found_scales.positions
        free = [column for column in free if column.position not in used]
        visit = _visit_column(free)
        if visit is not None:
            free = [column for column in free if column is not visit]
    entries, asked = found_scales.entries, found_scales.asked
    found, more = guess_columns(free, table, among)
    guesses = list(found.values())
    if table is SCORES and not entries and not asked and "scale" in found:
        guesses += _numbered_items(free)
    read = {guess.column.position for guess in guesses} | found_scales.positions
    if visit is not None:
        read.add(visit.position)
    boxes = {column.position: _CHECKBOX for column in columns if "___" in column.name}
    doubts = {**more, **found_scales.doubts, **boxes}
    ignored = tuple(
        Left(column, _domain(column), doubts.get(column.position, ""))
        for column in columns
        if column.position not in read
    )
    targets = {guess.target for guess in guesses}
    # Which scale is asked for: no column of that name, nor a total, is missing.
    needed = tuple(_needed(table, targets | ({"scale", "total"} if asked else set()), entries, visit))
    return _AsTable(table, tuple(guesses), entries, visit, ignored, asked, needed)


def _needed(table: Table, found: set[str], entries: Sequence[Entry], visit: Column | None) -> Iterator[str]:
    if entries:
        found = found | {"scale"}
    if visit is not None or (entries and all(entry.tells_day for entry in entries)):
        found = found | {"score_day"}
    yield from (name for name in table.required if name not in found)
    if table is SESSIONS and not found & set(DOSE_COLUMNS):
        yield " or ".join(DOSE_COLUMNS)
    if table is SCORES and not entries and not found & {"total", *ITEM_FIELDS}:
        yield "total"


def _visit_column(columns: Sequence[Column]) -> Column | None:
    """The column that names the visit of each row."""
    known = {column.position: sum(column.said[text] for text in column.visits) for column in columns}
    best = max(columns, key=lambda column: known[column.position], default=None)
    return best if best is not None and known[best.position] >= max(1, 0.5 * best.said.total()) else None


def _numbered_items(columns: Sequence[Column]) -> Iterator[Guess]:
    for column in columns:
        parts = column.words.split()
        if len(parts) == 2 and parts[0] in ITEM_WORDS | {"question"} and parts[1].isdigit() and column.is_numeric:
            number = int(parts[1])
            if 1 <= number <= len(ITEM_FIELDS):
                certainty: Certainty = "sure" if column.name == ITEM_FIELDS[number - 1] else "likely"
                why = "a question's number"
                yield Guess(ITEM_FIELDS[number - 1], column, certainty, why, missing=column.missing_words)


def _domain(column: Column) -> str | None:
    """What the cells of an ignored column are, so that a plain number wakes no detector."""
    if not column.cells or column.missing_words:
        return None
    if column.is_boolean:
        return "boolean"
    if column.is_numeric and len(column.numbers) and column.numbers.total() == column.filled_n:
        return "integer" if column.is_whole else "number"
    return "token" if column.is_token else None


# --- What must not come ----------------------------------------------------------------------------------------------


def _refused_at_the_door(export: Export, made: FileDraft, risky: Mapping[int, str]) -> tuple[dict[int, str], list[str]]:
    """What the entry gate refuses in the file as the draft would have it: positions, and notes on single cells."""
    taken_out = {each.column.position for each in made.take_out}
    kept = [column for column in made.columns if column.position not in taken_out]
    if made.table is None or not kept or not export.rows:
        return {}, []
    names = [made.name_of(column) for column in kept]
    frame = pd.DataFrame(
        {
            "row_number": range(1, len(export.rows) + 1),
            **{
                f"c{column.position}": pd.Series([row[column.position - 1] or None for row in export.rows], dtype="str")
                for column in kept
            },
        }
    )
    frame.columns = pd.Index(["row_number", *names])
    with Engine() as engine:
        engine.define("source", frame)
        problems = scan(engine, Source(tuple(names), len(export.rows), 0, 0), "export.csv", domains_of(made))
    by_label = {
        replace(column, name=name, position=at).label: column.position
        for at, (column, name) in enumerate(zip(kept, names, strict=True), start=1)
    }
    found: dict[int, str] = {}
    notes: list[str] = []
    for problem in problems:
        position = by_label.get(problem.column or "")
        if position is None or position in risky:
            continue
        column = made.columns[position - 1]
        few = problem.failed_n is not None and problem.failed_n < _FEW * column.filled_n
        if few and position in made.mapped:
            what = TakeOut(column, problem.code).why
            cells = f"{problem.failed_n:,} of {column.filled_n:,} cells"
            notes.append(f"{column.label}: {cells} hold {what}, first in row {problem.row:,}. Mend them in the export.")
        else:
            found.setdefault(position, problem.code)
    return found, notes


def domains_of(made: FileDraft) -> dict[str, ColumnDomain]:
    """Column as delivered -> its domain, as the drafted mapping gives it."""
    found: dict[str, ColumnDomain] = {}
    for guess in made.guesses:
        texts = frozenset({*guess.values, *guess.missing})
        found[made.name_of(guess.column)] = ColumnDomain(FIELDS[guess.target], None, texts, guess.unit is not None)
    for entry in made.entries:
        texts = frozenset({*entry.values, *entry.missing})
        for column in entry.columns:
            target = "total" if column is entry.total else ITEM_FIELDS[0]
            found[made.name_of(column)] = ColumnDomain(FIELDS[target], None, texts)
    if made.visit is not None:
        texts = frozenset(made.visit.visits)
        found[made.name_of(made.visit)] = ColumnDomain(FIELDS["score_day"], None, texts)
    unread = {left.column.name: left.domain for left in made.ignored}
    unread |= {column.name: _domain(column) for asked in made.asked for column in asked.columns}
    for name, domain in unread.items():
        found[name] = ColumnDomain(None, domain)  # type: ignore[arg-type]
    return found
