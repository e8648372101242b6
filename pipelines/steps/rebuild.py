"""Typed records made again from raw bytes, under the mapping and the rules they were first read with."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.contract.mapping import NO_MAPPING, parse_mapping
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.dates import convert_dates, without_dates
from pipelines.intake.reading import read_file, store_typed
from pipelines.intake.receipts import Receipt
from pipelines.intake.receive import fingerprint, raw_path
from pipelines.lake import delivered_path
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.steps.job import Job


def restore_delivered(job: Job, receipts: Iterable[Receipt]) -> int:
    """Make the typed records that are missing from the lake; return how many deliveries were read again.

    Raises:
        KapError: the raw bytes of a receipt are gone or altered (exit 1): the record is damaged.
    """
    missing = [
        receipt
        for receipt in receipts
        if not delivered_path(job.home.lake, receipt.table, receipt.clinic_id, receipt.sequence).exists()
    ]
    for receipt in missing:
        _restore(job, receipt)
    return len(missing)


def _restore(job: Job, receipt: Receipt) -> None:
    path = raw_path(job.home.raw, receipt.sha256, receipt.kind)
    if not path.is_file() or fingerprint(path)[0] != receipt.sha256:
        raise _damaged(receipt)
    mapping = NO_MAPPING
    if receipt.mapping_sha256 is not None:
        stored = job.home.raw / "mappings" / f"{receipt.mapping_sha256}.yaml"
        mapping = parse_mapping(stored.read_bytes(), stored.name, load_catalogue().delivered_ids)
    with job.engine(path.parent, job.home.quarantine) as engine:
        kind = receipt.kind
        if receipt.dated == "limited_data_set":
            path, kind = convert_dates(engine, path, receipt.file, kind, mapping, job.home.tmp), "csv"
        if receipt.had_dates:
            mapping = without_dates(mapping)
        reading = read_file(
            engine,
            path,
            receipt.file,
            kind,
            receipt.clinic_id,
            receipt.sequence,
            mapping,
            receipt.courses_delivered,
            job.home.tmp,
            receipt.had_dates,
        )
        store_typed(
            engine, job.home.lake, job.home.quarantine, receipt.clinic_id, receipt.sequence, receipt.file, reading
        )
    job.log.event("rebuild", "delivery_restored", receipt.clinic_id, {"records_n": reading.counts.records})


def _damaged(receipt: Receipt) -> KapError:
    return KapError(
        ExitCode.FAULT,
        [
            Problem(
                "KAP-L02",
                f"expected the raw bytes of receipt {receipt.sequence} as they were received.",
                "restore the folder raw/ from a copy.",
                receipt.file,
            )
        ],
    )
