"""The Dagster instance of a home: in `.dagster/`, without telemetry and without a sign-up window."""

from __future__ import annotations

import dagster as dg

from pipelines.durable import write_whole
from pipelines.home import Home

_DAGSTER_YAML = b"""telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def open_instance(home: Home) -> dg.DagsterInstance:
    """The home's instance, made when it is missing; runs of the UI one at a time, as the home has one lock.

    One process must make it before others start: two making it at once break it (a race in SQLite).
    """
    config = home.dagster / "dagster.yaml"
    if not config.exists() or config.read_bytes() != _DAGSTER_YAML:
        write_whole(config, _DAGSTER_YAML)
    instance = dg.DagsterInstance.from_config(str(home.dagster))
    instance.get_runs(limit=1)
    return instance
