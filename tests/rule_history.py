"""A ledger's validations made by hand: two clinics over three runs, with what a run repeats, breaks and replaces."""

from __future__ import annotations

from typing import Any

Finding = list[Any]


def finding(rule: str, column: str, failed: int | None, of: int | None, threshold: float = 0.0) -> Finding:
    """A finding as the ledger keeps it: rule, table, column, status, failed_n, evaluated_n, percent, limit, effect."""
    effect = "warns" if threshold else "quarantines"
    if failed is None or of is None:
        return [rule, "sessions", column, "error", None, None, None, threshold, effect]
    pct = 100 * failed / of if of else None
    status = (
        "not_applicable"
        if not of
        else "passed"
        if not failed
        else "failed"
        if 100 * failed > threshold * of
        else "passed_with_failures"
    )
    return [rule, "sessions", column, status, failed, of, pct, threshold, effect]


def judged(run_id: str, clinic_id: str, receipts: list[int], *findings: Finding) -> dict[str, Any]:
    """The body of a `clinic_validated` event, of what is read of it here."""
    return {
        "run_id": run_id,
        "clinic_id": clinic_id,
        "receipts": receipts,
        "verdict": "error" if any(found[3] == "error" for found in findings) else "passed",
        "findings": list(findings),
    }


def word(failed: int | None, of: int | None) -> Finding:
    return finding("KAP-T04", "route", failed, of)


def presence(failed: int, of: int) -> Finding:
    return finding("KAP-A02", "therapist_presence", failed, of, 20.0)


# alder:  T04 2 of 100 fail, then 0 of 120; A02 5 of 100 (allowed 20 %), then 30 of 120.
# birch:  T04 0 of 50; judged again with nothing new; without a verdict; 1 of 60. A02 0 of 0, then 6 of 60.
VALIDATIONS = (
    judged("r-1", "alder", [1], word(2, 100), presence(5, 100)),
    judged("r-1", "birch", [2], word(0, 50), presence(0, 0)),
    judged("r-2", "alder", [1, 3], word(0, 120), presence(30, 120)),
    judged("r-2", "birch", [2], word(0, 50), presence(0, 0)),
    judged("r-3", "birch", [2, 4], word(None, None), presence(6, 60)),
    judged("r-4", "birch", [2, 4], word(1, 60), presence(6, 60)),
)
