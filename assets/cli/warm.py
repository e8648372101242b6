"""Heavy imports while the database works: intake waits on DuckDB, which leaves a core to load what comes after it."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def warming(wanted: bool) -> Iterator[None]:
    """While the body runs, load Great Expectations (five seconds) and the chart library aside, if wanted."""
    if not wanted:
        yield
        return
    thread = threading.Thread(target=_load, daemon=True)
    thread.start()
    try:
        yield
    finally:
        # A process that ends in the middle of an import says so on its standard error.
        thread.join()


def _load() -> None:
    importlib.import_module("reports.pages")
    importlib.import_module("expectations.judge").context()
    importlib.import_module("reports.render").vega_bundle()
