"""The SQL of the main outcome table beside a plain paired aggregate: `python -m benchmarks.outcome_sql HOME COPIES`.

The courses of a home that has run, so many times over with patients of their own, lie as Parquet in a folder of their
own; then the aggregate and the table's SQL read the same files by turns, and the medians of their CPU seconds are
printed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from pipelines.engine import Engine, load_sql
from pipelines.instruments.catalogue import load_catalogue
from pipelines.lake import derived_path
from pipelines.outcomes.tables import headline_cells

_TURNS = 5
_READ = ("courses_of_care", "baselines", "primary_scales", "timepoint_scores")


def main(home: Path, copies: int) -> None:
    """Make the copies, time both, print how many scores they stand for."""
    with tempfile.TemporaryDirectory(prefix="kap-bench-") as folder:
        lake = home / "lake"
        with Engine([lake, Path(folder)], scratch=Path(folder)) as engine:
            engine.view_parquet("scored", [derived_path(lake, "scored_scores")])
            scores_n = copies * int(engine.value("SELECT count(*) FROM scored"))
            for name in _READ:
                engine.view_parquet("once", [derived_path(lake, name)])
                select = (
                    "SELECT * EXCLUDE (copy) REPLACE (patient_id || '-' || copy AS patient_id, "
                    "CAST(course_key * $copies + copy AS INTEGER) AS course_key) FROM once, range($copies) AS of(copy)"
                )
                engine.execute(f"CREATE TABLE copied AS {select}", copies=copies)
                engine.write_parquet("SELECT * FROM copied", Path(folder) / f"{name}.parquet", {})
                engine.execute("DROP TABLE copied")
        with Engine([Path(folder)], scratch=Path(folder)) as engine:
            load_catalogue().define_in(engine)
            for name in _READ:
                engine.view_parquet(name, [Path(folder) / f"{name}.parquet"])
            turns = [
                (
                    _cpu_seconds(lambda: engine.frame(load_sql(__file__, "plain_pairs"))),
                    _cpu_seconds(lambda: headline_cells(engine, {})),
                )
                for _ in range(_TURNS)
            ]
    plain, made = (median(seconds) for seconds in zip(*turns, strict=True))
    print(f"{scores_n:,} scores: plain aggregate {plain:.1f} s, table {made:.1f} s of CPU, {made / plain:.1f} times")


def _cpu_seconds(work: Callable[[], object]) -> float:
    before = os.times()
    work()
    after = os.times()
    return after.user + after.system - before.user - before.system


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
