"""The manifest of a release derives from the record alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pipelines.provenance.manifest import EventUsed, ReceiptUsed, build_manifest, release_id

FIRST = ReceiptUsed(1, "a" * 64, "north", "scores", {"accepted": 3})
SECOND = ReceiptUsed(2, "b" * 64, "south", "sessions", {"accepted": 4})
PUBLISHED = EventUsed(7, "published", "c" * 64)


def manifest(**changes: Any) -> bytes:
    given: dict[str, Any] = {
        "release": "0123456789ab",
        "profile": "clinic",
        "synthetic": True,
        "settings_sha256": "d" * 64,
        "definitions": {"course_gap_days": 180},
        "receipts": [FIRST, SECOND],
        "events": [PUBLISHED],
        "outputs": {"index.html": b"<p>", "tables/a.csv": b"x\n"},
    }
    return build_manifest(**{**given, **changes})


def test_the_order_in_which_parts_are_given_changes_nothing() -> None:
    outputs = {"tables/a.csv": b"x\n", "index.html": b"<p>"}
    assert manifest(receipts=[SECOND, FIRST], outputs=outputs) == manifest()


def test_each_file_stands_with_its_sha256_given_as_bytes_or_as_hash() -> None:
    hashed = hashlib.sha256(b"<p>").hexdigest()
    body = json.loads(manifest())
    assert body["outputs"]["index.html"] == hashed
    assert manifest(outputs={"index.html": hashed, "tables/a.csv": b"x\n"}) == manifest()


def test_the_versions_the_mark_and_the_chain_stand_in_it() -> None:
    body = json.loads(manifest())
    assert body["definition_set"] == "kap-outcomes@1"
    assert {"contract_version", "product_version", "gate_version", "settings_sha256", "profile"} <= body.keys()
    assert body["synthetic"] is True
    assert body["ledger"] == [{"sequence": 7, "event": "published", "digest": "c" * 64}]
    assert [receipt["sequence"] for receipt in body["receipts"]] == [1, 2]


def test_a_release_id_follows_names_and_content_only() -> None:
    files = {"a": b"1", "b": b"2"}
    given = release_id(files)
    assert len(given) == 12
    assert int(given, 16) >= 0
    assert release_id({"b": b"2", "a": hashlib.sha256(b"1").hexdigest()}) == given
    assert release_id({"a": b"2", "b": b"1"}) != given
    assert release_id({"a": b"1", "c": b"2"}) != given
