"""The main job, in this process: every asset once, in one run over all clinics."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assets.cli.instance import open_instance
from assets.cli.progress import following
from assets.jobs import clinic_folders, range_tags
from pipelines.home import Home
from pipelines.logs import utc_now
from pipelines.problems import ExitCode, first_by_precedence
from pipelines.provenance.history import RELEASED, VALIDATED, History, read_history
from pipelines.settings import load_settings, refuse_profile
from pipelines.steps.intake import FileOutcome, read_outcomes
from pipelines.steps.tidy import tidy

# Over this share of a run's records quarantined, the run says so by its exit code (CONTRACT.md section 6).
QUARANTINED_PCT_REPORTED = 5


@dataclass(frozen=True)
class RunResult:
    """What a run did. validations: the ledger bodies of the clinics validated in this run."""

    run_id: str
    exit_code: ExitCode
    files: tuple[FileOutcome, ...] = ()
    validations: tuple[Mapping[str, Any], ...] = ()
    history: History = field(default_factory=History)
    released: bool = False


def run_home(home: Home, show: Callable[[str], None]) -> RunResult:
    """Run the job on a home and say how it ended. `show` gets a word for each step under way.

    Raises:
        KapError: settings or mapping with problems (2), the lock is held (5), the profile has no gate (6), the
            record is damaged or a rule could not be judged (1).
    """
    settings = load_settings(home.settings_file)
    # Said before any work: a profile without a gate releases nothing.
    refuse_profile(settings.release.profile, home.synthetic)
    with home.lock():
        tidy(home, settings, utc_now())
        run_id = str(uuid.uuid4())
        before = home.ledger.head.sequence if home.ledger.head else 0
        history = read_history(home.ledger.entries())
        clinic_ids = sorted({*clinic_folders(home.inbox), *history.clinics()})
        if not clinic_ids:
            return RunResult(run_id, ExitCode.DONE, history=history)
        with following(home.log_of(run_id), show):
            _execute(home, run_id, clinic_ids)
        return _result(home, run_id, before)


def _execute(home: Home, run_id: str, clinic_ids: list[str]) -> None:
    from assets.definitions import defs

    with open_instance(home) as instance:
        known = list(instance.get_dynamic_partitions("clinics"))
        new = [clinic_id for clinic_id in clinic_ids if clinic_id not in known]
        if new:
            instance.add_dynamic_partitions("clinics", new)
        defs.resolve_job_def("kap_run").execute_in_process(
            instance=instance,
            run_id=run_id,
            tags=range_tags([*known, *new]),
            run_config={
                "resources": {"kap_home": {"config": {"path": str(home.root), "held": True}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )


def _result(home: Home, run_id: str, before: int) -> RunResult:
    entries = [entry for entry in home.ledger.entries() if entry.sequence > before]
    files = read_outcomes(home.validation_of(run_id))
    validations = [entry.body for entry in entries if entry.event == VALIDATED]
    reconciled = [row for body in validations for row in body["reconciliation"]]
    records = sum(row["records"] for row in reconciled)
    quarantined = sum(row["quarantined"] for row in reconciled)
    codes = [ExitCode.DONE]
    if any(body["verdict"] == "blocked" for body in validations):
        codes.append(ExitCode.BLOCKED)
    refused = any(file.outcome == "refused" or (file.outcome == "waiting" and file.table) for file in files)
    if refused or (records and 100 * quarantined > QUARANTINED_PCT_REPORTED * records):
        codes.append(ExitCode.REFUSED)
    return RunResult(
        run_id,
        first_by_precedence(codes),
        tuple(files),
        tuple(validations),
        read_history(home.ledger.entries()),
        any(entry.event == RELEASED for entry in entries),
    )


def as_json(home: Home, result: RunResult) -> str:
    """The result for a program: counts, codes and paths."""
    return json.dumps(
        {
            "run_id": result.run_id,
            "exit_code": int(result.exit_code),
            "files": [
                {
                    "clinic": file.clinic_id,
                    "file": file.file,
                    "outcome": file.outcome,
                    "table": file.table,
                    "receipt": file.receipt,
                    "problems": [problem.__dict__ for problem in file.problems],
                }
                for file in result.files
            ],
            "clinics": [
                {key: body[key] for key in ("clinic_id", "verdict", "blocking", "reconciliation")}
                for body in result.validations
            ],
            "release_id": result.history.release_id,
            "dashboard": str(home.current / "index.html") if result.history.release_id else None,
        },
        indent=1,
    )
