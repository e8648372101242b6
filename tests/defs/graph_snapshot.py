"""The asset graph as text, so that a change of it is reviewed as a diff. Written anew by `make snapshot`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dagster as dg

from assets.definitions import defs

SNAPSHOT = Path(__file__).with_name("graph.json")


def graph() -> dict[str, Any]:
    """Every asset with what it hangs on, who owns it and what checks it; jobs, schedules and sensors."""
    repository = defs.get_repository_def()
    assets = repository.asset_graph
    nodes = {}
    for key in sorted(assets.get_all_asset_keys()):
        node = assets.get(key)
        nodes[key.to_user_string()] = {
            "depends_on": sorted(parent.to_user_string() for parent in node.parent_keys),
            "group": node.group_name,
            "owners": sorted(node.owners),
            "kinds": sorted(node.kinds),
            "partitioned_by": node.partitions_def.name if _is_dynamic(node.partitions_def) else None,
            "described": bool(node.description),
            "checks": sorted(check.name for check in node.check_keys),
        }
    job = repository.get_job("kap_run")
    return {
        "assets": nodes,
        "kap_run": sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys),
        "schedules": {schedule.name: schedule.cron_schedule for schedule in repository.schedule_defs},
        "sensors": {sensor.name: sensor.minimum_interval_seconds for sensor in repository.sensor_defs},
    }


def as_text() -> str:
    """The graph as stable JSON."""
    return json.dumps(graph(), indent=1, sort_keys=True) + "\n"


def _is_dynamic(partitions: object) -> bool:
    return isinstance(partitions, dg.DynamicPartitionsDefinition)


if __name__ == "__main__":
    SNAPSHOT.write_text(as_text())
