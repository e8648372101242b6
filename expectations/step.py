"""The validation step of the main job: judges every clinic that has something new, and keeps what was found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import pandas as pd

from expectations.regrade import Verdict, verdict_of
from expectations.run import ClinicValidation, validate_clinic
from pipelines.contract.tables import TABLES
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.versions import StoredStates
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.history import VALIDATED
from pipelines.rules.finding import Finding
from pipelines.steps.candidates import (
    Candidate,
    candidate_folder,
    candidate_path,
    candidate_states,
    choose,
    is_prepared,
    prepare,
    reconciliation_of,
)
from pipelines.steps.job import Job


@dataclass(frozen=True)
class Validation:
    """One clinic's verdict and findings. `error`: a rule could not be judged, which is no pass."""

    clinic_id: str
    verdict: Verdict
    blocking: tuple[str, ...]
    findings: tuple[Finding, ...]


def validate_candidates(job: Job, clinic_ids: Iterable[str]) -> list[Validation]:
    """Judge every clinic that is unsettled; write the verdicts to the ledger and `validation/<run_id>/`."""
    history = job.history()
    unsettled = [clinic_id for clinic_id in clinic_ids if history.is_unsettled(clinic_id)]
    return [_validate(job, choose(job, history, clinic_id)) for clinic_id in unsettled]


def refuse_errors(validations: Sequence[Validation]) -> None:
    """Raise when any rule of any clinic could not be judged.

    Raises:
        KapError: exit 1, naming the clinics' rules; the clinics concerned were not published.
    """
    problems = [
        Problem(
            "KAP-V01",
            f"expected a verdict of every rule for clinic {validation.clinic_id}; the engine gave none for "
            f"{', '.join(sorted({f.rule for f in validation.findings if f.status == 'error'}))}.",
            "run again; if it stays, report it with the log of this run. Nothing of this clinic was published.",
        )
        for validation in validations
        if validation.verdict == "error"
    ]
    if problems:
        raise KapError(ExitCode.FAULT, problems)


def _validate(job: Job, candidate: Candidate) -> Validation:
    if not candidate.receipts:
        return _nothing_left(job, candidate)
    if not is_prepared(job.home.tmp, candidate):
        prepare(job, candidate)
    # A folder of this run's own: DuckDB keeps a database open in its process after the file is gone.
    scratch = make_folder(job.home.tmp / "validation" / job.run_id / candidate.clinic_id, PRIVATE_FOLDER)
    try:
        relations, limits = relations_of(job, candidate), job.settings.engine
        thresholds = job.settings.thresholds.of_rules()
        found = validate_clinic(candidate.clinic_id, relations, scratch, thresholds, load_catalogue(), limits)
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)
    validation = Validation(candidate.clinic_id, verdict_of(found.findings), found.blocking, found.findings)
    _keep(job, candidate, found, validation, reconciliation_of(job.home.tmp, candidate.clinic_id))
    return validation


def _nothing_left(job: Job, candidate: Candidate) -> Validation:
    """Every delivery of the clinic was retracted: there is nothing to judge, and nothing stays published."""
    validation = Validation(candidate.clinic_id, "passed", (), ())
    _keep(job, candidate, ClinicValidation(candidate.clinic_id, (), (), (), ()), validation, pd.DataFrame())
    return validation


def relations_of(job: Job, candidate: Candidate) -> dict[str, Path | StoredStates]:
    """What is judged of a prepared candidate, as `validate_clinic` takes it."""
    folder = candidate_folder(job.home.tmp, candidate.clinic_id)
    decided = (candidate_states(job, candidate.clinic_id, table, candidate.receipts) for table in TABLES.values())
    tables = {states.table.name: states for states in decided if states is not None}
    return {**tables, "deliveries": candidate_path(folder, "deliveries")}


def _keep(
    job: Job, candidate: Candidate, found: ClinicValidation, validation: Validation, reconciled: pd.DataFrame
) -> None:
    folder = make_folder(job.home.validation_of(job.run_id), PRIVATE_FOLDER)
    results = {
        "clinic_id": candidate.clinic_id,
        "verdict": validation.verdict,
        "results": list(found.results),
        "breakdown": [asdict(part) for part in found.breakdown],
        "rows": [asdict(row) for row in found.rows],
    }
    text = json.dumps(results, sort_keys=True, indent=1, allow_nan=False)
    write_whole(folder / f"{candidate.clinic_id}.json", text.encode() + b"\n", PRIVATE_FILE)
    job.ledger.append(
        VALIDATED,
        {
            "clinic_id": candidate.clinic_id,
            "run_id": job.run_id,
            "verdict": validation.verdict,
            "blocking": list(validation.blocking),
            "receipts": [receipt.sequence for receipt in candidate.receipts],
            "pending": list(candidate.pending),
            "superseded": list(candidate.superseded),
            "reconciliation": reconciled.to_dict("records"),
            "findings": [list(astuple(finding)[1:]) for finding in validation.findings],
            "versions": list(found.versions),
            "profile": [list(counts.values()) for counts in found.profile],
            "measured": dict(found.measured),
        },
        job.at,
    )
    counts = {"rules_failed": sum(finding.status == "failed" for finding in validation.findings)}
    job.log.event("validation", validation.verdict, candidate.clinic_id, counts)
