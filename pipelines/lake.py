"""The Parquet store: where each table's files lie, written aside and moved in whole.

Layout, under `lake/`: `delivered/<table>/clinic_id=<id>/receipt=<n>.parquet` (typed records as delivered),
`<table>/clinic_id=<id>/part-0.parquet` (the validated store), `derived/<relation>.parquet` (everything made from it).
Any of it may be deleted; the next run rebuilds it from `raw/` and the ledger.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.contract.fields import FIELDS
from pipelines.contract.tables import SCORES, STORED_TABLES
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, aside_path, make_folder, move_in
from pipelines.engine import Engine, quoted
from pipelines.version import stamp

REFERENCE_SCORES = "reference_scores"
LAKE_TABLES = (*STORED_TABLES, REFERENCE_SCORES)


def delivered_path(lake: Path, table: str, clinic_id: str, receipt: int) -> Path:
    """Typed records of one receipt."""
    return lake / "delivered" / table / f"clinic_id={clinic_id}" / f"receipt={receipt:06d}.parquet"


def validated_path(lake: Path, table: str, clinic_id: str) -> Path:
    """The validated rows of one clinic."""
    return lake / table / f"clinic_id={clinic_id}" / "part-0.parquet"


def derived_path(lake: Path, relation: str) -> Path:
    """A relation made from the validated store."""
    return lake / "derived" / f"{relation}.parquet"


def validated_files(lake: Path, table: str) -> list[Path]:
    """Every clinic's file of a validated table, sorted."""
    return sorted((lake / table).glob("clinic_id=*/part-0.parquet"))


def store(engine: Engine, select: str, path: Path, order: str = "") -> None:
    """Write a SELECT in `order` to `path`: aside, synced, then renamed, so that no reader sees half a file."""
    make_folder(path.parent, PRIVATE_FOLDER)
    aside = aside_path(path)
    engine.write_parquet(select, aside, stamp(), order)
    move_in(aside, path, PRIVATE_FILE)


def stored_columns(table: str) -> tuple[str, ...]:
    """Columns of a validated table: the contract's, then where the row came from."""
    contract = SCORES if table == REFERENCE_SCORES else STORED_TABLES[table]
    return (*contract.columns, "receipt", "row_number")


def empty_select(table: str) -> str:
    """A SELECT of no row with the columns and types of a validated table."""
    types = {"receipt": "INTEGER", "row_number": "BIGINT"}
    columns = ", ".join(
        f"NULL::{types.get(name) or FIELDS[name].sql_type} AS {quoted(name)}" for name in stored_columns(table)
    )
    return f"SELECT {columns} WHERE false"


def view_validated(engine: Engine, lake: Path) -> None:
    """Views `sessions`, `scores`, `courses`, `reference_scores` over the validated store of all clinics."""
    for table in LAKE_TABLES:
        engine.view_parquet(table, validated_files(lake, table), empty_select(table))


def view_derived(engine: Engine, lake: Path, relations: tuple[str, ...]) -> None:
    """Views over relations that an earlier step stored."""
    for relation in relations:
        engine.view_parquet(relation, [derived_path(lake, relation)])


def only_of(engine: Engine, clinic_id: str, relations: tuple[str, ...]) -> None:
    """Leave in each of these views the rows of one clinic (or reference sample); the id is one of CLINIC_ID_PATTERN."""
    for relation in relations:
        # A view cannot read the one it replaces, so the rows of all go under another name first.
        every = f"every_{relation}"
        engine.execute(f"ALTER VIEW {quoted(relation)} RENAME TO {quoted(every)}")
        engine.view(relation, f"SELECT * FROM {quoted(every)} WHERE clinic_id = '{clinic_id}'")
