"""Intake of the inbox: every file through the door, the gate, the mapping and the typing, then into the record.

Order of one file's commitments: raw bytes, typed records, receipt, ledger, and only then is it taken out of the inbox.
A run that dies in between finds the file again and ends at the same state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pipelines.contract.mapping import NO_MAPPING, Mapping, context_problem, load_mapping, mapping_hash
from pipelines.contract.tables import COURSES
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.dates import convert_dates, date_columns, without_dates
from pipelines.intake.naming import safe_name
from pipelines.intake.quarantine import keep_refused_file
from pipelines.intake.readers import read_columns
from pipelines.intake.reading import Reading, read_file, store_typed, table_of_file
from pipelines.intake.receipts import Dated, Receipt, read_receipts, write_receipt
from pipelines.intake.receive import Candidate, Kind, fingerprint, list_deliveries, store_raw
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.history import RECEIVED, REFUSED, REPEATED
from pipelines.steps.job import Job
from pipelines.version import CONTRACT_VERSION, DEFINITION_SET, GATE_VERSION, PRODUCT_VERSION

INTAKE_FILE = "intake.json"

Outcome = Literal["received", "repeated", "refused", "waiting"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file of an inbox. `receipt` of a repeated file is the one it repeats; counts are rows."""

    clinic_id: str
    file: str
    outcome: Outcome
    table: str | None = None
    receipt: int | None = None
    rows_n: int | None = None
    empty_rows_n: int | None = None
    records_n: int | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Clinic:
    """What is known of a clinic while its inbox is read."""

    clinic_id: str
    mapping: Mapping
    mapping_sha256: str | None
    receipts: dict[tuple[str, str | None], Receipt]
    courses_delivered: bool
    may_send_dates: bool


@dataclass(frozen=True)
class _Kept:
    """A file as the record keeps it: `dated` and `original_sha256` as its receipt says them."""

    path: Path
    kind: Kind
    sha256: str
    bytes: int
    dated: Dated = "no"
    original_sha256: str | None = None


def take_in(job: Job, clinic_ids: Iterable[str]) -> list[FileOutcome]:
    """Take in what lies in the inboxes of these clinics: one outcome per file, by clinic and name.

    Raises:
        KapError: mapping files with problems, all of them (exit 2); nothing was touched.
    """
    clinics = [_clinic(job, clinic_id) for clinic_id in clinic_ids]
    outcomes = [outcome for clinic in clinics for outcome in _take_in_clinic(job, clinic)]
    folder = make_folder(job.home.validation_of(job.run_id), PRIVATE_FOLDER)
    kept = json.dumps([asdict(outcome) for outcome in outcomes], indent=1, allow_nan=False)
    write_whole(folder / INTAKE_FILE, kept.encode() + b"\n", PRIVATE_FILE)
    return outcomes


def read_outcomes(validation: Path) -> list[FileOutcome]:
    """What a run's intake found, from its folder under `validation/`; none when it did not come that far."""
    path = validation / INTAKE_FILE
    if not path.exists():
        return []
    return [
        FileOutcome(**{**fields, "problems": tuple(Problem(**problem) for problem in fields["problems"])})
        for fields in json.loads(path.read_bytes())
    ]


def clinic_mapping(job: Job, clinic_id: str) -> Mapping:
    """The clinic's mapping, or the empty one."""
    path = job.home.mapping_of(clinic_id)
    return load_mapping(path, load_catalogue().delivered_ids) if path.exists() else NO_MAPPING


def _clinic(job: Job, clinic_id: str) -> _Clinic:
    mapping = clinic_mapping(job, clinic_id)
    # Only what the ledger knows was received: a run that died just before that line left a receipt behind.
    # One that was retracted may be delivered again.
    history = job.history()
    receipts = read_receipts(job.home.raw, set(history.received.get(clinic_id, ())) - history.retracted)
    return _Clinic(
        clinic_id,
        mapping,
        None if mapping is NO_MAPPING else mapping_hash(mapping),
        {(receipt.original_sha256 or receipt.sha256, receipt.mapping_sha256): receipt for receipt in receipts},
        any(receipt.table == COURSES.name for receipt in receipts),
        job.settings.clinic(clinic_id).may_send_dates(datetime.fromisoformat(job.at).date()),
    )


def _take_in_clinic(job: Job, clinic: _Clinic) -> list[FileOutcome]:
    if not job.home.inbox_of(clinic.clinic_id).is_dir():
        return []
    outcomes: list[FileOutcome] = []
    files: list[Candidate] = []
    for found in list_deliveries(job.home.inbox_of(clinic.clinic_id)):
        if isinstance(found, Problem):
            job.log.event("intake", found.code, clinic.clinic_id)
            outcomes.append(FileOutcome(clinic.clinic_id, found.file or "", "waiting", problems=(found,)))
        else:
            files.append(found)
    # Sessions need no condition of their own where the clinic delivers courses, in this batch or before.
    courses_here = any(table_of_file(file, clinic.mapping, clinic.may_send_dates) == COURSES.name for file in files)
    clinic = replace(clinic, courses_delivered=clinic.courses_delivered or courses_here)
    return outcomes + [_take_in_file(job, clinic, file) for file in files]


def _take_in_file(job: Job, clinic: _Clinic, file: Candidate) -> FileOutcome:
    shown = safe_name(file.name)
    sha256 = None
    try:
        if file.problems:
            raise KapError(ExitCode.REFUSED, file.problems)
        sha256, _ = fingerprint(file.path)
        other_context = context_problem(clinic.mapping, {each.context for each in clinic.receipts.values()}, shown)
        if other_context is not None:
            raise KapError(ExitCode.REFUSED, [other_context])
        earlier = clinic.receipts.get((sha256, clinic.mapping_sha256))
        if earlier is not None:
            return _repeated(job, clinic, file, earlier)
        sequence = 1 + max((entry.body["receipt"] for entry in job.ledger.entries(RECEIVED)), default=0)
        with job.engine(file.path.parent, job.home.quarantine) as engine:
            read_as, kept = _freed_of_dates(job, engine, clinic, file, sha256)
            reading = read_file(
                engine,
                read_as.path,
                file.name,
                read_as.kind,
                clinic.clinic_id,
                sequence,
                clinic.mapping if kept.dated == "no" else without_dates(clinic.mapping),
                clinic.courses_delivered,
                job.home.tmp,
                kept.dated != "no",
            )
            # Only now: nothing that the gate refuses may reach the record.
            store_raw(job.home.raw, kept.path, kept.sha256, kept.kind)
            store_typed(engine, job.home.lake, job.home.quarantine, clinic.clinic_id, sequence, shown, reading)
    except KapError as error:
        return _refused(job, clinic, file, sha256, error.problems)
    receipt = _receipt(job, clinic, file, kept, sequence, reading)
    _commit(job, clinic, receipt)
    clinic.receipts[sha256, clinic.mapping_sha256] = receipt
    file.path.unlink()
    return FileOutcome(
        clinic.clinic_id,
        shown,
        "received",
        receipt.table,
        sequence,
        receipt.rows_n,
        receipt.empty_rows_n,
        receipt.records_n,
        reading.problems,
    )


def _freed_of_dates(job: Job, engine: Engine, clinic: _Clinic, file: Candidate, sha256: str) -> tuple[_Kept, _Kept]:
    """The file as it is read, and as the record keeps it; they differ where settings keep the dated original."""
    whole = _Kept(file.path, file.kind, sha256, file.bytes)
    if not clinic.may_send_dates or date_columns(_columns(file), clinic.mapping) is None:
        return whole, whole
    path = convert_dates(engine, file.path, file.name, file.kind, clinic.mapping, job.home.tmp)
    converted = _Kept(path, "csv", *fingerprint(path), dated="converted", original_sha256=sha256)
    if job.settings.retention.keep_dated_raw:
        return converted, replace(whole, dated="limited_data_set")
    return converted, converted


def _columns(file: Candidate) -> tuple[str, ...]:
    try:
        return read_columns(file.path, file.name, file.kind)
    except KapError:  # said when the file is read
        return ()


def _receipt(job: Job, clinic: _Clinic, file: Candidate, kept: _Kept, sequence: int, reading: Reading) -> Receipt:
    return Receipt(
        sequence=sequence,
        received_at=job.at,
        clinic_id=clinic.clinic_id,
        table=reading.table,
        context=clinic.mapping.context,
        file=safe_name(file.name),
        kind=kept.kind,
        sha256=kept.sha256,
        bytes=kept.bytes,
        rows_n=reading.counts.source_rows,
        empty_rows_n=reading.counts.empty_rows,
        malformed_n=reading.counts.malformed_rows,
        records_n=reading.counts.records,
        quarantined_n=reading.quarantined_n,
        courses_delivered=clinic.courses_delivered,
        mapping_sha256=clinic.mapping_sha256,
        settings_sha256=job.settings.digest,
        contract_version=CONTRACT_VERSION,
        product_version=PRODUCT_VERSION,
        definition_set=DEFINITION_SET,
        gate_version=GATE_VERSION,
        delivery=clinic.mapping.delivery,
        dated=kept.dated,
        original_sha256=kept.original_sha256,
    )


def _commit(job: Job, clinic: _Clinic, receipt: Receipt) -> None:
    """Make a delivery part of the record: the versions it was read under, its receipt, its line in the ledger."""
    raw = job.home.raw
    for folder in ("receipts", "mappings", "settings"):
        make_folder(raw / folder, PRIVATE_FOLDER)
    settings = raw / "settings" / f"{receipt.settings_sha256}.json"
    if not settings.exists():
        write_whole(settings, job.settings.canonical.encode(), PRIVATE_FILE)
    if receipt.mapping_sha256 is not None:
        stored = raw / "mappings" / f"{receipt.mapping_sha256}.yaml"
        if not stored.exists():
            write_whole(stored, job.home.mapping_of(clinic.clinic_id).read_bytes(), PRIVATE_FILE)
    write_receipt(raw, receipt)
    counts = {"rows_n": receipt.rows_n, "records_n": receipt.records_n, "quarantined_n": receipt.quarantined_n}
    job.ledger.append(
        RECEIVED,
        {
            "receipt": receipt.sequence,
            "clinic_id": receipt.clinic_id,
            "table": receipt.table,
            "context": receipt.context,
            "sha256": receipt.sha256,
            "mapping_sha256": receipt.mapping_sha256,
            "settings_sha256": receipt.settings_sha256,
            "contract_version": receipt.contract_version,
            "product_version": receipt.product_version,
            "definition_set": receipt.definition_set,
            "gate_version": receipt.gate_version,
            "dated": receipt.dated,
            "original_sha256": receipt.original_sha256,
            **counts,
        },
        job.at,
    )
    job.home.mark_real()
    job.log.event("intake", "received", clinic.clinic_id, counts)


def _repeated(job: Job, clinic: _Clinic, file: Candidate, earlier: Receipt) -> FileOutcome:
    job.ledger.append(REPEATED, {"receipt": earlier.sequence, "clinic_id": clinic.clinic_id}, job.at)
    job.log.event("intake", "repeated", clinic.clinic_id, {"records_n": earlier.records_n})
    file.path.unlink()
    return FileOutcome(
        clinic.clinic_id,
        safe_name(file.name),
        "repeated",
        earlier.table,
        earlier.sequence,
        earlier.rows_n,
        earlier.empty_rows_n,
        earlier.records_n,
    )


def _refused(
    job: Job, clinic: _Clinic, file: Candidate, sha256: str | None, problems: tuple[Problem, ...]
) -> FileOutcome:
    """A refused file goes to quarantine with its reasons; an unreadable one (no fingerprint) stays where it is."""
    codes = sorted({problem.code for problem in problems})
    if sha256 is None and (file.bytes == 0 or "KAP-F04" not in codes):
        sha256, _ = fingerprint(file.path)
    if sha256 is not None:
        keep_refused_file(job.home.quarantine, clinic.clinic_id, file.path, sha256, problems)
    job.ledger.append(REFUSED, {"clinic_id": clinic.clinic_id, "sha256": sha256, "codes": codes}, job.at)
    for code in codes:
        job.log.event("intake", code, clinic.clinic_id)
    return FileOutcome(clinic.clinic_id, safe_name(file.name), "refused", problems=problems)
