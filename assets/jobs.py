"""The one job, its schedule, and the sensor on the inbox."""

from __future__ import annotations

import hashlib
from pathlib import Path

import dagster as dg

from assets.intake import CLINICS
from assets.resources import KapHome
from pipelines.intake.receive import clinic_folder_problem, linked_folder_problem
from pipelines.problems import Problem

kap_run_job = dg.define_asset_job(
    "kap_run",
    selection=dg.AssetSelection.all(),
    description="Takes in what is new, validates, scores, aggregates, releases: the same steps as the command kap run.",
)


def clinic_folders(inbox: Path) -> list[str]:
    """Clinics that have a folder in the inbox, by name; a folder that no clinic id names is left out."""
    return [path.name for path in _folders(inbox) if not clinic_folder_problem(path.name)]


def misnamed_folders(inbox: Path) -> list[Problem]:
    """What is wrong with each folder of the inbox that holds something and no clinic id names; hidden ones apart.

    A link to a folder is named too: nothing follows it.
    """
    named = [(path, clinic_folder_problem(path.name)) for path in _folders(inbox) if not path.name.startswith(".")]
    wrong = [problem for path, problem in named if problem is not None and _holds_something(path)]
    return [*wrong, *(linked_folder_problem(path.name) for path in _links(inbox))]


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:  # what cannot be looked into may hold a delivery
        return True


def _links(inbox: Path) -> list[Path]:
    if not inbox.is_dir():
        return []
    return sorted(path for path in inbox.iterdir() if path.is_symlink() and path.is_dir() and path.name[0] != ".")


def _folders(inbox: Path) -> list[Path]:
    if not inbox.is_dir():
        return []
    return sorted(path for path in inbox.iterdir() if path.is_dir() and not path.is_symlink())


def range_tags(clinic_ids: list[str]) -> dict[str, str]:
    """Tags by which one run covers all these partitions; they must lie together in the order they were added."""
    return {
        "dagster/asset_partition_range_start": clinic_ids[0],
        "dagster/asset_partition_range_end": clinic_ids[-1],
    }


def inbox_state(inbox: Path, clinic_ids: list[str]) -> str:
    """A digest of names, sizes and times of what waits; empty when nothing does."""
    waiting = [
        (clinic_id, path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for clinic_id in clinic_ids
        for path in sorted((inbox / clinic_id).iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
    return hashlib.sha256(repr(waiting).encode()).hexdigest() if waiting else ""


@dg.sensor(job=kap_run_job, minimum_interval_seconds=30, description="Starts a run when a file lies in the inbox.")
def inbox_sensor(context: dg.SensorEvaluationContext, kap_home: KapHome) -> dg.SensorResult | dg.SkipReason:
    """One run over all clinics for each new state of the inbox; new clinics become partitions."""
    inbox = kap_home.folder() / "inbox"
    clinic_ids = clinic_folders(inbox)
    state = inbox_state(inbox, clinic_ids)
    if not state or state == context.cursor:
        return dg.SkipReason("nothing new in the inbox")
    known = list(context.instance.get_dynamic_partitions("clinics"))
    new = [clinic_id for clinic_id in clinic_ids if clinic_id not in known]
    requests = [CLINICS.build_add_request(new)] if new else []
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=state, tags=range_tags([*known, *new]))],
        dynamic_partitions_requests=requests,
        cursor=state,
    )


@dg.schedule(
    job=kap_run_job,
    cron_schedule="0 5 * * *",
    description="Every morning at five: late deliveries are retried and the release is made again if anything changed.",
)
def morning_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """One run over all clinics that ever delivered."""
    known = list(context.instance.get_dynamic_partitions("clinics"))
    if not known:
        return dg.SkipReason("no clinic has delivered yet")
    return dg.RunRequest(tags=range_tags(known))
