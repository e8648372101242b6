"""What this version was verified against, as the committed record has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.selftest.checks import State
from pipelines.version import DEFINITION_SET, PRODUCT_VERSION

RECORD = Path(__file__).with_name("verified.json")


@dataclass(frozen=True)
class Verified:
    """One figure as it stood when this version was verified. sample: who printed figures of the data; empty without.

    published, computed: in words. short: the figure in the foot of a page, or empty.
    """

    id: str
    sample: str
    what: str
    published: str
    computed: str
    state: State
    source: str
    source_status: str
    short: str = ""


def read_record(path: Path = RECORD) -> tuple[Verified, ...]:
    """The figures of the record; none without one, or where it is of another version or another definition set."""
    if not path.is_file():
        return ()
    body: dict[str, Any] = json.loads(path.read_bytes())
    if (body["product_version"], body["definition_set"]) != (PRODUCT_VERSION, DEFINITION_SET):
        return ()
    return tuple(Verified(**figure) for figure in body["figures"])
