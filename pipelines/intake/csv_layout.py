"""The bytes of a CSV, checked and cut into records before any parser sees them (numpy; nothing loops over rows).

Why: no parser at hand is strict enough. DuckDB may drop ragged rows, keep stray quotes and count lines its own way
(measured). Here the ends of records follow from the parity of quotation marks alone, so the number of each row is
certain, and the copy handed to DuckDB holds only records with the right number of cells.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.naming import column_label
from pipelines.intake.refusals import refusal
from pipelines.problems import ExitCode, KapError, Problem

MAX_LINE_BYTES = 1024 * 1024
MAX_COLUMNS = 2000
TOO_FEW_CELLS, TOO_MANY_CELLS = "too_few_cells", "too_many_cells"
_LF, _CR, _QUOTE, _COMMA, _SPACE = 10, 13, 34, 44, 32
_PREAMBLE_LOOK = 20
# White space and line ends make a line blank; any other byte, control characters too, is text.
_IS_TEXT = ~np.isin(np.arange(256), (9, _LF, _CR, _SPACE))

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """What the bytes hold. Rows are data records, the header not counted; row 1 is the first after it.

    row_numbers: of the records in the clean copy, in order. blank_n: lines with nothing but white space.
    malformed_rows / malformed_short: row number, and whether it has too few cells, of each record left out.
    """

    columns: tuple[str, ...]
    rows_n: int
    row_numbers: Numbers
    blank_n: int
    malformed_rows: Numbers
    malformed_short: NDArray[np.bool_]


@dataclass
class _Scan:
    """What is known so far while the file passes by."""

    file: str
    columns: tuple[str, ...] = ()
    records_n: int = 0
    blank_n: int = 0
    kept: list[Numbers] = field(default_factory=list)
    short: list[Numbers] = field(default_factory=list)
    long: list[Numbers] = field(default_factory=list)
    problems: dict[tuple[str, str | None], Problem] = field(default_factory=dict)

    def note(self, code: str, **where: Any) -> None:
        """Keep the first problem of each code and column."""
        self.problems.setdefault((code, where.get("column")), refusal(code, self.file, **where))

    def stop(self, code: str, **where: Any) -> KapError:
        """The error to raise when reading on makes no sense: all found so far, and this one."""
        self.note(code, **where)
        return self.error()

    def error(self) -> KapError:
        return KapError(ExitCode.REFUSED, self.problems.values())


def lay_out(chunks: Iterable[bytes], file: str, good: Path, malformed: Path) -> Layout:
    """Check a CSV that arrives in chunks; write its sound records to `good` and the others, one a line, to `malformed`.

    Both copies are without the header, in UTF-8, with LF line ends. `file` is the name to show.

    Raises:
        KapError: every problem of the file at once, as far as its structure can be followed.
    """
    scan = _Scan(file)
    carry, offset, started = b"", 0, False
    with good.open("wb") as good_stream, malformed.open("wb") as malformed_stream:
        for chunk in chunks:
            if not started:
                chunk, offset = _without_mark(chunk, scan)
                started = True
            block = carry + chunk
            used = _take(block, offset, scan, good_stream, malformed_stream)
            carry, offset = block[used:], offset + used
            if len(carry) > MAX_LINE_BYTES:
                code = "KAP-F16" if b"\r" in carry and b"\n" not in carry else "KAP-F15"
                raise scan.stop(code, row=scan.records_n or None)
        if carry:
            used = _take(carry + b"\n", offset, scan, good_stream, malformed_stream)
            if used <= len(carry):  # the last record never ends: its quotation mark is open
                _check_text(carry[used:], offset + used, scan)
                raise scan.stop("KAP-F13", row=scan.records_n or None)
    if not scan.columns and not scan.problems:
        raise scan.stop("KAP-F01")
    if scan.problems:
        raise scan.error()
    rows = np.concatenate([*scan.short, *scan.long, np.empty(0, np.int64)])
    short = np.concatenate([np.ones(sum(map(len, scan.short)), bool), np.zeros(sum(map(len, scan.long)), bool)])
    order = np.argsort(rows, kind="stable")
    kept = np.concatenate([*scan.kept, np.empty(0, np.int64)])
    return Layout(scan.columns, scan.records_n - 1, kept, scan.blank_n, rows[order], short[order])


def _without_mark(chunk: bytes, scan: _Scan) -> tuple[bytes, int]:
    """The first chunk without its byte order mark; stops at what is no CSV at all."""
    if chunk.startswith((b"PK\x03\x04", b"PAR1", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise scan.stop("KAP-F19")
    head = np.frombuffer(chunk[:256], np.uint8)
    nul = head == 0
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or (
        len(head) >= 8 and max(nul[::2].mean(), nul[1::2].mean()) > 0.6
    ):
        raise scan.stop("KAP-F06")
    if not chunk.strip():
        return chunk, 0
    return (chunk[3:], 3) if chunk.startswith(b"\xef\xbb\xbf") else (chunk, 0)


def _inside(data: Bytes) -> NDArray[np.bool_]:
    """Whether each byte lies in a quoted cell: an odd number of quotation marks up to it."""
    quotes: NDArray[np.bool_] = data == _QUOTE
    if not quotes.any():
        return quotes
    # uint8 may wrap: 256 is even.
    return (np.cumsum(quotes, dtype=np.uint8) & 1).astype(bool)


def header_of(head: bytes, file: str) -> tuple[str, ...]:
    """Column names of a CSV from its first bytes (MAX_LINE_BYTES are enough). Raises KapError as `lay_out`."""
    scan = _Scan(file)
    block = _without_mark(head, scan)[0] + b"\n"
    data = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero((data == _LF) & ~_inside(data))
    if not len(ends):
        raise scan.stop("KAP-F13")
    line = block[: int(ends[0])]
    _read_header(line, np.array([line.count(b",") + 1]), np.array([not line.strip()]), scan)
    if scan.problems:
        raise scan.error()
    return scan.columns


def _check_text(block: bytes, offset: int, scan: _Scan) -> None:
    """Note the first byte that is NUL or no UTF-8."""
    if (nul := block.find(b"\0")) >= 0:
        scan.note("KAP-F08", note=f"byte {offset + nul:,}: ")
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        scan.note("KAP-F07", note=f"byte {offset + error.start:,} is no UTF-8: ")


def _take(block: bytes, offset: int, scan: _Scan, good: BinaryIO, malformed: BinaryIO) -> int:
    """Handle the whole records at the start of `block`; return how many bytes they take."""
    data = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    inside = _inside(data)
    ends = np.flatnonzero((data == _LF) & ~inside)
    _check_quotes(data, quotes, inside, ends, scan)
    if not len(ends):
        return 0
    used = int(ends[-1]) + 1
    data, inside = data[:used], inside[:used]
    _check_text(block[:used], offset, scan)

    returns = np.flatnonzero((data == _CR) & ~inside)
    bare = returns[data[np.minimum(returns + 1, used - 1)] != _LF]
    if len(bare):
        scan.note("KAP-F16", row=_row_at(int(bare[0]), ends, scan))
    starts = np.concatenate([[0], ends[:-1] + 1])
    commas = np.flatnonzero((data == _COMMA) & ~inside)
    cells = np.diff(np.searchsorted(commas, ends), prepend=0) + 1
    blank = ~np.logical_or.reduceat(_IS_TEXT[data], starts)
    lengths = ends - starts + 1
    if lengths.max() > MAX_LINE_BYTES:
        raise scan.stop("KAP-F15", row=(scan.records_n + int(lengths.argmax())) or None)

    if not scan.columns:
        if blank.all() and not scan.records_n:
            scan.records_n += len(ends)
            return used
        _read_header(block[: int(ends[0])], cells, blank, scan)
        data_records = np.arange(len(ends)) > 0
    else:
        data_records = np.ones(len(ends), bool)
    numbers = scan.records_n + np.arange(len(ends), dtype=np.int64)
    scan.records_n += len(ends)
    sound = data_records & ~blank & (cells == len(scan.columns))
    too_short = data_records & ~blank & (cells < len(scan.columns))
    too_long = data_records & ~blank & (cells > len(scan.columns))
    scan.blank_n += int((data_records & blank).sum())
    scan.kept.append(numbers[sound])
    scan.short.append(numbers[too_short])
    scan.long.append(numbers[too_long])

    drop = np.zeros(used, bool)
    drop[returns] = True
    whole = bool(sound.all()) and not len(returns)
    good.write(block[:used] if whole else data[np.repeat(sound, lengths) & ~drop].tobytes())
    if (too_short | too_long).any():
        flat = np.where(inside & ((data == _LF) | (data == _CR)), np.uint8(_SPACE), data)
        malformed.write(flat[np.repeat(too_short | too_long, lengths) & ~drop].tobytes())
    return used


def _row_at(position: int, ends: Numbers, scan: _Scan) -> int | None:
    """Data row of a byte of the block; None in the header."""
    return (scan.records_n + int(np.searchsorted(ends, position))) or None


def _check_quotes(data: Bytes, quotes: Numbers, inside: NDArray[np.bool_], ends: Numbers, scan: _Scan) -> None:
    """A quotation mark opens a cell at its start and closes it at its end, or stands doubled inside. Else stop."""
    if not len(quotes):
        return
    before = np.where(quotes > 0, data[np.maximum(quotes - 1, 0)], _LF)
    known = quotes < len(data) - 1
    after = np.where(known, data[np.minimum(quotes + 1, len(data) - 1)], _LF)
    opens = inside[quotes]
    wrong = (opens & ~np.isin(before, (_LF, _COMMA, _QUOTE))) | (~opens & ~np.isin(after, (_LF, _CR, _COMMA, _QUOTE)))
    if wrong.any():
        raise scan.stop("KAP-F13", row=_row_at(int(quotes[wrong][0]), ends, scan))


def _read_header(line: bytes, cells: Numbers, blank: NDArray[np.bool_], scan: _Scan) -> None:
    """Column names of the first record; stops where no row below it could be understood."""
    if blank[0] or scan.records_n:
        raise scan.stop("KAP-F12")
    if cells[0] > MAX_COLUMNS:
        raise scan.stop("KAP-F14", failed_n=int(cells[0]), of_n=MAX_COLUMNS)
    text = line.decode("utf-8", errors="replace").rstrip("\r")
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:  # a name over the csv module's own limit
        raise scan.stop("KAP-F15") from None
    unquoted = re.sub('"[^"]*"', "", text)
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if unquoted.count(mark) > unquoted.count(","):
            raise scan.stop("KAP-F09", note=f"the header is separated by {word}: ")
    below = cells[1:][~blank[1:]][:_PREAMBLE_LOOK]
    shared = bool(len(below) >= 2 and (below == below[0]).all() and below[0] > cells[0])
    if shared or sum(name.strip().lstrip("-").replace(".", "", 1).isdigit() for name in names) * 2 > len(names):
        raise scan.stop("KAP-F12")
    scan.columns = tuple(name.strip() for name in names)
    for problem in header_problems(scan.columns, scan.file):
        scan.problems.setdefault((problem.code, problem.column), problem)


def header_problems(columns: tuple[str, ...], file: str) -> list[Problem]:
    """Empty, repeated and reserved names; names that differ only in case, width or spaces are the same name."""
    folded = ["_".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in columns]
    seen: set[str] = set()
    problems: list[Problem] = []
    for position, (name, key) in enumerate(zip(columns, folded, strict=True), start=1):
        if not key:
            problems.append(refusal("KAP-F11", file, column=str(position)))
        elif key in seen:
            problems.append(refusal("KAP-F10", file, column=column_label(name, position)))
        elif key == "row_number":
            problems.append(refusal("KAP-F23", file, column=name))
        seen.add(key)
    return problems
