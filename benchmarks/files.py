"""The files of one size: `python -m benchmarks.files INBOX CLINICS SCORES_EACH`, a folder for each clinic."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.synthetic.large import large_scores


def main(inbox: Path, clinics_n: int, scores_n: int) -> None:
    """Write `scores.csv` and `sessions.csv` of every clinic, the same ones each time."""
    for number in range(1, clinics_n + 1):
        own = inbox / f"clinic_{number}"
        own.mkdir(parents=True)
        large_scores(own, scores_n, seed=number, suffix="csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
