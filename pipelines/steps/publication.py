"""The validated store: what passed is published whole, clinic by clinic; what did not leaves the last good rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.contract.tables import COURSES, SCORES, SESSIONS, TABLES, Table
from pipelines.engine import Engine, quoted
from pipelines.intake.receipts import Receipt, read_receipts
from pipelines.intake.versions import decide_states
from pipelines.lake import REFERENCE_SCORES, delivered_path, store, validated_path
from pipelines.provenance.history import PUBLISHED, History
from pipelines.steps.candidates import candidate_folder
from pipelines.steps.job import Job
from pipelines.steps.rebuild import restore_delivered

PASSED = "passed"
# Rows of one patient lie together, in order of time: what is made from them reads them in that order.
_ORDER = {
    SESSIONS.name: "patient_id, session_day, session_id NULLS FIRST, receipt, row_number",
    SCORES.name: "patient_id, scale, score_day, administration, respondent NULLS FIRST, receipt, row_number",
    COURSES.name: "patient_id, course_id NULLS FIRST, receipt, row_number",
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
    return all(validated_path(job.home.lake, stored_as(receipt), clinic_id).exists() for receipt in receipts)


def stored_as(receipt: Receipt) -> str:
    """The validated table that a receipt's records go to."""
    return REFERENCE_SCORES if receipt.is_reference else receipt.table


def _publish_clinic(job: Job, history: History, clinic_id: str) -> Publication | None:
    verdict = history.validated.get(clinic_id, {})
    before = history.published.get(clinic_id, frozenset())
    passed = verdict.get("verdict") == PASSED
    wanted = frozenset(verdict["receipts"]) if passed else before
    if not wanted:
        return None
    receipts = read_receipts(job.home.raw, set(wanted))
    changed = wanted != before
    if not changed and store_is_whole(job, clinic_id, receipts):
        return None
    if not changed:
        # The whole lake comes back, deliveries that were superseded too.
        restore_delivered(job, read_receipts(job.home.raw, set(history.received[clinic_id])))
    rows_n = _write(job, clinic_id, receipts, from_candidates=changed)
    if changed:
        job.ledger.append(
            PUBLISHED, {"clinic_id": clinic_id, "receipts": sorted(wanted), "rows_n": dict(rows_n)}, job.at
        )
    job.log.event("publication", "published" if changed else "restored", clinic_id, rows_n)
    return Publication(clinic_id, rows_n, changed)


def _write(job: Job, clinic_id: str, receipts: list[Receipt], from_candidates: bool) -> dict[str, int]:
    rows_n: dict[str, int] = {}
    for table in TABLES.values():
        own = [receipt for receipt in receipts if receipt.table == table.name]
        if not own:
            continue
        with job.engine() as engine:
            candidate = candidate_folder(job.home.tmp, clinic_id) / f"{table.name}.parquet"
            if from_candidates and candidate.exists():
                engine.view_parquet("states", [candidate])
            else:
                _decide_again(job, engine, table, own)
            target = stored_as(own[0])
            current = _current_select(table)
            store(
                engine,
                f"{current} ORDER BY {_ORDER[table.name]}",
                validated_path(job.home.lake, target, clinic_id),
            )
            rows_n[target] = int(engine.value(f"SELECT count(*) FROM ({current})"))
    return rows_n


def _decide_again(job: Job, engine: Engine, table: Table, receipts: list[Receipt]) -> None:
    restore_delivered(job, receipts)
    engine.view_parquet(
        "delivered",
        [delivered_path(job.home.lake, table.name, receipt.clinic_id, receipt.sequence) for receipt in receipts],
    )
    engine.execute(f"CREATE OR REPLACE VIEW states AS SELECT * FROM {decide_states(engine, table, 'delivered')}")


def _current_select(table: Table) -> str:
    """The rows that stand: accepted, current, not withdrawn by the clinic; blanked values empty."""
    columns = ", ".join(_unless_blanked(name) for name in table.columns)
    return (
        f"SELECT {columns}, receipt, row_number FROM states "
        "WHERE state = 'accepted' AND is_current AND coalesce(record_status, 'active') = 'active'"
    )


def _unless_blanked(column: str) -> str:
    blanked = f"list_contains(list_transform(blanked_by, lambda blank: split_part(blank, ':', 2)), '{column}')"
    return f"CASE WHEN len(blanked_by) = 0 OR NOT {blanked} THEN {quoted(column)} END AS {quoted(column)}"
