"""What a rule found: counts only, never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "passed_with_failures", "failed", "not_applicable", "error"]
Effect = Literal["blocks", "quarantines", "blanks", "warns", "informs"]


@dataclass(frozen=True)
class Finding:
    """Result of one rule on one column (or `""` for the row) of one table of one clinic.

    failed_n of evaluated_n rows; failed_pct is 0 to 100, None when nothing was evaluated; threshold_pct is the
    share of failures up to which the rule still passes. `not_applicable` = nothing to evaluate; `error` = the
    engine could not tell: neither is a pass.
    """

    clinic_id: str
    rule: str
    table: str
    column: str
    status: Status
    failed_n: int | None
    evaluated_n: int | None
    failed_pct: float | None
    threshold_pct: float
    effect: Effect
