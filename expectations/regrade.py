"""Other thresholds on what an old run found: from its counts alone, without judging a record again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipelines.rules.catalogue import BY_CODE, threshold_in_force
from pipelines.rules.finding import Finding, Status
from pipelines.rules.rule import Rule

Verdict = Literal["passed", "blocked", "error"]


@dataclass(frozen=True)
class Regraded:
    """One clinic of an old run under other thresholds.

    before, after: its findings, in one order, as they were and as they would be. verdict_before, verdict: the same of
    its verdict. gone: codes of findings whose rule the catalogue no longer has; they keep their status.
    """

    clinic_id: str
    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    verdict_before: Verdict
    verdict: Verdict
    gone: tuple[str, ...]

    def changed(self) -> Iterator[tuple[Finding, Finding]]:
        """(before, after) of every finding whose status changes."""
        return ((old, new) for old, new in zip(self.before, self.after, strict=True) if old.status != new.status)


def regrade(body: Mapping[str, Any], thresholds: Mapping[str, float]) -> Regraded:
    """What one validation of the ledger would be by the thresholds (code -> percent) given."""
    before = tuple(Finding(body["clinic_id"], *row) for row in body["findings"])
    after = tuple(_regraded(finding, body.get("measured", {}), thresholds) for finding in before)
    return Regraded(
        body["clinic_id"],
        before,
        after,
        body["verdict"],
        verdict_of(after),
        tuple(sorted({finding.rule for finding in before if finding.rule not in BY_CODE})),
    )


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The clinic's verdict: a rule without one is no pass, and a rule that blocks must not fail."""
    listed = tuple(findings)
    if any(finding.status == "error" for finding in listed):
        return "error"
    return "blocked" if any(each.effect == "blocks" and each.status == "failed" for each in listed) else "passed"


def _regraded(finding: Finding, measured: Mapping[str, Iterable[float]], thresholds: Mapping[str, float]) -> Finding:
    rule = BY_CODE.get(finding.rule)
    if rule is None:
        return finding
    limit = threshold_in_force(rule, thresholds)
    if finding.failed_n is None or not finding.evaluated_n:
        return replace(finding, threshold_pct=limit)
    failed_n = _failed_n(rule, finding, measured.get(rule.code), limit)
    if failed_n is None:
        return replace(finding, status="error", failed_n=None, evaluated_n=None, failed_pct=None, threshold_pct=limit)
    return replace(
        finding,
        status=_status(rule, failed_n, finding.evaluated_n, limit),
        failed_n=failed_n,
        failed_pct=100 * failed_n / finding.evaluated_n,
        threshold_pct=limit,
    )


def _failed_n(rule: Rule, finding: Finding, measured: Iterable[float] | None, limit: float) -> int | None:
    """How many fail. Where the threshold limits each delivery's own percentage, those above it.

    None where these were not kept, and the old count under another limit says nothing of the new one.
    """
    if rule.expected != "at_most" or limit == finding.threshold_pct:
        return finding.failed_n
    return None if measured is None else sum(value > limit for value in measured)


def _status(rule: Rule, failed_n: int, evaluated_n: int, limit: float) -> Status:
    if not failed_n:
        return "passed"
    if rule.expected in ("at_most", "at_least"):
        return "failed"
    # The share that holds against the share that must, as Great Expectations compares them.
    return "passed_with_failures" if (evaluated_n - failed_n) / evaluated_n >= (100 - limit) / 100 else "failed"
