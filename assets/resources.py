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
            yield job
        for key in context.selected_asset_keys:
            context.add_asset_metadata({"seconds": round(monotonic() - began, 2)}, asset_key=key)
