"""The SQLAlchemy dialect through which Great Expectations reads DuckDB: `duckdb_engine`, with results kept in memory.

Great Expectations reads a cursor after its pooled connection went back; DuckDB drops pending rows then. Fetching every
row as soon as a statement ran cures that without touching a private part of either. Imported only when GX runs.
"""

from __future__ import annotations

from typing import Any

import duckdb_engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.types import NullType

NAME = "kapduckdb"


class _BufferedContext(duckdb_engine.Dialect.execution_ctx_cls):  # type: ignore[valid-type,misc]
    """Execution context that holds all rows of a result before the connection is given back."""

    def post_exec(self) -> None:
        """Fetch everything at once; results here are counts, so they are small."""
        super().post_exec()
        if self.cursor.description is not None:
            # SQLAlchemy keeps descriptions as long as the process lives. DuckDB's type objects in them would then be
            # reported as leaked when it ends, so their names stand for them.
            described = [(name, str(kind), *rest) for name, kind, *rest in self.cursor.description]
            rows: list[Any] = self.cursor.fetchall()
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(self.cursor, described, rows)


class BufferedDuckDBDialect(duckdb_engine.Dialect):
    """`kapduckdb:///file.duckdb`."""

    execution_ctx_cls = _BufferedContext
    supports_statement_cache = True

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> list[ReflectedColumn]:
        """Name and type of each column: DuckDB says at once what its imitation of PostgreSQL takes a while to find."""
        name = self.identifier_preparer.quote_identifier(table_name)
        described = connection.exec_driver_sql(f"DESCRIBE {name}").fetchall()
        kinds = {column: self.ischema_names.get(kind.lower(), NullType) for column, kind, *_ in described}
        return [
            ReflectedColumn(name=column, type=kind(), nullable=True, default=None) for column, kind in kinds.items()
        ]


def register() -> None:
    """Make `kapduckdb://` known to SQLAlchemy; calling it again changes nothing."""
    registry.register(NAME, __name__, BufferedDuckDBDialect.__name__)
