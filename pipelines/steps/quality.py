"""The data quality table: the latest validation of every clinic, as the ledger keeps it, and what care held out."""

from __future__ import annotations

import pandas as pd

from pipelines.engine import Engine
from pipelines.provenance.history import History
from pipelines.rules.finding import Finding
from pipelines.rules.held_out import HELD_OUT_RULES

FINDING_FIELDS = tuple(Finding.__dataclass_fields__)[1:]
COLUMNS = (
    "clinic_id",
    "rule",
    "table",
    "column",
    "status",
    "failed_n",
    "evaluated_n",
    "failed_pct",
    "threshold",
    "effect",
)


def findings_of(history: History) -> list[Finding]:
    """The findings of each clinic's latest validation, from the ledger."""
    return [
        Finding(clinic_id, *row) for clinic_id, body in sorted(history.validated.items()) for row in body["findings"]
    ]


def data_quality(history: History, engine: Engine) -> pd.DataFrame:
    """One row per clinic, rule, table and column: status, counts, percent, threshold, effect.

    Courses that no outcome table holds come from `held_out`: without a condition, or begun before the first delivered
    session; so do courses whose condition changed.
    """
    rows: list[tuple[object, ...]] = [
        (
            finding.clinic_id,
            finding.rule,
            finding.table,
            finding.column,
            finding.status,
            finding.failed_n,
            finding.evaluated_n,
            finding.failed_pct,
            finding.threshold_pct,
            finding.effect,
        )
        for finding in findings_of(history)
    ]
    for clinic_id, courses_n, *counts in engine.rows(
        "SELECT clinic_id, courses_n, no_condition, left_truncated, condition_changed FROM held_out"
    ):
        for rule, failed_n in zip(HELD_OUT_RULES, counts, strict=True):
            pct = round(100 * failed_n / courses_n, 6) if courses_n else None
            status = "passed" if failed_n == 0 else "passed_with_failures"
            rows.append((clinic_id, rule, "courses_of_care", "", status, failed_n, courses_n, pct, 100.0, "informs"))
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"failed_n": "Int64", "evaluated_n": "Int64", "failed_pct": "Float64", "threshold": "Float64"}
    )
    return frame.sort_values(["clinic_id", "rule", "table", "column"], kind="stable", ignore_index=True)
