"""A clinic's candidate records and pending deliveries as relations that have every column, whatever was delivered."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pipelines.contract.tables import TABLES
from pipelines.engine import Engine, load_sql, quoted
from pipelines.rules.folding import NOTED

_STATE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "INTEGER",
        "row_number": "BIGINT",
        "malformed": "BOOLEAN",
        "damaged": "VARCHAR[]",
        "unknown": "VARCHAR[]",
        "quarantined_by": "VARCHAR[]",
        "state": "VARCHAR",
        "is_mended": "BOOLEAN",
        "is_current": "BOOLEAN",
    }
)
_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "malformed": "FALSE",
        "damaged": "[]",
        "unknown": "[]",
        "quarantined_by": "[]",
        "is_mended": "FALSE",
        "is_current": "TRUE",
        "state": "'accepted'",
    }
)
_DELIVERY_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "INTEGER",
        "records_n": "BIGINT",
        "quarantined_n": "BIGINT",
        "conflict_keys_n": "BIGINT",
        "keys_n": "BIGINT",
        "standing_n": "BIGINT",
        "unconfirmed_loss_n": "BIGINT",
        "earlier_deliveries_n": "BIGINT",
        "earlier_median_n": "DOUBLE",
    }
)


def prepare(engine: Engine, given: Mapping[str, str]) -> None:
    """Make candidate_<table> and pending_deliveries, with every column, from the relations `given` (name -> relation).

    A relation that is absent is empty; a state column that is absent is NULL, a candidate without a state accepted.
    """
    for table in TABLES.values():
        wanted = {field.name: field.sql_type for field in table.fields} | dict(_STATE_COLUMNS)
        select = _with_columns(engine, given.get(table.name), wanted, _DEFAULTS)
        # A duplicate or an old version is no second fault: rules judge each record once.
        engine.view(f"candidate_{table.name}", f"SELECT * FROM ({select}) WHERE is_current OR state = 'quarantined'")
    pending = _with_columns(engine, given.get("deliveries"), dict(_DELIVERY_COLUMNS), {})
    engine.materialise("pending_deliveries", pending)


def _with_columns(engine: Engine, relation: str | None, wanted: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    present: frozenset[str] = frozenset()
    if relation is not None:
        described = {str(name): str(kind) for name, kind, *_ in engine.rows(f"DESCRIBE {quoted(relation)}")}
        # A column without a value may have any type, of which there is no way to the one wanted.
        others = [name for name, kind in described.items() if wanted.get(name, kind) != kind]
        present = frozenset(described) - frozenset(others) | engine.filled(relation, others)
    listed = []
    for name, kind in wanted.items():
        default = defaults.get(name, "NULL")
        value = f"coalesce({quoted(name)}, {default})" if name in defaults else quoted(name)
        listed.append(f"CAST({value if name in present else default} AS {kind}) AS {quoted(name)}")
    source = f"FROM {quoted(relation)}" if relation is not None else "WHERE FALSE"
    return f"SELECT {', '.join(listed)} {source}"


def unfilled(engine: Engine, table: str, delivered: Sequence[Path] = (), decided: Path | None = None) -> frozenset[str]:
    """Columns of a table's candidate records that hold nothing, as the footers of their files tell: no row is read.

    A list that has no word holds nothing, and so does `malformed` where no record is. delivered: the files of typed
    records; decided: that of the decisions on them, which may quarantine more of them.
    """
    columns = {field.name for field in TABLES[table].fields} | {"receipt", "row_number", *NOTED}
    listed = [os.fspath(path.resolve()) for path in delivered]
    held = (
        {str(name) for (name,) in engine.rows(load_sql(__file__, "held_by_files"), files=listed)} if listed else set()
    )
    if decided and engine.value("SELECT count(*) FROM read_parquet($file)", file=os.fspath(decided.resolve())):
        held.add("quarantined_by")
    return frozenset(columns - held)
