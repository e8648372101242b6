"""The judging of a run by itself: `python -m benchmarks.judging INBOX FOLDER` prints a line after each part.

Imports and what comes before are parts of their own, so that the rules and Great Expectations stand beside the floor's
query and beside Great Expectations on pandas.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.steps.job import Job

# What is compared, in the words of the lines.
EVALUATING, JUDGING = "evaluating every rule", "judging with Great Expectations"


def main(inbox: Path, folder: Path) -> None:
    """Take the files in, then evaluate and judge every clinic as a run does."""
    from expectations.run import evaluate_clinic, judge_clinic
    from expectations.step import relations_of
    from pipelines.instruments.catalogue import load_catalogue
    from pipelines.steps.candidates import choose
    from pipelines.steps.intake import take_in  # noqa: F401

    print("importing", flush=True)
    job = decided_home(inbox, folder)
    clinics = sorted(path.name for path in inbox.iterdir())
    print("taking in", flush=True)
    import great_expectations  # noqa: F401

    print("importing Great Expectations", flush=True)
    scratch = {clinic: folder / "scratch" / clinic for clinic in clinics}
    evaluated = {}
    for clinic, own in scratch.items():
        own.mkdir(parents=True)
        relations = relations_of(job, choose(job, job.history(), clinic))
        evaluated[clinic] = evaluate_clinic(relations, own, load_catalogue(), job.settings.engine)
    print(EVALUATING, flush=True)
    for clinic, own in scratch.items():
        found = judge_clinic(clinic, evaluated[clinic], own, job.settings.thresholds.of_rules())
        if found.errors:
            raise SystemExit(f"no verdict: {', '.join(found.errors)}")
    print(JUDGING, flush=True)


def decided_home(inbox: Path, folder: Path) -> Job:
    """A run in a new home in `folder` that has taken in the files of `inbox` and decided their records."""
    from pipelines.home import Home
    from pipelines.steps.candidates import prepare_candidates
    from pipelines.steps.intake import take_in
    from pipelines.steps.job import Job
    from pipelines.steps.versions import settle_lake

    home = Home.open(folder)
    for clinic in inbox.iterdir():
        shutil.copytree(clinic, home.inbox / clinic.name)
    settle_lake(home.lake)
    job = Job.open(home, "judging")
    clinics = sorted(path.name for path in home.inbox.iterdir())
    take_in(job, clinics)
    prepare_candidates(job, clinics)
    return job


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
