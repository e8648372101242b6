"""The home that a run works on. Its path is read when a run starts, never at import."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic

import dagster as dg

from assets.fault import told_without_values
from pipelines.home import DEFAULT_HOME, HOME_VARIABLE, Home
from pipelines.steps.job import Job
from pipelines.steps.versions import refuse_other_lake, refuse_unknown_rules, settle_lake

# The asset that a run of the whole job begins with.
_FIRST = "deliveries"


def home_path(given: str | os.PathLike[str] | None = None) -> Path:
    """The home's folder: the one given, else KAP_HOME, else ./kap-home."""
    return Path(given or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).resolve()


class KapHome(dg.ConfigurableResource[None]):
    """The home folder. Empty `path`: KAP_HOME, else ./kap-home. `held`: this process holds the home's lock already.

    warehouse: whether a run makes warehouse.duckdb.
    """

    path: str = ""
    held: bool = False
    warehouse: bool = True

    def folder(self) -> Path:
        """The home's folder, read now."""
        return home_path(self.path)

    @contextmanager
    def job(self, run_id: str) -> Iterator[Job]:
        """The job of one step: the home locked, its settings read, its log open."""
        home = Home.open(self.folder())
        with nullcontext() if self.held else home.lock(), told_without_values():
            yield Job.open(home, run_id)

    @contextmanager
    def step(self, context: dg.AssetExecutionContext) -> Iterator[Job]:
        """The job of the assets that one step makes; each of them tells how many seconds that took."""
        began = monotonic()
        with self.job(context.run.run_id) as job:
            if not self.held:
                _refuse_other_versions(job, is_first=any(key.path[-1] == _FIRST for key in context.selected_asset_keys))
            yield job
        for key in context.selected_asset_keys:
            context.add_asset_metadata({"seconds": round(monotonic() - began, 2)}, asset_key=key)


def _refuse_other_versions(job: Job, is_first: bool) -> None:
    """A run from the Dagster UI starts at any asset; only one that begins with the deliveries makes the lake again."""
    refuse_unknown_rules(job.history())
    if is_first:
        settle_lake(job.home.lake)
    else:
        refuse_other_lake(job.home.lake)
