"""An export as it lies there, read with more patience than the door has: any separator, any usual encoding.

What the door would refuse of its form is noted, so that the person mends it. Nothing is stored, and no cell leaves
this package except as `words` allows.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from pipelines.intake.csv_layout import MAX_COLUMNS, header_problems
from pipelines.intake.naming import safe_name
from pipelines.intake.receive import kind_of, open_regular
from pipelines.intake.refusals import refusal
from pipelines.problems import ExitCode, KapError

# Enough to see types, words and limits; a draft is looked over by a person and checked on the whole file.
ROWS_LOOKED_AT = 20_000
_MOST_BYTES = 64 * 1024**2
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Export:
    """One file of an export. `rows`: trimmed texts by column, "" where empty, at most ROWS_LOOKED_AT of them.

    notes: what to mend in the file's form before it is delivered. file: its name as messages may show it.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def read_export(path: Path) -> Export:
    """The file at `path`.

    Raises:
        KapError: it has no rows to look at, or names of columns that no mapping could tell apart (exit 3).
    """
    shown, kind = safe_name(path.name), str(kind_of(path.name))
    if kind == "unknown" and path.suffix.lower() in (".tsv", ".txt"):
        kind = "csv"
    try:
        if kind == "parquet":
            columns, rows, notes = _parquet(path)
        elif kind == "ndjson":
            columns, rows, notes = _ndjson(path)
        elif kind in ("csv", "csv.gz"):
            columns, rows, notes = _csv(path, kind)
        else:
            raise KapError(ExitCode.REFUSED, [refusal("KAP-F02", shown)])
    except (pyarrow.ArrowException, OSError, EOFError, ValueError, csv.Error):
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F20" if kind == "parquet" else "KAP-F24", shown)]) from None
    if not columns:
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F01", shown)])
    if len(columns) > MAX_COLUMNS:
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F14", shown, failed_n=len(columns), of_n=MAX_COLUMNS)])
    numbers_n = sum(name.lstrip("-").replace(".", "", 1).isdigit() for name in columns)
    problems = header_problems(columns, shown)
    if numbers_n * 2 > len(columns):
        problems = [refusal("KAP-F12", shown)]
    if problems:
        raise KapError(ExitCode.REFUSED, problems)
    width = len(columns)
    cut = tuple(tuple((*row, *[""] * (width - len(row)))[:width]) for row in rows if any(row))
    return Export(shown, columns, cut, tuple(notes))


_Read = tuple[tuple[str, ...], list[list[str]], list[str]]


def _csv(path: Path, kind: str) -> _Read:
    with open_regular(path) as stream:
        content = (gzip.GzipFile(fileobj=stream) if kind == "csv.gz" else stream).read(_MOST_BYTES)
    text, notes = _decoded(content)
    # A last line that was cut short is no row.
    text = text if len(content) < _MOST_BYTES else text[: text.rfind("\n") + 1]
    text = text.replace("\0", "").lstrip("\r\n")
    head = text.partition("\n")[0]
    outside = "".join(head.split('"')[::2])
    separator = max(_SEPARATORS, key=outside.count)
    if separator != "," and outside.count(separator):
        notes.append(f"It is separated by {_SEPARATORS[separator]}: save it as a CSV file with commas.")
    lines = list(islice(_records(text, separator), ROWS_LOOKED_AT + 1))
    columns = tuple(name.strip() for name in lines[0]) if lines else ()
    return columns, [[cell.strip() for cell in line] for line in lines[1:]], notes


def _records(text: str, separator: str) -> Iterator[Sequence[str]]:
    csv.field_size_limit(_MOST_BYTES)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator if separator else ",")


def _decoded(content: bytes) -> tuple[str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), ["It is saved as UTF-16: save it as UTF-8."]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        if error.end >= len(content) - 4 and len(content) >= _MOST_BYTES:
            return content.decode("utf-8-sig", "ignore"), []
        return content.decode("cp1252", "replace"), ["It is not saved as UTF-8: save it as UTF-8."]


def _parquet(path: Path) -> _Read:
    with open_regular(path) as stream:
        file = pyarrow.parquet.ParquetFile(stream)
        columns = tuple(name.strip() for name in file.schema_arrow.names)
        table = next(file.iter_batches(ROWS_LOOKED_AT), None)
        cells = [] if table is None else [[_text(value) for value in column.to_pylist()] for column in table.columns]
    return columns, [list(row) for row in zip(*cells, strict=True)], []


def _ndjson(path: Path) -> _Read:
    with open_regular(path) as stream:
        objects = [json.loads(line) for line in islice(stream, ROWS_LOOKED_AT) if line.strip()]
    if not all(isinstance(each, dict) for each in objects):
        raise ValueError
    columns = tuple(dict.fromkeys(str(name) for each in objects for name in each))
    return columns, [[_text(each.get(name)) for name in columns] for each in objects], []


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
