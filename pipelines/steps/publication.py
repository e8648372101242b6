"""The validated store: what passed is published whole, clinic by clinic; what did not leaves the last good rows."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipelines.contract.tables import (
    ADVERSE_EVENTS,
    CONTACTS,
    COURSES,
    SCORES,
    SESSIONS,
    STORED_TABLES,
    WITHDRAWALS,
    Table,
)
from pipelines.durable import sync_folder
from pipelines.engine import quoted
from pipelines.intake.receipts import Receipt, read_receipts
from pipelines.intake.standing import WITHDRAWN_PATIENTS
from pipelines.lake import LAKE_TABLES, REFERENCE_SCORES, store, validated_path
from pipelines.provenance.canonical import digest
from pipelines.provenance.history import PUBLISHED, WITHDRAWN, History
from pipelines.steps.candidates import candidate_states, decide_standing, decide_withdrawals
from pipelines.steps.job import Job
from pipelines.steps.rebuild import restore_delivered

PASSED = "passed"
# Rows of one patient lie together, in order of time: what is made from them reads them in that order.
_ORDER = {
    SESSIONS.name: "patient_id, session_day, session_id NULLS FIRST, receipt, row_number",
    SCORES.name: "patient_id, scale, score_day, administration, respondent NULLS FIRST, receipt, row_number",
    COURSES.name: "patient_id, course_id NULLS FIRST, receipt, row_number",
    CONTACTS.name: "patient_id, contact_day, kind, modality NULLS FIRST, receipt, row_number",
    ADVERSE_EVENTS.name: "patient_id, session_day, event, session_id NULLS FIRST, receipt, row_number",
}


@dataclass(frozen=True)
class Publication:
    """Rows of each validated table of one clinic. `changed`: new deliveries were published in this run."""

    clinic_id: str
    rows_n: Mapping[str, int]
    changed: bool


def publish(job: Job, clinic_ids: Iterable[str]) -> list[Publication]:
    """Publish every clinic whose candidates passed, and restore the store of any other whose files are gone."""
    history = job.history()
    published = (_publish_clinic(job, history, clinic_id) for clinic_id in clinic_ids)
    made = [publication for publication in published if publication is not None]
    # Rows of patients stay in the record and the lake only.
    shutil.rmtree(job.home.tmp / "candidates", ignore_errors=True)
    return made


def store_is_whole(job: Job, clinic_id: str, receipts: Iterable[Receipt]) -> bool:
    """Whether every validated file that these receipts give is there."""
    stored = (receipt for receipt in receipts if receipt.table in STORED_TABLES)
    return all(validated_path(job.home.lake, stored_as(receipt), clinic_id).exists() for receipt in stored)


def stored_as(receipt: Receipt) -> str:
    """The validated table that a receipt's records go to."""
    return REFERENCE_SCORES if receipt.is_reference else receipt.table


def _publish_clinic(job: Job, history: History, clinic_id: str) -> Publication | None:
    before = history.published.get(clinic_id, frozenset())
    wanted, passed = _wanted(job, history, clinic_id)
    if not wanted and not before:
        return None
    receipts = read_receipts(job.home.raw, set(wanted))
    changed = wanted != before
    if not changed and store_is_whole(job, clinic_id, receipts):
        return None
    if not changed:
        # The whole lake comes back, deliveries that were superseded too.
        restore_delivered(job, read_receipts(job.home.raw, set(history.received[clinic_id])))
    rows_n = _write(job, clinic_id, receipts, from_candidates=changed and passed)
    _remove_others(job, clinic_id, rows_n)
    _note_withdrawals(job, history, clinic_id, receipts)
    if changed:
        job.ledger.append(
            PUBLISHED, {"clinic_id": clinic_id, "receipts": sorted(wanted), "rows_n": dict(rows_n)}, job.at
        )
    job.log.event("publication", "published" if changed else "restored", clinic_id, rows_n)
    return Publication(clinic_id, rows_n, changed)


def _wanted(job: Job, history: History, clinic_id: str) -> tuple[frozenset[int], bool]:
    """The receipts that the store shall hold, and whether they are those that passed in the latest validation.

    What is blocked stays out, but for who withdrew; what was retracted goes, blocked or not.
    """
    verdict = history.validated.get(clinic_id, {})
    validated = frozenset(verdict.get("receipts", ()))
    judged = validated - history.retracted
    if verdict.get("verdict") == PASSED:
        return judged, judged == validated
    left = {receipt.sequence for receipt in read_receipts(job.home.raw, set(judged)) if _is_withdrawal(receipt)}
    return (history.published.get(clinic_id, frozenset()) - history.retracted) | left, False


def _is_withdrawal(receipt: Receipt) -> bool:
    return receipt.table == WITHDRAWALS.name


def _write(job: Job, clinic_id: str, receipts: list[Receipt], from_candidates: bool) -> dict[str, int]:
    rows_n: dict[str, int] = {}
    for table in STORED_TABLES.values():
        own = [receipt for receipt in receipts if receipt.table == table.name]
        if not own:
            continue
        with job.engine() as engine:
            candidate = candidate_states(job, clinic_id, table, own) if from_candidates else None
            if candidate is not None:
                candidate.view(engine)
            else:
                restore_delivered(job, receipts)
                decide_withdrawals(engine, job.home.lake, receipts)
                decide_standing(engine, job.home.lake, table, own)
            target = stored_as(own[0])
            current = _current_select(table)
            store(engine, current, validated_path(job.home.lake, target, clinic_id), _ORDER[table.name])
            rows_n[target] = int(engine.value(f"SELECT count(*) FROM ({current})"))
    return rows_n


def _remove_others(job: Job, clinic_id: str, stored: Collection[str]) -> None:
    """A table of which no receipt is left leaves the store."""
    for table in LAKE_TABLES:
        path = validated_path(job.home.lake, table, clinic_id)
        if table not in stored and path.exists():
            path.unlink()
            sync_folder(path.parent)


def _note_withdrawals(job: Job, history: History, clinic_id: str, receipts: list[Receipt]) -> None:
    """Keep a tombstone of each patient who withdrew: a hash, so that history names nobody."""
    own = [receipt for receipt in receipts if _is_withdrawal(receipt)]
    if not own and not history.tombstones.get(clinic_id):
        return
    restore_delivered(job, own)
    with job.engine() as engine:
        decide_withdrawals(engine, job.home.lake, own)
        patients = [str(row[0]) for row in engine.rows(f"SELECT patient_id FROM {WITHDRAWN_PATIENTS}")]
    tombstones = sorted(tombstone(clinic_id, patient_id) for patient_id in patients)
    if frozenset(tombstones) != history.tombstones.get(clinic_id, frozenset()):
        body = {"clinic_id": clinic_id, "patients_n": len(tombstones), "tombstones": tombstones}
        job.ledger.append(WITHDRAWN, body, job.at)
        job.log.event("publication", "patients_withdrawn", clinic_id, {"patients_n": len(tombstones)})


def tombstone(clinic_id: str, patient_id: str) -> str:
    """What the ledger keeps of a patient who withdrew: SHA-256, in hex."""
    return digest(f"withdrawn/{clinic_id}/{patient_id}")


def _current_select(table: Table) -> str:
    """The rows that stand: accepted, current, not withdrawn by the clinic; blanked values empty."""
    columns = ", ".join(_unless_blanked(name) for name in table.columns)
    return (
        f"SELECT {columns}, receipt, row_number FROM states_{table.name} "
        "WHERE state = 'accepted' AND is_current AND coalesce(record_status, 'active') = 'active'"
    )


def _unless_blanked(column: str) -> str:
    blanked = f"list_contains(list_transform(blanked_by, lambda blank: split_part(blank, ':', 2)), '{column}')"
    # Not by OR, of which both sides would be looked at for each record; most have nothing set aside.
    kept = f"WHEN len(blanked_by) = 0 THEN {quoted(column)} WHEN NOT {blanked} THEN {quoted(column)}"
    return f"CASE {kept} END AS {quoted(column)}"
