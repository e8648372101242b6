"""The manifest of a release: what it was made from and the hash of every file, all of it derived from the record.

No run id, no clock, no host and no path stands in it: the same record gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.provenance.canonical import canonical, digest
from pipelines.version import GATE_VERSION, stamp

MANIFEST_NAME = "manifest.json"
_ID_LENGTH = 12


@dataclass(frozen=True)
class ReceiptUsed:
    """One accepted delivery behind a release; `counts` are its reconciliation."""

    sequence: int
    sha256: str
    clinic_id: str
    table: str
    counts: Mapping[str, int]
    mapping_sha256: str | None = None


@dataclass(frozen=True)
class EventUsed:
    """A ledger entry that a release depends on (a publication, a frozen threshold): its place and digest."""

    sequence: int
    event: str
    digest: str


def release_id(files: Mapping[str, bytes | str]) -> str:
    """First 12 hex digits of a hash over names and contents; a str is the SHA-256 of the content, in hex.

    Order of the mapping does not matter. Where pages print the id, take it over what they are made from.
    """
    listed = {name: digest(content) if isinstance(content, bytes) else content for name, content in files.items()}
    return digest(canonical(listed))[:_ID_LENGTH]


def build_manifest(
    *,
    release: str,
    profile: str,
    synthetic: bool,
    settings_sha256: str,
    definitions: Mapping[str, Any],
    receipts: Sequence[ReceiptUsed],
    events: Sequence[EventUsed],
    outputs: Mapping[str, bytes | str],
) -> bytes:
    """The manifest as canonical JSON with a line end.

    Args:
        definitions: windows, thresholds and definition ids in force, as plain JSON values.
        outputs: every other file of the release by its path in it -> its bytes, or their SHA-256 in hex.
    """
    body: dict[str, Any] = {
        **stamp(),
        "gate_version": GATE_VERSION,
        "release_id": release,
        "profile": profile,
        "synthetic": synthetic,
        "settings_sha256": settings_sha256,
        "definitions": definitions,
        "receipts": [
            {
                "sequence": receipt.sequence,
                "sha256": receipt.sha256,
                "clinic_id": receipt.clinic_id,
                "table": receipt.table,
                "counts": dict(receipt.counts),
                "mapping_sha256": receipt.mapping_sha256,
            }
            for receipt in sorted(receipts, key=lambda receipt: (receipt.sequence, receipt.table))
        ],
        "ledger": [
            {"sequence": event.sequence, "event": event.event, "digest": event.digest}
            for event in sorted(events, key=lambda event: event.sequence)
        ],
        "outputs": {
            name: digest(content) if isinstance(content, bytes) else content
            for name, content in sorted(outputs.items())
            if name != MANIFEST_NAME
        },
    }
    return (canonical(body) + "\n").encode()
