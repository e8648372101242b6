"""The least that DuckDB alone needs for the same files: read, scan for identifiers, count violations, pair, write.

`python -m benchmarks.floor INBOX FOLDER` prints a line after each part. No ledger, no reasons, no duplicates over
deliveries, no disclosure control, no pages: a bound, not a product.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from pipelines.intake.detectors import DETECTORS

_SQL = Path(__file__).with_name("floor.sql")


def main(inbox: Path, folder: Path) -> None:
    """Run the parts of floor.sql, each between two lines that name it."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:", config={"temp_directory": str(folder), "preserve_insertion_order": False})
    names = {
        "scores_csv": str(inbox / "*" / "scores.csv"),
        "sessions_csv": str(inbox / "*" / "sessions.csv"),
        "scores": str(folder / "scores.parquet"),
        "sessions": str(folder / "sessions.parquet"),
        "outcomes": str(folder / "outcomes.parquet"),
        "identifiers": "(?i)" + "|".join(f"(?:{detector.pattern})" for detector in DETECTORS),
    }
    print("importing", flush=True)
    for part in _SQL.read_text(encoding="utf-8").split("-- Part: ")[1:]:
        name, _, text = part.partition("\n")
        for statement in filter(None, map(str.strip, text.split(";"))):
            for key, value in names.items():
                statement = statement.replace(f"${key}$", "'" + value.replace("'", "''") + "'")
            connection.execute(statement).fetchall()
        print(name.strip().rstrip("."), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
