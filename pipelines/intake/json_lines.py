"""A delivery of one JSON object a line (NDJSON): the same relations as a CSV gives, line by line.

The bytes are cut into lines here, so that a row's number is its line; DuckDB reads each line by itself, so that one bad
line costs one row and never the file. Every key of any line is a column, whether other lines have it or not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.engine import Engine, EngineError, load_sql, quoted
from pipelines.intake.csv_layout import MAX_COLUMNS, MAX_LINE_BYTES, Numbers, header_problems
from pipelines.intake.naming import column_label
from pipelines.intake.refusals import refusal
from pipelines.problems import ExitCode, KapError, Problem

_LF, _CR = 10, 13
# Bytes that stand in no JSON text outside an escape: a line that holds one is no JSON.
_CONTROL = np.isin(np.arange(256), [*range(9), 11, 12, *range(14, 32)])
# Stands for a control byte: outside a string it breaks the line, inside one it breaks its cell's domain.
_REPLACED = 0x7F
_IS_TEXT = ~np.isin(np.arange(256), (9, _LF, _CR, 32))
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_FORMATS = (b"PK\x03\x04", b"PAR1", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF")
# A character by its number, halves of a pair apart.
_ESCAPE = re.compile(r"\\u((?![dD][89a-fA-F])[0-9a-fA-F]{4})")
_MARKS = re.compile(r'[{}\[\]]|"\s*:\s*')
_LINES_LOOKED_AT = 200


@dataclass(frozen=True)
class JsonLines:
    """What the lines hold. rows_n counts every line, blank ones too; row 1 is the first line."""

    columns: tuple[str, ...]
    rows_n: int
    malformed_n: int
    empty_rows_n: int


def read_json_lines(engine: Engine, chunks: Iterable[bytes], shown: str, folder: Path, filled: str) -> JsonLines:
    """Make `source`, `source_malformed` and `source_malformed_lines` as `readers` says.

    chunks: the text's bytes in pieces. folder: scratch that the engine may read. filled: SQL of a cell that is not
    blank, with `{}` for the cell.

    Raises:
        KapError: refused; a key whose value is an object or a list, lines of which none is an object, no text.
    """
    copy = folder / "lines.txt"
    numbers, rows_n = _lay_out(chunks, shown, copy)
    engine.define("json_numbers", pd.DataFrame({"row_number": numbers}))
    try:
        read_n = engine.materialise("json_text", load_sql(__file__, "read_lines"), path=str(copy))
    except EngineError:
        raise _refused("KAP-F24", shown) from None
    if read_n != len(numbers):
        raise _refused("KAP-F22", shown, failed_n=read_n, of_n=len(numbers))
    engine.materialise("json_rows", load_sql(__file__, "json_rows"))
    keys = engine.rows(load_sql(__file__, "json_keys"))
    columns = tuple(dict.fromkeys(key for listed, _ in keys for key in listed))
    if not columns and engine.value("SELECT count(*) FROM json_rows WHERE reason IS NOT NULL"):
        raise _refused("KAP-F25", shown, row=int(numbers[0]))
    _refuse_columns(engine, columns, shown)
    kept_n = _make_source(engine, columns, filled)
    malformed_n = _make_malformed(engine)
    for scratch in ("json_text", "json_numbers", "json_rows"):
        engine.execute(f"DROP TABLE {scratch}")
    return JsonLines(columns, rows_n, malformed_n, rows_n - malformed_n - kept_n)


def keys_of_head(head: bytes) -> tuple[str, ...]:
    """Keys of the first lines of a file, in order of first appearance; a line that is no object gives none."""
    found: dict[str, None] = {}
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[:_LINES_LOOKED_AT]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            found.update(dict.fromkeys(map(str, record)))
    return tuple(found)


def _refused(code: str, shown: str, **where: int | None) -> KapError:
    return KapError(ExitCode.REFUSED, [refusal(code, shown, **where)])  # type: ignore[arg-type]


def _lay_out(chunks: Iterable[bytes], shown: str, copy: Path) -> tuple[Numbers, int]:
    """Write every line that holds text to `copy`; return their row numbers and how many lines there are."""
    carry, rows_n, offset = b"", 0, 0
    numbers: list[Numbers] = []
    with copy.open("wb") as target:
        for chunk in _with_a_last_line_end(chunks, shown):
            block = carry + chunk
            used = block.rfind(b"\n") + 1
            carry = block[used:]
            if len(carry) > MAX_LINE_BYTES:
                code = "KAP-F16" if b"\r" in carry else "KAP-F15"
                raise _refused(code, shown, row=rows_n + block[:used].count(b"\n") + 1)
            if not used:
                continue
            _check_text(block[:used], offset, shown)
            data = np.frombuffer(block, np.uint8, used)
            ends = np.flatnonzero(data == _LF)
            starts = np.concatenate([[0], ends[:-1] + 1])
            lengths = ends - starts + 1
            if lengths.max() > MAX_LINE_BYTES:
                raise _refused("KAP-F15", shown, row=rows_n + int(lengths.argmax()) + 1)
            texts = np.logical_or.reduceat(_IS_TEXT[data], starts)
            # Neither a control byte nor a carriage return is text of a line of JSON; the parser shall see neither.
            kept = np.where(_CONTROL[data], np.uint8(_REPLACED), data)
            target.write(kept[np.repeat(texts, lengths) & (data != _CR)].tobytes())
            numbers.append(rows_n + 1 + np.flatnonzero(texts))
            rows_n += len(ends)
            offset += used
    found = np.concatenate([*numbers, np.empty(0, np.int64)]).astype(np.int64)
    if not len(found):
        raise _refused("KAP-F01", shown)
    return found, rows_n


def _with_a_last_line_end(chunks: Iterable[bytes], shown: str) -> Iterable[bytes]:
    """The chunks without a byte order mark and with a line end at their end."""
    first, last = True, b"\n"
    for chunk in chunks:
        if first:
            if chunk.startswith(_OTHER_FORMATS):
                raise _refused("KAP-F19", shown)
            if chunk.startswith(_UTF16):
                raise _refused("KAP-F06", shown)
            chunk, first = chunk.removeprefix(b"\xef\xbb\xbf"), False
        if chunk:
            last = chunk[-1:]
            yield chunk
    if last != b"\n":
        yield b"\n"


def _check_text(block: bytes, offset: int, shown: str) -> None:
    if (nul := block.find(b"\0")) >= 0:
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F08", shown, note=f"byte {offset + nul:,}: ")])
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        note = f"byte {offset + error.start:,} is no UTF-8: "
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F07", shown, note=note)]) from None


def _refuse_columns(engine: Engine, columns: tuple[str, ...], shown: str) -> None:
    if len(columns) > MAX_COLUMNS:
        raise _refused("KAP-F14", shown, failed_n=len(columns), of_n=MAX_COLUMNS)
    problems: list[Problem] = header_problems(columns, shown)
    places = {column: place for place, column in enumerate(columns, start=1)}
    for column, rows_n, first_row in engine.rows(load_sql(__file__, "json_nested")):
        label = column_label(column, places[column])
        of_n = int(engine.value("SELECT count(*) FROM json_rows"))
        problems.append(refusal("KAP-F26", shown, row=int(first_row), column=label, failed_n=int(rows_n), of_n=of_n))
    if problems:
        raise KapError(ExitCode.REFUSED, problems)


def _make_source(engine: Engine, columns: tuple[str, ...], filled: str) -> int:
    """`source` from the lines that are objects; return how many hold something."""
    if not columns:
        return engine.materialise("source", "SELECT row_number FROM json_rows WHERE false")
    # The keys go in as a bound parameter.
    shape = json.dumps(dict.fromkeys(columns, "VARCHAR"), ensure_ascii=False)
    listed = ", ".join(f"nullif(cells.{quoted(name)}, '') AS {quoted(name)}" for name in columns)
    held = ", ".join(filled.format(f"cells.{quoted(name)}") for name in columns)
    return engine.materialise(
        "source",
        f"SELECT row_number, {listed} FROM (SELECT row_number, from_json(line, $shape) AS cells FROM json_rows "
        f"WHERE reason IS NULL) WHERE coalesce({held}, NULL) IS NOT NULL ORDER BY row_number",
        shape=shape,
    )


def _make_malformed(engine: Engine) -> int:
    engine.materialise(
        "source_malformed",
        "SELECT row_number, reason FROM json_rows WHERE reason IS NOT NULL ORDER BY row_number",
    )
    rows = engine.rows("SELECT row_number, line FROM json_rows WHERE reason IS NOT NULL ORDER BY row_number")
    lines = pd.Series([_for_the_gate(line) for _, line in rows], dtype="str")
    frame = pd.DataFrame({"row_number": [row for row, _ in rows], "line": lines})
    engine.define("source_malformed_lines", frame.astype({"row_number": "int64"}))
    return len(rows)


def _for_the_gate(line: str) -> str:
    """A line with commas for the marks of JSON, as the gate judges a malformed row, and with nothing behind escapes."""
    return _MARKS.sub(",", _ESCAPE.sub(lambda found: chr(int(found[1], 16)), line))
