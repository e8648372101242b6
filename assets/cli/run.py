"""The main job, in this process: every asset once, in one run over all clinics."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assets.cli.instance import open_instance
from assets.cli.progress import STARTING, Show, UnderWay, following, step_listener
from assets.cli.share import too_many_quarantined
from assets.cli.warm import warming
from assets.deliveries import last_arrivals
from assets.jobs import clinic_folders, inbox_state, misnamed_folders, range_tags
from pipelines.home import Home
from pipelines.intake.receipts import read_receipts
from pipelines.intake.receive import PASSED_OVER, STILL_WRITTEN, loose_file_problem
from pipelines.logs import RunLog, utc_now
from pipelines.problems import ExitCode, Problem, first_by_precedence
from pipelines.provenance.arrivals import ANY_TABLE, Arrival
from pipelines.provenance.history import RELEASED, VALIDATED, History, read_history
from pipelines.settings import refuse_profile
from pipelines.settings_sections import Settings
from pipelines.steps.intake import FileOutcome, read_outcomes
from pipelines.steps.job import settings_of
from pipelines.steps.tidy import tidy
from pipelines.steps.versions import refuse_unknown_rules, settle_lake

_LAKE_MADE_AGAIN = "The lake was of another version of kap: it was made again from the record."


@dataclass(frozen=True)
class RunResult:
    """What a run did. validations: the ledger bodies of the clinics validated in this run.

    A folder of the inbox that no clinic id names is a waiting file without a clinic (`clinic_id` empty).
    superseded_files: by clinic, names of blocked deliveries that a corrected one replaced in this run.
    late: clinics of which nothing came for longer than usual. seconds: how long it took. notes: sentences that belong
    to the verdict.
    """

    run_id: str
    exit_code: ExitCode
    files: tuple[FileOutcome, ...] = ()
    validations: tuple[Mapping[str, Any], ...] = ()
    history: History = field(default_factory=History)
    released: bool = False
    superseded_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    late: tuple[Arrival, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


def run_home(home: Home, show: Show, warehouse: bool = True) -> RunResult:
    """Run the job on a home and say how it ended. `show` is told each step under way; `warehouse`: make it.

    Raises:
        KapError: settings or mapping with problems (2), the lock is held (5), the profile has no gate (6), the
            record is damaged or a rule could not be judged (1).
    """
    show(UnderWay(STARTING))
    settings = settings_of(home)
    # Said before any work: a profile without a gate releases nothing.
    refuse_profile(settings.release.profile, home.synthetic)
    with home.lock():
        tidy(home, settings, utc_now())
        run_id = str(uuid.uuid4())
        before = home.ledger.head.sequence if home.ledger.head else 0
        history = read_history(home.ledger.entries())
        refuse_unknown_rules(history)
        clinic_ids = sorted({*clinic_folders(home.inbox), *history.clinics()})
        folders = _waiting_folders(home, run_id)
        if not clinic_ids:
            return RunResult(run_id, ExitCode.REFUSED if folders else ExitCode.DONE, folders, history=history)
        new = bool(inbox_state(home.inbox, clinic_folders(home.inbox))) or any(map(history.pending, clinic_ids))
        made_again = settle_lake(home.lake)
        with following(home.log_of(run_id), len(clinic_ids), show), warming(new):
            _execute(home, run_id, clinic_ids, show, warehouse)
        return replace(
            _result(home, run_id, before, folders, settings), notes=(_LAKE_MADE_AGAIN,) if made_again else ()
        )


def _waiting_folders(home: Home, run_id: str) -> tuple[FileOutcome, ...]:
    """Folders of the inbox that no clinic id names and files outside any folder, as waiting; nothing is touched."""
    problems = [*misnamed_folders(home.inbox), *_loose_files(home)]
    log = RunLog(home.log_of(run_id), run_id)
    for problem in problems:
        log.event("intake", problem.code)
    return tuple(FileOutcome("", problem.file or "", "waiting", problems=(problem,)) for problem in problems)


def _loose_files(home: Home) -> list[Problem]:
    loose = (path.name for path in home.inbox.iterdir() if not path.is_dir() and not path.name.startswith("."))
    return [loose_file_problem(name) for name in sorted(loose)]


def _execute(home: Home, run_id: str, clinic_ids: list[str], show: Show, warehouse: bool) -> None:
    from assets.definitions import defs

    with open_instance(home) as instance:
        instance.add_event_listener(run_id, step_listener(show))
        known = list(instance.get_dynamic_partitions("clinics"))
        new = [clinic_id for clinic_id in clinic_ids if clinic_id not in known]
        if new:
            instance.add_dynamic_partitions("clinics", new)
        defs.resolve_job_def("kap_run").execute_in_process(
            instance=instance,
            run_id=run_id,
            tags=range_tags([*known, *new]),
            run_config={
                "resources": {"kap_home": {"config": {"path": str(home.root), "held": True, "warehouse": warehouse}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )


def _result(home: Home, run_id: str, before: int, folders: tuple[FileOutcome, ...], settings: Settings) -> RunResult:
    entries = [entry for entry in home.ledger.entries() if entry.sequence > before]
    files = read_outcomes(home.validation_of(run_id))
    validations = [entry.body for entry in entries if entry.event == VALIDATED]
    reconciled = [row for body in validations for row in body["reconciliation"]]
    records = sum(row["records"] for row in reconciled)
    quarantined = sum(row["quarantined"] for row in reconciled)
    codes = [ExitCode.DONE]
    if any(body["verdict"] == "blocked" for body in validations):
        codes.append(ExitCode.BLOCKED)
    refused = any(file.outcome == "refused" or (file.outcome == "waiting" and _is_refused(file)) for file in files)
    if folders or refused or too_many_quarantined(quarantined, records):
        codes.append(ExitCode.REFUSED)
    history = read_history(home.ledger.entries())
    receipts = read_receipts(home.raw, set().union(*history.received.values()))
    return RunResult(
        run_id,
        first_by_precedence(codes),
        (*folders, *files),
        tuple(validations),
        history,
        any(entry.event == RELEASED for entry in entries),
        {body["clinic_id"]: _names_of(home, body["superseded"]) for body in validations if body["superseded"]},
        tuple(each for each in last_arrivals(history, receipts, settings) if each.table == ANY_TABLE and each.is_late),
    )


def _is_refused(waiting: FileOutcome) -> bool:
    """Whether what stays in the inbox never will be a delivery: a link, a folder, a pipe."""
    return any(problem.code not in (PASSED_OVER, STILL_WRITTEN) for problem in waiting.problems)


def _names_of(home: Home, receipts: Iterable[int]) -> tuple[str, ...]:
    return tuple(receipt.file for receipt in read_receipts(home.raw, set(receipts)))


def as_json(home: Home, result: RunResult, sentences: Iterable[str]) -> str:
    """The result for a program: the verdict's sentences, counts, codes and paths."""
    return json.dumps(
        {
            "run_id": result.run_id,
            "exit_code": int(result.exit_code),
            "verdict": list(sentences),
            "late": [each.clinic_id for each in result.late],
            "seconds": round(result.seconds, 1),
            "files": [
                {
                    "clinic": file.clinic_id or None,
                    "file": file.file,
                    "outcome": file.outcome,
                    "table": file.table,
                    "receipt": file.receipt,
                    "problems": [problem.__dict__ for problem in file.problems],
                }
                for file in result.files
            ],
            "clinics": [
                {key: body[key] for key in ("clinic_id", "verdict", "blocking", "superseded", "reconciliation")}
                for body in result.validations
            ],
            "release_id": result.history.release_id,
            "dashboard": str(home.current / "index.html") if result.history.release_id else None,
        },
        indent=1,
    )
