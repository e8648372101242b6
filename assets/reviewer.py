"""Writes the reviewer's report of a run to `validation/<run_id>/`: exact counts, for the inside of the home only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from assets.site import about
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.home import Home
from pipelines.intake.quarantine import rows_folder
from pipelines.intake.receipts import Receipt, read_receipts
from pipelines.provenance.history import History
from pipelines.provenance.rule_runs import rule_runs
from pipelines.steps.job import Job
from pipelines.steps.quality import findings_of
from reports.reviewer.flagged import Flagged
from reports.reviewer.inside import Listed, Part
from reports.reviewer.report import Found, build_reviewers_report
from reports.sections.parts import EarlierRun

REPORT = "quality.html"
# Of each clinic, the lists of so many of its last deliveries are counted.
LISTED_MOST_N = 50


def write_reviewers_report(job: Job) -> Path:
    """Write the report on what stands after this run; return its first page."""
    history = job.history()
    receipts = read_receipts(job.home.raw, set().union(*history.received.values()))
    facts = about(job, history, receipts, rule_runs(history.validations))
    kept = _kept(job.home, history)
    found = Found(
        findings_of(history),
        list(_broken_down(kept)),
        list(_listed(job.home, history, receipts)),
        list(_flagged(kept, receipts)),
    )
    folder = job.home.validation_of(job.run_id)
    known = {delivery.clinic_id for delivery in facts.deliveries} | set(history.validated)
    earlier = _earlier_runs(job, history, sorted(known))
    for path, content in build_reviewers_report(found, facts, earlier).items():
        file = folder / path
        for parent in reversed(file.relative_to(folder).parents):
            make_folder(folder / parent, PRIVATE_FOLDER)
        write_whole(file, content, PRIVATE_FILE)
    return folder / REPORT


def _earlier_runs(job: Job, history: History, clinic_ids: Iterable[str]) -> dict[str, EarlierRun | None]:
    """Of clinics that this run did not judge, the run that did, its report as this run's page links it."""
    found: dict[str, EarlierRun | None] = {}
    for clinic_id in clinic_ids:
        body = history.validated.get(clinic_id)
        if body is None:
            found[clinic_id] = None
            continue
        run_id, path = str(body.get("run_id") or "-"), f"clinics/{clinic_id}/{REPORT}"
        if run_id != job.run_id:
            is_there = (job.home.validation_of(run_id) / path).exists()
            newest = max(body["receipts"], default=0)
            found[clinic_id] = EarlierRun(run_id, newest, f"../{run_id}/{path}" if is_there else "")
    return found


def _kept(home: Home, history: History) -> dict[str, Mapping[str, Any]]:
    """By clinic what its latest validation kept beside its verdict; nothing where that was deleted."""
    paths = {
        clinic_id: home.validation_of(str(body.get("run_id") or "-")) / f"{clinic_id}.json"
        for clinic_id, body in sorted(history.validated.items())
    }
    return {clinic_id: json.loads(path.read_bytes()) for clinic_id, path in paths.items() if path.exists()}


def _broken_down(kept: Mapping[str, Mapping[str, Any]]) -> Iterator[Part]:
    """Failures by route and condition."""
    for clinic_id, results in kept.items():
        for row in results.get("breakdown", ()):
            yield Part(
                clinic_id,
                str(row["rule"]),
                str(row["table"]),
                str(row["column"]),
                str(row["dimension"]),
                str(row["level"]),
                int(row["failed_n"]),
                int(row["evaluated_n"]),
            )


def _listed(home: Home, history: History, receipts: Iterable[Receipt]) -> Iterator[Listed]:
    """What lies listed beside the quarantined data, of the deliveries that each clinic's latest validation judged."""
    names = {receipt.sequence: receipt.file for receipt in receipts}
    for clinic_id, body in sorted(history.validated.items()):
        for receipt in sorted(body["receipts"], reverse=True)[:LISTED_MOST_N]:
            for path in sorted(rows_folder(home.quarantine, clinic_id, receipt).glob("*.csv")):
                counted = pd.read_csv(path, usecols=["rule"], dtype="str")["rule"].value_counts()
                shown = path.relative_to(home.root).as_posix()
                for rule, rows_n in sorted(counted.items()):
                    yield Listed(clinic_id, str(rule), receipt, names.get(receipt, ""), int(rows_n), shown)


def _flagged(kept: Mapping[str, Mapping[str, Any]], receipts: Iterable[Receipt]) -> Iterator[Flagged]:
    """The rows that fail a rule which sets nothing aside."""
    names = {receipt.sequence: receipt.file for receipt in receipts}
    for clinic_id, results in kept.items():
        for row in results.get("rows", ()):
            receipt, number = row["receipt"], row["row_number"]
            place = (str(row["rule"]), str(row["table"]), str(row["column"]))
            yield Flagged(clinic_id, *place, receipt, names.get(receipt, ""), number, str(row["about"]))
