"""What only the reviewer's report inside the home tells of a rule: exact parts, lists of rows, rows that fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.reviewer.flagged import Flagged


@dataclass(frozen=True)
class Part:
    """Failing records of one check among those of a route or condition: failed_n of evaluated_n."""

    clinic_id: str
    rule: str
    table: str
    column: str
    dimension: str
    level: str
    failed_n: int
    evaluated_n: int


@dataclass(frozen=True)
class Listed:
    """Rows and values of one delivery that a rule set aside, and the file that lists them, from the home folder."""

    clinic_id: str
    rule: str
    receipt: int
    file: str
    rows_n: int
    path: str


@dataclass(frozen=True)
class Inside:
    """What only the report inside the home tells. up: from the page to the home folder, `../../../`."""

    up: str
    broken_down: Sequence[Part] = ()
    listed: Sequence[Listed] = ()
    flagged: Sequence[Flagged] = ()
