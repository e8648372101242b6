"""`make bench SIZES="100000 1000000"`: the product, the floor and the pandas way on the same files, one after another.

Writes `benchmarks/results.json` and the table between the two marks of the README. Nothing is kept of the homes and
files it makes. Figures of one run compare with one another; those of two machines, or of a busy one, do not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assets.cli.progress import STARTING, STEPS
from benchmarks.measure import Line, Used, run
from benchmarks.table import markdown, put_into
from pipelines.home import Home

SIZES = (100_000, 1_000_000, 10_000_000)
# One clinic for each so many scores: a delivery of a large clinic, and memory that grows with it.
SCORES_PER_CLINIC = 1_000_000
# Above this share of the machine's memory the pandas way is stopped, and the table says so.
PANDAS_MEMORY_SHARE = 0.7
RESULTS = Path(__file__).with_name("results.json")
README = Path(__file__).parent.parent / "README.md"


def main() -> None:
    """Measure each size, print as it goes, write the results."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="numbers of scores")
    parser.add_argument("--per-clinic", type=int, default=SCORES_PER_CLINIC, help="scores of one clinic")
    parser.add_argument("--without", choices=("pandas", "floor"), nargs="*", default=[], help="leave out")
    parser.add_argument("--pandas-up-to", type=int, metavar="SCORES", help="leave the pandas way out above this size")
    parser.add_argument("--folder", type=Path, help="where the files and homes lie meanwhile (default: temporary)")
    parser.add_argument("--no-readme", action="store_true", help="leave README.md and results.json as they are")
    given = parser.parse_args()
    sizes: list[dict[str, Any]] = []
    found = {"machine": _machine(), "imports": _imports(), "sizes": sizes}
    for size in given.sizes:
        too_large = given.pandas_up_to is not None and size > given.pandas_up_to
        without = {*given.without, *(("pandas",) if too_large else ())}
        with tempfile.TemporaryDirectory(prefix="kap-bench-", dir=given.folder) as folder:
            sizes.append(_measure(size, given.per_clinic, Path(folder), without))
        print(markdown(found), flush=True)
        if not given.no_readme:
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if not given.no_readme:
        put_into(README, markdown(found))


def _measure(size: int, per_clinic: int, folder: Path, without: Iterable[str]) -> dict[str, Any]:
    """All of them on one size, on the same files."""
    inbox = folder / "inbox"
    clinics_n = max(1, -(-size // per_clinic))
    python = [sys.executable, "-W", "ignore", "-m"]
    # Not in this process: the kernel counts what the parent holds into the peak of every child.
    _whole(run([*python, "benchmarks.files", str(inbox), str(clinics_n), str(size // clinics_n)]), "making the files")
    measured: dict[str, Any] = {
        "scores": size // clinics_n * clinics_n,
        "clinics": clinics_n,
        "bytes": sum(path.stat().st_size for path in inbox.glob("*/*")),
        "load_before": os.getloadavg()[0],
    }
    if "floor" not in without:
        measured["floor"] = _told(
            _whole(run([*python, "benchmarks.floor", str(inbox), str(folder / "floor")]), "floor")
        )
        shutil.rmtree(folder / "floor")
    judging = run([*python, "benchmarks.judging", str(inbox), str(folder / "judging")])
    measured["judging"] = _told(_whole(judging, "judging"))
    by_hand = run([*python, "benchmarks.violations", str(folder / "judging")])
    measured["violations"] = _told(_whole(by_hand, "counting by hand"))
    shutil.rmtree(folder / "judging")
    home = folder / "home"
    _open_home(home, inbox)
    kap = _whole(run([str(Path(sys.executable).with_name("kap")), "run", "--home", str(home)]), "kap run")
    if not (home / "releases" / "current").exists():
        raise SystemExit("kap run made no release, so there is nothing to compare")
    measured["kap"] = _told(kap, (STARTING, *STEPS.values()))
    shutil.rmtree(home)
    if "pandas" not in without:
        limit = int(PANDAS_MEMORY_SHARE * _memory_mb())
        pandas = run([*python, "benchmarks.pandas_way", str(inbox), str(folder / "pandas")], limit)
        measured["pandas"] = _told(pandas)
        measured["pandas"]["stopped_at_mb"] = limit if pandas.exit_code == -9 else None
    measured["load_after"] = os.getloadavg()[0]
    return measured


def _open_home(home: Path, inbox: Path) -> None:
    """A home with these deliveries; they are copied, for a run takes them out of the inbox."""
    Home.open(home)
    for clinic in inbox.iterdir():
        shutil.copytree(clinic, home / "inbox" / clinic.name)


def _whole(used: Used, words: str) -> Used:
    """A measurement that came to its end; anything else is no figure."""
    if used.exit_code:
        told = "\n".join(line.text for line in used.lines[-20:])
        raise SystemExit(f"{words} ended with {used.exit_code}:\n{told}")
    return used


def _told(used: Used, steps: tuple[str, ...] | None = None) -> dict[str, Any]:
    """A measurement as JSON. steps: the words that a line of a step begins with; every line when None."""
    told = asdict(used)
    del told["lines"]
    parts = [(_step(line, steps), line) for line in used.lines]
    told["steps"] = [{**asdict(line), "text": words} for words, line in parts if words]
    return told


def _step(line: Line, steps: tuple[str, ...] | None) -> str | None:
    if steps is None:
        return line.text
    return next((words for words in steps if line.text.startswith(f"{words}: ")), None)


def _imports() -> dict[str, float]:
    """CPU seconds of the imports alone, each in a process of its own, started twice: the second one counts."""
    asked = {
        "the Dagster graph and the command": "assets.definitions, assets.cli.main",
        "Great Expectations": "great_expectations",
    }
    found = {}
    for words, modules in asked.items():
        command = [sys.executable, "-W", "ignore", "-c", f"import {modules}"]
        found[words] = min(run(command).cpu_seconds for _ in range(2))
    return found


def _machine() -> dict[str, Any]:
    packages = ("duckdb", "great-expectations", "pandas", "dagster", "altair")
    return {
        "cores": os.cpu_count(),
        "memory_mb": _memory_mb(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000


if __name__ == "__main__":
    main()
