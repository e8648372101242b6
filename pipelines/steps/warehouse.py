"""`warehouse.duckdb`: the lake as one database for analysts, built aside and switched in whole.

It is made from the lake alone and nothing here reads it, so it may be open elsewhere, deleted or damaged.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.durable import PRIVATE_FILE, move_in, write_whole
from pipelines.engine import Engine, quoted
from pipelines.intake.receive import fingerprint
from pipelines.lake import LAKE_TABLES, empty_select, validated_files
from pipelines.provenance.canonical import canonical
from pipelines.steps.job import Job

# What the warehouse was last made from, beside the lake's files.
_MADE_FROM = "warehouse.json"


def make_warehouse(job: Job) -> dict[str, int] | None:
    """Make the warehouse again when the lake changed since; return rows by table, None when it is as it was.

    Tables: each of the validated store under its own name, and each relation made from it.
    """
    lake, target = job.home.lake, job.home.warehouse
    state = _state(lake)
    made_from = lake / _MADE_FROM
    if target.is_file() and made_from.is_file() and json.loads(made_from.read_bytes()) == state:
        return None
    # Built in scratch: the home itself is no place for half a database, and an engine may write there.
    aside = job.home.tmp / target.name
    for leftover in (aside, aside.with_name(f"{aside.name}.wal")):
        leftover.unlink(missing_ok=True)
    rows_n = _build(job, aside)
    move_in(aside, target, PRIVATE_FILE)
    write_whole(made_from, canonical(state).encode(), PRIVATE_FILE)
    job.log.event("warehouse", "rebuilt", counts={"tables_n": len(rows_n), "rows_n": sum(rows_n.values())})
    return rows_n


def _build(job: Job, path: Path) -> dict[str, int]:
    rows_n: dict[str, int] = {}
    with job.engine() as engine:
        engine.attach(path, "warehouse")
        for table in LAKE_TABLES:
            engine.view_parquet(table, validated_files(job.home.lake, table), empty_select(table))
            rows_n[table] = _copy(engine, table)
        for derived in _derived(job.home.lake):
            engine.view_parquet(derived.stem, [derived])
            rows_n[derived.stem] = _copy(engine, derived.stem)
        engine.execute("DETACH warehouse")
    return rows_n


def _copy(engine: Engine, name: str) -> int:
    copied = f"warehouse.{quoted(name)}"
    engine.execute(f"CREATE TABLE {copied} AS SELECT * FROM {quoted(name)}")
    return int(engine.value(f"SELECT count(*) FROM {copied}"))


def _state(lake: Path) -> dict[str, str]:
    """Path in the lake -> SHA-256, of every file that the warehouse is made from."""
    files = [*(file for table in LAKE_TABLES for file in validated_files(lake, table)), *_derived(lake)]
    return {file.relative_to(lake).as_posix(): fingerprint(file)[0] for file in files}


def _derived(lake: Path) -> list[Path]:
    return sorted((lake / "derived").glob("*.parquet"))
