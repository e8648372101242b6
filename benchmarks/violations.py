"""The like-for-like query: counts by hand, in DuckDB alone, the violations that the rules find in the bench's files.

`python -m benchmarks.violations HOME` prints a line after each part. HOME is one whose deliveries were taken in and
decided (`benchmarks.judging` leaves one), so that the query begins where the rules begin.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb

# What is compared, in the words of the line.
COUNTING = "counting the same violations"
_SQL = Path(__file__).with_name("violations.sql")
# Two of them are rows of (rule table column, count), the others one row of a count each.
_IN_ROWS = "cells that cannot be read"


def main(folder: Path) -> None:
    """Count the violations of every clinic, one after another as a run judges them."""
    connection = duckdb.connect(":memory:", config={"temp_directory": str(folder / "tmp")})
    print("importing", flush=True)
    for candidate in sorted((folder / "tmp" / "candidates").iterdir()):
        violations(connection, folder, candidate.name)
    print(COUNTING, flush=True)


def violations(connection: duckdb.DuckDBPyConnection, folder: Path, clinic_id: str) -> dict[str, int]:
    """`rule table column` -> how many records of a clinic violate it; of unread cells those that are there."""
    found: dict[str, int] = {}
    inputs = _inputs(folder, clinic_id)
    for part in _SQL.read_text(encoding="utf-8").split("-- Part: ")[1:]:
        name, _, statement = part.partition("\n")
        given = {key: value for key, value in inputs.items() if f"${key})" in statement}
        counted = connection.execute(statement, given)
        rows = counted.fetchall()
        if name == _IN_ROWS:
            found |= dict(rows)
        else:
            found |= dict(zip((column[0] for column in counted.description or ()), rows[0], strict=True))
    return found


def _inputs(folder: Path, clinic_id: str) -> dict[str, Any]:
    candidate = folder / "tmp" / "candidates" / clinic_id
    inputs: dict[str, Any] = {"deliveries": str(candidate / "deliveries.parquet")}
    for table in ("scores", "sessions"):
        inputs[table] = str(folder / "lake" / "delivered" / table / f"clinic_id={clinic_id}" / "*.parquet")
        inputs[f"decided_{table}"] = str(candidate / f"{table}.parquet")
    return inputs


if __name__ == "__main__":
    main(Path(sys.argv[1]))
