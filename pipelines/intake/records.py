"""The delivered file as records of one table: renamed, mapped, converted, wide made long. Everything is still text.

One row of `source` gives one record, or one for each scale the mapping lists. Cells are trimmed here, once; an empty
cell and a missing code are NULL from here on. The SELECT is built from the contract's column names, quoted column
names of the file and bound parameters: no text of a mapping or a cell becomes SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.contract.fields import FIELDS, ITEM_FIELDS
from pipelines.contract.mapping_model import ColumnSource, Mapping
from pipelines.contract.table_choice import TableChoice
from pipelines.contract.units import UNITS
from pipelines.engine import Engine, load_sql, quoted

# A space, tab or line break around a cell is not part of it; a no-break space is (a damaged value, never guessed at).
BLANKS = " \t\r\n"
NUMBER_PATTERN = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
WHOLE_PATTERN = r"^([+-]?[0-9]+)\.0*$"


@dataclass(frozen=True)
class RecordCounts:
    """What one file gave: rows in the file (malformed ones included), rows that gave a record, empty rows, records.

    `records` and `rows_with_records` count a malformed row as one record (of its own, quarantined later).
    """

    source_rows: int
    rows_with_records: int
    empty_rows: int
    malformed_rows: int
    records: int

    def __post_init__(self) -> None:
        if self.source_rows != self.rows_with_records + self.empty_rows:
            raise ArithmeticError("source rows are not rows with records + empty rows")


def make_records(
    engine: Engine,
    choice: TableChoice,
    empty_rows_n: int = 0,
    source: str = "source",
    malformed: str | None = "source_malformed",
) -> RecordCounts:
    """Make `records`: the contract columns as VARCHAR, row_number, record_number (1 up in file order).

    Only the columns that the file fills are held, in table `record_texts`; of it `records` is a view.

    empty_rows_n: rows the reader found empty, which are not in `source` (`Source.empty_rows_n`).
    malformed: the table of rows that could not be cut into cells; None where a reader has none.

    Raises:
        ArithmeticError: the rows do not add up.
    """
    parameters = _Parameters()
    parts = [_entry_select(choice, entry, number, parameters) for number, entry in enumerate(choice.entries)]
    select = load_sql(__file__, "records")
    select = select.replace("/* one SELECT for each record of a row */", "\nUNION ALL BY NAME\n".join(parts))
    select = select.replace("/* cells */", ", ".join(_cells(choice, parameters)))
    select = select.replace("/* source */", quoted(source))
    select = select.replace("/* order */", "ORDER BY row_number, entry_number" if len(choice.entries) > 1 else "")
    given = {name for entry in choice.entries for name in entry}
    select = select.replace("/* columns */", ", ".join(quoted(name) for name in choice.table.columns if name in given))
    records = engine.materialise("record_texts", select, **parameters.bound)
    texts = ", ".join(
        f"{quoted(name) if name in given else 'CAST(NULL AS VARCHAR)'} AS {quoted(name)}"
        for name in choice.table.columns
    )
    # A table keeps the order in which it was made, so a record's place in it is its number.
    engine.view("records", f"SELECT {texts}, row_number, rowid + 1 AS record_number FROM record_texts")
    in_source = int(engine.value(f"SELECT count(*) FROM {quoted(source)}"))
    with_records = int(engine.value("SELECT count(DISTINCT row_number) FROM records"))
    without = int(engine.value(f"SELECT count(*) FROM {quoted(source)} ANTI JOIN records USING (row_number)"))
    broken = int(engine.value(f"SELECT count(*) FROM {quoted(malformed)}")) if malformed else 0
    return RecordCounts(
        source_rows=in_source + broken + empty_rows_n,
        rows_with_records=with_records + broken,
        empty_rows=without + empty_rows_n,
        malformed_rows=broken,
        records=records + broken,
    )


class _Parameters:
    """Texts of the mapping on their way into a statement, as bound parameters."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}
        self._names: dict[str, str] = {}

    def bind(self, value: Any) -> str:
        """The placeholder for `value`; one placeholder for each distinct value."""
        key = repr(value)
        if key not in self._names:
            name = f"mapped_{len(self.bound)}"
            self._names[key] = name
            self.bound[name] = value
        return f"${self._names[key]}"


def _cells(choice: TableChoice, parameters: _Parameters) -> list[str]:
    """Every column of the file that is read, trimmed, empty as NULL."""
    used = {source.column for entry in choice.entries for source in entry.values() if source.column is not None}
    blanks = parameters.bind(BLANKS)
    return [f"nullif({_trimmed(quoted(name), blanks)}, '') AS {quoted(name)}" for name in sorted(used)] or ["NULL AS _"]


def _trimmed(cell: str, blanks: str) -> str:
    """Trimming costs five times what looking does, and few cells have anything to trim: no blank is above `!`."""
    return f"CASE WHEN {cell} < '!' OR {cell}[-1] < '!' THEN trim({cell}, {blanks}) ELSE {cell} END"


def _entry_select(choice: TableChoice, entry: dict[str, ColumnSource], number: int, parameters: _Parameters) -> str:
    """The records of one entry. Rows without an answer (of a listed scale) or without any cell give none."""
    texts = {name: _text(name, source, choice.mapping, parameters) for name, source in entry.items()}
    listed = ", ".join(f"{text} AS {quoted(name)}" for name, text in texts.items())
    said = ("total", *ITEM_FIELDS) if choice.several_scores else choice.table.columns
    held = [quoted(name) for name in said if name in entry and entry[name].column is not None]
    select = f"SELECT row_number, {number} AS entry_number, {listed} FROM cells"
    condition = f"coalesce({', '.join(held)}) IS NOT NULL" if held else "true"
    # A subquery, so that the condition sees the mapped texts and never a column of the file of the same name.
    return f"SELECT * FROM ({select}) AS entry_{number} WHERE {condition}"


def _text(name: str, source: ColumnSource, mapping: Mapping, parameters: _Parameters) -> str:
    """SQL for the text of one contract column: trimmed, then integral, missing, values, unit."""
    if source.row_number:
        return "CAST(row_number AS VARCHAR)"
    if source.column is None:
        return f"CAST({parameters.bind(source.constant)} AS VARCHAR)"
    text = quoted(source.column)
    integral = mapping.integral if source.integral is None else source.integral
    if integral:
        text = f"regexp_replace({text}, {parameters.bind(WHOLE_PATTERN)}, '\\1')"
    missing = sorted({_compared(code, integral) for code in (*mapping.missing, *source.missing)})
    if missing:
        text = f"CASE WHEN {text} IN ({', '.join(map(parameters.bind, missing))}) THEN NULL ELSE {text} END"
    if source.values:
        cases = " ".join(
            f"WHEN {parameters.bind(_compared(found, integral))} THEN {parameters.bind(meant.strip(BLANKS) or None)}"
            for found, meant in source.values.items()
        )
        text = f"CASE {text} {cases} ELSE {text} END"
    if source.unit is not None:
        factor = parameters.bind(UNITS[FIELDS[name].unit or ""][source.unit])
        number = f"TRY_CAST({text} AS DOUBLE) * {factor}"
        # A column of whole days is rounded; any other keeps 6 decimals, more than a scale or a watch gives.
        converted = f"round({number}, {0 if FIELDS[name].kind == 'integer' else 6})"
        pattern = parameters.bind(NUMBER_PATTERN)
        text = (
            f"CASE WHEN regexp_full_match({text}, {pattern}) AND isfinite({number}) "
            f"THEN CAST({converted} AS VARCHAR) ELSE {text} END"
        )
    return text


def _compared(text: str, integral: bool) -> str:
    """A text of the mapping as it is compared with cells: trimmed and, where `1.0` is 1, integral."""
    trimmed = text.strip(BLANKS)
    whole, point, rest = trimmed.partition(".")
    is_whole = integral and point == "." and not rest.strip("0") and whole.lstrip("+-").isdecimal()
    return whole if is_whole else trimmed
