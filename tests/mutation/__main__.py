"""`make mutation`: 1,000 random single faults, and 200 clean deliveries; ends with 1 unless each is told as it is."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from pipelines.home import Home
from tests.mutation.tool import Told, judge_clean, mutate


def main() -> None:
    """Plant, judge, print the figures."""
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--clean", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kap-mutation-") as folder:
        faulty = mutate(Home.open(Path(folder) / "faulty"), given.faults, given.seed)
        _tell("single faults", faulty)
        clean = judge_clean(Path(folder) / "clean", given.clean, given.seed)
        _tell("clean deliveries", clean)
    sys.exit(0 if faulty.is_clean and clean.is_clean else 1)


def _tell(title: str, told: Told) -> None:
    print(title, *told.lines(), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
