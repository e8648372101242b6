"""Receipts: what was delivered, when, under which rules. Part of the record; written once, never changed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pipelines.durable import write_whole
from pipelines.intake.receive import Kind

RECEIPT_FORMAT = 1

Delivery = Literal["incremental", "snapshot"]
Dated = Literal["no", "converted", "limited_data_set"]


@dataclass(frozen=True)
class Receipt:
    """One accepted delivery.

    sequence counts deliveries of the home from 1. `rows_n` are the rows of the file, of which `empty_rows_n` gave no
    record and `malformed_n` could not be read as a row; `records_n` counts the records made, malformed rows included;
    `quarantined_n` those quarantined on their own account (a conflict within the file comes on top, at reconciliation).
    `courses_delivered`: the clinic delivered courses by then, so that sessions needed no condition of their own.
    `dated`: it held dates: raw keeps it `converted` to days, and the `original_sha256` of what was delivered; or as a
    `limited_data_set`, byte for byte. `delivery`: `snapshot` = the file holds all the clinic has of its table, so what
    it lacks is withdrawn.
    """

    sequence: int
    received_at: str
    clinic_id: str
    table: str
    context: str
    file: str
    kind: Kind
    sha256: str
    bytes: int
    rows_n: int
    empty_rows_n: int
    malformed_n: int
    records_n: int
    quarantined_n: int
    courses_delivered: bool
    mapping_sha256: str | None
    settings_sha256: str
    contract_version: str
    product_version: str
    definition_set: str
    gate_version: str
    delivery: Delivery = "incremental"
    dated: Dated = "no"
    original_sha256: str | None = None
    format: int = RECEIPT_FORMAT

    @property
    def is_reference(self) -> bool:
        """Whether the delivery is a reference sample: without sessions, never part of an outcome."""
        return self.context == "reference_sample"

    @property
    def had_dates(self) -> bool:
        """Whether it was delivered with calendar dates."""
        return self.dated != "no"

    @property
    def is_snapshot(self) -> bool:
        """Whether rows of earlier deliveries that this one lacks are withdrawn."""
        return self.delivery == "snapshot"


def receipt_path(raw: Path, sequence: int) -> Path:
    """Where receipt `sequence` lies."""
    return raw / "receipts" / f"{sequence:06d}.json"


def write_receipt(raw: Path, receipt: Receipt) -> None:
    """Store a receipt durably."""
    text = json.dumps(asdict(receipt), sort_keys=True, indent=1, allow_nan=False)
    write_whole(receipt_path(raw, receipt.sequence), text.encode() + b"\n", mode=0o600)


def read_receipts(raw: Path, sequences: set[int] | None = None) -> list[Receipt]:
    """Receipts in order of arrival; only those in `sequences` where given."""
    receipts = [Receipt(**json.loads(path.read_text())) for path in sorted((raw / "receipts").glob("*.json"))]
    return [receipt for receipt in receipts if sequences is None or receipt.sequence in sequences]
