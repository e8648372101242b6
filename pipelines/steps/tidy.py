"""Before a run, under the lock: what killed runs left aside goes, and what has outlived its retention."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

from pipelines.durable import remove_leftovers
from pipelines.home import Home
from pipelines.intake.quarantine import purge_refused_files
from pipelines.logs import purge_older_than
from pipelines.settings import Settings


@dataclass(frozen=True)
class Tidied:
    """How many files and folders were deleted. Reasons of refused files stay, and so does the whole record."""

    leftovers_n: int
    logs_n: int
    refused_files_n: int


def tidy(home: Home, settings: Settings, now: datetime) -> Tidied:
    """Delete leftovers, scratch, old logs and old refused files; `now` is UTC. Call only while holding the lock.

    Only what the product itself wrote aside is deleted: the inbox and mappings are people's own.
    """
    places = (home.raw, home.quarantine, home.lake, home.validation, home.releases, home.reviews)
    # Scratch belongs to one run, and under the lock no other run is alive.
    scratch = list(home.tmp.iterdir())
    for path in scratch:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return Tidied(
        leftovers_n=len(scratch) + sum(remove_leftovers(place) for place in places),
        logs_n=purge_older_than(home.logs, settings.retention.log_days, now),
        refused_files_n=purge_refused_files(home.quarantine, settings.retention.refused_file_days, now),
    )
