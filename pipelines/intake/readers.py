"""A delivered file as text: relations `source` and `source_malformed`, or all the reasons why not, at once.

`source`: one row per well-formed, not empty row of the file; `row_number` BIGINT (1 = first data row; malformed and
empty rows count too) and every column VARCHAR, raw text, NULL when the cell is empty. `source_malformed`: row_number,
reason (`too_few_cells`, `too_many_cells`; of a line of JSON `no_object`, `repeated_key`). `source_malformed_lines`:
row_number, line: their text, for the entry gate only. Nothing is sniffed and nothing is guessed; two independent counts
of the rows must agree.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet

from pipelines.engine import Engine, EngineError, load_sql, quoted
from pipelines.intake.csv_layout import (
    MAX_COLUMNS,
    TOO_FEW_CELLS,
    TOO_MANY_CELLS,
    Layout,
    header_of,
    header_problems,
    lay_out,
)
from pipelines.intake.json_lines import keys_of_head, read_json_lines
from pipelines.intake.naming import column_label, safe_name
from pipelines.intake.receive import Kind, open_regular
from pipelines.intake.refusals import refusal
from pipelines.problems import ExitCode, KapError, Problem

CHUNK_BYTES = 8 * 1024 * 1024
MAX_EXPANDED_BYTES = 4 * 1024**3
MAX_EXPANSION = 100  # a gzip of real rows stays far below; only looked at above MIN_EXPANDED_BYTES
MIN_EXPANDED_BYTES = 1024 * 1024
MAX_PARQUET_CELLS = 2_000_000_000
# Parquet types taken as text, by the word before any bracket. "NULL" is a column without one value.
_PARQUET_TYPES = frozenset(
    {"VARCHAR", "BOOLEAN", "FLOAT", "DOUBLE", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
    | {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "UUID", '"NULL"'}
)


# A cell, or NULL when it holds only white space. Trimming is dear, and no blank is above `!`.
_FILLED = r"CASE WHEN {0} >= '!' THEN {0} ELSE nullif(trim({0}, e' \t\r\n'), '') END"


@dataclass(frozen=True)
class Source:
    """A file that was read. Counts are data rows; rows_n holds the malformed and the empty ones too.

    metadata: key and text of what the file says about itself (Parquet footer, gzip header), for the entry gate.
    """

    columns: tuple[str, ...]
    rows_n: int
    malformed_n: int
    empty_rows_n: int
    metadata: tuple[tuple[str, str], ...] = ()


def read_delivery(engine: Engine, path: Path, name: str, kind: Kind, scratch: Path) -> Source:
    """Read one delivery into `source` and `source_malformed`. `name` is the delivered file's name, for messages.

    `scratch` must be a folder the engine may read; what is put there is removed again.

    Raises:
        KapError: refused; every problem of the file at once, never with a value or DuckDB's own words.
    """
    shown = safe_name(name)
    # The file before this one may have been a view, and this one a table.
    engine.forget("source")
    with tempfile.TemporaryDirectory(prefix="read-", dir=scratch) as folder:
        if kind == "parquet":
            return _read_parquet(engine, path, shown, Path(folder))
        if kind in ("csv", "csv.gz"):
            return _read_csv(engine, path, shown, kind, Path(folder))
        if kind in ("ndjson", "ndjson.gz"):
            return _read_ndjson(engine, path, shown, kind, Path(folder))
    raise KapError(ExitCode.REFUSED, [refusal("KAP-F02", shown)])


def read_columns(path: Path, name: str, kind: Kind) -> tuple[str, ...]:
    """Column names alone, without the rows.

    Raises:
        KapError: the header cannot be read; `read_delivery` gives all the reasons.
    """
    shown = safe_name(name)
    if kind == "parquet":
        try:
            with open_regular(path) as stream:
                return tuple(pyarrow.parquet.read_schema(stream).names)
        except (pyarrow.ArrowException, OSError, ValueError):
            raise KapError(ExitCode.REFUSED, [refusal("KAP-F20", shown)]) from None
    if kind == "unknown":
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F02", shown)])
    head = next(_chunks(path, shown, kind), b"")
    return keys_of_head(head) if kind.startswith("ndjson") else header_of(head, shown)


# --- CSV -------------------------------------------------------------------------------------------------------------


def _read_csv(engine: Engine, path: Path, shown: str, kind: Kind, folder: Path) -> Source:
    good, malformed = folder / "sound.csv", folder / "malformed.csv"
    layout = lay_out(_chunks(path, shown, kind), shown, good, malformed)
    _make_malformed(engine, layout, malformed, shown)
    names = [f"c{position}" for position in range(1, len(layout.columns) + 1)]
    declared = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    cells = ", ".join(f"nullif({name}, '') AS {name}" for name in names)
    listed = ", ".join(f"{own} AS {quoted(name)}" for own, name in zip(names, layout.columns, strict=True))
    try:
        # The copy holds sound records only, in order, so position n of it is row layout.row_numbers[n].
        read = load_sql(__file__, "read_csv").replace("/* columns */", declared).replace("/* cells */", cells)
        read_n = engine.materialise("source_text", read, path=str(good))
    except EngineError:
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F24", shown)]) from None
    if read_n != len(layout.row_numbers):
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F22", shown, failed_n=read_n, of_n=len(layout.row_numbers))])
    filled = ", ".join(_FILLED.format(name) for name in names)
    kept = f"WHERE coalesce({filled}, NULL) IS NOT NULL"
    if len(layout.row_numbers) == layout.rows_n:
        engine.view("source", f"SELECT rowid + 1 AS row_number, {listed} FROM source_text {kept}")
    else:
        engine.define("source_rows", pd.DataFrame({"row_number": layout.row_numbers}))
        numbered = "source_text POSITIONAL JOIN source_rows"
        engine.materialise("source", f"SELECT row_number, {listed} FROM {numbered} {kept}")
        engine.execute("DROP TABLE source_text")
        engine.execute("DROP TABLE source_rows")
    kept_n = int(engine.value("SELECT count(*) FROM source"))
    metadata = _gzip_names(path) if kind == "csv.gz" else ()
    malformed_n = len(layout.malformed_rows)
    return Source(layout.columns, layout.rows_n, malformed_n, layout.blank_n + read_n - kept_n, metadata)


def _make_malformed(engine: Engine, layout: Layout, lines: Path, shown: str) -> None:
    reasons = np.where(layout.malformed_short, TOO_FEW_CELLS, TOO_MANY_CELLS).astype(object)
    engine.define("source_malformed", pd.DataFrame({"row_number": layout.malformed_rows, "reason": reasons}))
    texts = lines.read_bytes().decode("utf-8").split("\n")[:-1]
    if len(texts) != len(layout.malformed_rows):
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F22", shown)])
    frame = pd.DataFrame({"row_number": layout.malformed_rows, "line": pd.Series(texts, dtype="str")})
    engine.define("source_malformed_lines", frame)


def _chunks(path: Path, shown: str, kind: Kind) -> Iterator[bytes]:
    """The text's bytes in pieces; a gzip stops before it grows out of proportion."""
    with open_regular(path) as stream:
        if not kind.endswith(".gz"):
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
            return
        if stream.read(2) != b"\x1f\x8b":
            raise KapError(ExitCode.REFUSED, [refusal("KAP-F19", shown)])
        packed_bytes = stream.seek(0, 2)
        stream.seek(0)
        most = min(MAX_EXPANDED_BYTES, max(MIN_EXPANDED_BYTES, MAX_EXPANSION * packed_bytes))
        total = 0
        with gzip.GzipFile(fileobj=stream) as unpacked:
            while chunk := _unpack(unpacked, shown):
                total += len(chunk)
                if total > most:
                    raise KapError(ExitCode.REFUSED, [refusal("KAP-F18", shown)])
                yield chunk


def _read_ndjson(engine: Engine, path: Path, shown: str, kind: Kind, folder: Path) -> Source:
    lines = read_json_lines(engine, _chunks(path, shown, kind), shown, folder, _FILLED)
    metadata = _gzip_names(path) if kind == "ndjson.gz" else ()
    return Source(lines.columns, lines.rows_n, lines.malformed_n, lines.empty_rows_n, metadata)


def _unpack(unpacked: gzip.GzipFile, shown: str) -> bytes:
    try:
        return unpacked.read(MIN_EXPANDED_BYTES)
    except (EOFError, OSError, zlib.error):
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F17", shown)]) from None


def _gzip_names(path: Path) -> tuple[tuple[str, str], ...]:
    """The original name and the comment a gzip header may carry (RFC 1952)."""
    with open_regular(path) as stream:
        head = stream.read(4096)
    flags, position = head[3], 10
    if flags & 4:
        position += 2 + int.from_bytes(head[10:12], "little")
    found = []
    for flag, key in ((8, "gzip name"), (16, "gzip comment")):
        if flags & flag:
            end = head.find(b"\0", position)
            end = len(head) if end < 0 else end
            found.append((key, head[position:end].decode("latin-1")))
            position = end + 1
    return tuple(found)


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _read_parquet(engine: Engine, path: Path, shown: str, folder: Path) -> Source:
    # A copy under a plain name: DuckDB expands *, ? and [ in a path.
    copy = folder / "delivery.parquet"
    with open_regular(path) as stream, copy.open("wb") as target:
        head = stream.read(4)
        target.write(head)
        shutil.copyfileobj(stream, target)
    if head != b"PAR1":
        code = "KAP-F19" if head else "KAP-F01"
        raise KapError(ExitCode.REFUSED, [refusal(code, shown)])
    try:
        return _parquet_source(engine, str(copy), shown)
    except EngineError:
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F20", shown)]) from None


def _parquet_source(engine: Engine, path: str, shown: str) -> Source:
    schema = engine.rows("SELECT name, num_children FROM parquet_schema($path)", path=path)
    rows_n = int(engine.value("SELECT num_rows FROM parquet_file_metadata($path)", path=path))
    unpacked = engine.value("SELECT sum(total_uncompressed_size) FROM parquet_metadata($path)", path=path) or 0
    described = engine.rows("DESCRIBE SELECT * FROM read_parquet($path)", path=path)
    if len(described) > MAX_COLUMNS:
        problem = refusal("KAP-F14", shown, failed_n=len(described), of_n=MAX_COLUMNS)
        raise KapError(ExitCode.REFUSED, [problem])
    if unpacked > MAX_EXPANDED_BYTES or rows_n * len(described) > MAX_PARQUET_CELLS:
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F18", shown)])
    nested = any(children for _, children in schema[1:])
    # The footer's own names: DuckDB renames repeated ones. In a nested schema the leaves are no columns.
    columns = tuple(str(row[0]) for row in (described if nested else schema[1:]))
    problems: list[Problem] = list(header_problems(columns, shown))
    problems += [
        refusal("KAP-F21", shown, column=column_label(column, position))
        for position, (column, row) in enumerate(zip(columns, described, strict=True), start=1)
        if str(row[1]).split("(")[0] not in _PARQUET_TYPES
    ]
    if problems:
        raise KapError(ExitCode.REFUSED, problems)
    listed = ", ".join(f"nullif(CAST({quoted(name)} AS VARCHAR), '') AS {quoted(name)}" for name in columns)
    filled = ", ".join(_FILLED.format(f"CAST({quoted(name)} AS VARCHAR)") for name in columns)
    kept_n = engine.materialise(
        "source",
        f"SELECT CAST(file_row_number + 1 AS BIGINT) AS row_number, {listed}"
        f" FROM read_parquet($path, file_row_number = true) WHERE coalesce({filled}, NULL) IS NOT NULL",
        path=path,
    )
    read_n = int(
        engine.value(
            "SELECT count(*) FROM (SELECT file_row_number FROM read_parquet($path, file_row_number = true))", path=path
        )
    )
    if read_n != rows_n:
        raise KapError(ExitCode.REFUSED, [refusal("KAP-F22", shown, failed_n=read_n, of_n=rows_n)])
    engine.define(
        "source_malformed", pd.DataFrame({"row_number": np.empty(0, np.int64), "reason": pd.Series(dtype="str")})
    )
    engine.define(
        "source_malformed_lines", pd.DataFrame({"row_number": np.empty(0, np.int64), "line": pd.Series(dtype="str")})
    )
    pairs = engine.rows("SELECT key, value FROM parquet_kv_metadata($path)", path=path)
    metadata = tuple(
        (bytes(key).decode("utf-8", "replace"), bytes(value).decode("utf-8", "replace")) for key, value in pairs
    )
    return Source(columns, rows_n, 0, rows_n - kept_n, metadata)
