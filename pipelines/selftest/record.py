"""Writes what this version was verified against: `kap selftest --data DIR --record FILE`.

No clock and no machine stands in it: the same product and the same data give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pipelines.intake.receive import fingerprint
from pipelines.selftest.checks import Check, agreed_of
from pipelines.selftest.examine import present
from pipelines.selftest.expected import samples
from pipelines.selftest.verified import Verified
from pipelines.version import DEFINITION_SET, PRODUCT_VERSION


def in_words(checks: Iterable[Check]) -> list[Verified]:
    """Checks in words, in their order."""
    cited = {sample.id: sample.cited for sample in samples()}
    return [
        Verified(
            id=check.expected.id,
            sample=cited.get(check.expected.sample, ""),
            what=check.expected.what,
            published=" / ".join(check.expected.published),
            computed=" / ".join(_plain(value) for value in check.computed),
            state=check.state,
            source=check.expected.source,
            source_status=check.expected.source_status,
            short=check.expected.short.format(published="/".join(check.expected.published)),
        )
        for check in checks
    ]


def record_bytes(checks: Iterable[Check], data: Path | None) -> bytes:
    """The record: versions, the SHA-256 of each data file, each figure published and computed; a line end."""
    listed = tuple(checks)
    agreed_n, of_n = agreed_of(listed)
    body = {
        "product_version": PRODUCT_VERSION,
        "definition_set": DEFINITION_SET,
        "agreed_n": agreed_n,
        "of_n": of_n,
        "files": {sample.file: fingerprint(data / sample.file)[0] for sample in present(data)} if data else {},
        "figures": [vars(figure) for figure in in_words(listed)],
    }
    return (json.dumps(body, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode()


def _plain(value: float | str) -> str:
    """Up to 6 decimals, without zeros at the end."""
    return value if isinstance(value, str) else f"{value:.6f}".rstrip("0").rstrip(".")
