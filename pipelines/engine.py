"""The only door to DuckDB: an in-memory, locked-down connection, named .sql files, bound parameters.

What does not belong here: any statement about sessions, scores or outcomes. Those live in .sql files beside the code
that uses them; each holds one SELECT, and `materialise` turns it into a table of the connection.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pandas as pd
import pyarrow as pa

# A month's deliveries of the largest clinic pass in this; more makes a run hardly faster.
MOST_MEMORY_MB = 1200


class EngineError(RuntimeError):
    """A statement failed. The text never holds DuckDB's own message, which may quote a raw row."""


def load_sql(anchor: str, name: str) -> str:
    """Text of `<name>.sql` beside the module file `anchor` (pass `__file__`)."""
    return (Path(anchor).parent / f"{name}.sql").read_text(encoding="utf-8")


def quoted(identifier: str) -> str:
    """An SQL identifier, quoted, whatever it holds."""
    return '"' + identifier.replace('"', '""') + '"'


def _modest_memory() -> str:
    """The limit without a setting: half of the machine's memory, at most 1.2 GB; beyond it tables go to `scratch`."""
    half_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2_000_000
    return f"{min(half_mb, MOST_MEMORY_MB)}MB"


class Engine(AbstractContextManager["Engine"]):
    """One in-memory connection. `folders` are the only places it may read or write."""

    def __init__(
        self,
        folders: Sequence[Path] = (),
        memory: str | None = None,
        threads: int | None = None,
        scratch: Path | None = None,
    ) -> None:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
        }
        if threads:
            config["threads"] = threads
        config["memory_limit"] = memory or _modest_memory()
        self.connection = duckdb.connect(":memory:", config=config)
        allowed = [os.fspath(folder.resolve()) for folder in folders]
        if scratch is not None:
            allowed.append(os.fspath(scratch.resolve()))
            self.connection.execute("SET temp_directory = ?", [os.fspath(scratch.resolve())])
        if allowed:
            # The order matters: folders first, then the door is shut, then the settings are frozen.
            listed = ", ".join("'" + folder.replace("'", "''") + "/'" for folder in allowed)
            self.connection.execute(f"SET allowed_directories = [{listed}]")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def execute(self, statement: str, **parameters: Any) -> duckdb.DuckDBPyConnection:
        """Run one statement with named parameters (`$name`).

        Raises:
            EngineError: with the kind of failure only, never with a value.
        """
        try:
            return self.connection.execute(statement, parameters or None)
        except duckdb.Error as error:
            raise EngineError(_without_values(error)) from None

    def frame(self, statement: str, **parameters: Any) -> pd.DataFrame:
        """The result as a data frame: for what is small."""
        return self.execute(statement, **parameters).df()

    def arrow(self, statement: str) -> pa.Table:
        """The result as an Arrow table, which keeps every type: to be `define`d again, in this or another engine."""
        try:
            return self.connection.sql(statement).to_arrow_table()
        except duckdb.Error as error:
            raise EngineError(_without_values(error)) from None

    def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The result as tuples."""
        return self.execute(statement, **parameters).fetchall()

    def value(self, statement: str, **parameters: Any) -> Any:
        """The first column of the first row."""
        # Read to the end: DuckDB refuses to register a frame while a result is half read.
        rows = self.rows(statement, **parameters)
        return rows[0][0] if rows else None

    def materialise(self, name: str, select: str, **parameters: Any) -> int:
        """Make table `name` from a SELECT; return its row count."""
        self.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS {select}", **parameters)
        return int(self.value(f"SELECT count(*) FROM {quoted(name)}"))

    def hold(self, name: str, select: str, empty: Collection[str], **parameters: Any) -> None:
        """Make relation `name` of a SELECT; of its columns those in `empty` have no value, and are not held."""
        columns, held = self._columns(select, **parameters), f"held_{name}"
        self.materialise(held, f"SELECT {_without(columns, empty)} FROM ({select})", **parameters)
        self.view(name, f"SELECT {_as_null(columns, empty)} FROM {quoted(held)}")

    def view(self, name: str, select: str) -> None:
        """Make view `name` of a SELECT without parameters: what reads it once needs no copy of it in memory."""
        self.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS {select}")

    def forget(self, name: str) -> None:
        """Drop relation `name` if there is one: a view does not replace a table, nor a table a view."""
        kinds = self.rows(
            "SELECT 'VIEW' FROM duckdb_views() WHERE view_name = $name "
            "UNION ALL SELECT 'TABLE' FROM duckdb_tables() WHERE table_name = $name",
            name=name,
        )
        for (kind,) in kinds:
            self.execute(f"DROP {kind} {quoted(name)}")

    def filled(self, name: str, columns: Iterable[str]) -> frozenset[str]:
        """Those of the columns of relation `name` that hold a value in any row."""
        asked = tuple(columns)
        if not asked:
            return frozenset()
        (counts,) = self.rows(f"SELECT {', '.join(f'count({quoted(column)})' for column in asked)} FROM {quoted(name)}")
        return frozenset(column for column, count in zip(asked, counts, strict=True) if count)

    def define(self, name: str, frame: pd.DataFrame | pa.Table) -> None:
        """Make table `name` from a small data frame, or from an Arrow table."""
        self.connection.register("_incoming", frame)
        self.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT * FROM _incoming")
        self.connection.unregister("_incoming")

    def view_parquet(self, name: str, paths: Iterable[Path], empty_select: str | None = None) -> None:
        """View `name` over Parquet files; with no file, over `empty_select` (a SELECT that gives the columns)."""
        listed = ", ".join("'" + os.fspath(path.resolve()).replace("'", "''") + "'" for path in paths)
        source = f"SELECT * FROM read_parquet([{listed}], union_by_name = true)" if listed else empty_select
        if source is None:
            raise EngineError(f"no file for table {name}")
        self.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS {source}")

    def attach(self, path: Path, name: str) -> None:
        """Attach the DuckDB file at `path` as database `name`, made when it is not there."""
        target = os.fspath(path.resolve()).replace("'", "''")
        self.execute(f"ATTACH '{target}' AS {quoted(name)}")

    def write_csv(self, select: str, path: Path) -> None:
        """Write a SELECT (give it an ORDER BY) to `path` as CSV: a header, every filled cell quoted."""
        target = os.fspath(path.resolve()).replace("'", "''")
        self.execute(f"COPY ({select}) TO '{target}' (FORMAT csv, HEADER, FORCE_QUOTE *)")

    def write_parquet(self, select: str, path: Path, metadata: dict[str, str], order: str = "") -> None:
        """Write a SELECT, rows in the order of `order`, to `path`, with `metadata` in the footer.

        Not atomic: see `lake`.
        """
        if order:
            select = self._sorted(select, order)
        pairs = ", ".join(f"{key}: '{value}'" for key, value in sorted(metadata.items()))
        target = os.fspath(path.resolve()).replace("'", "''")
        options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{pairs}}}"
        self.execute(f"COPY ({select}) TO '{target}' ({options})")

    def _sorted(self, select: str, order: str) -> str:
        """A SELECT in order; a column without a value is not carried through the sort, which is what costs."""
        self.view("_unsorted", select)
        columns = self._columns(select)
        filled = self.filled("_unsorted", columns)
        if not filled:
            return select
        empty = columns.keys() - filled
        inner = f"SELECT {_without(columns, empty)} FROM _unsorted ORDER BY {order}"
        return f"SELECT {_as_null(columns, empty)} FROM ({inner})"

    def _columns(self, select: str, **parameters: Any) -> dict[str, str]:
        """Column -> type of a SELECT, in its order."""
        return {str(name): str(kind) for name, kind, *_ in self.rows(f"DESCRIBE {select}", **parameters)}


def _without(columns: Mapping[str, str], empty: Collection[str]) -> str:
    """The columns that hold a value, for a SELECT."""
    return ", ".join(quoted(name) for name in columns if name not in empty)


def _as_null(columns: Mapping[str, str], empty: Collection[str]) -> str:
    """All of the columns, those without a value as NULL of their type, for a SELECT."""
    return ", ".join(
        f"CAST(NULL AS {kind}) AS {quoted(name)}" if name in empty else quoted(name) for name, kind in columns.items()
    )


def _without_values(error: duckdb.Error) -> str:
    """The class of a DuckDB error and, for errors about names only, its first line."""
    kind = type(error).__name__
    if isinstance(error, (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)):
        return f"{kind}: {str(error).splitlines()[0]}"
    return kind
