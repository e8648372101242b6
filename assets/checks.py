"""Asset checks: one per rule group of each validated table. A check's result is the worst clinic's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from assets.metadata import findings_metadata
from pipelines.rules.catalogue import RULES
from pipelines.rules.finding import Finding
from pipelines.rules.rule import GROUPS

if TYPE_CHECKING:
    from expectations.step import Validation

# Findings about deliveries and instruments' versions belong to the validation itself.
_ASSET_OF_TABLE = {"sessions": "sessions", "scores": "scores", "courses": "courses"}
_NOT_GOOD = ("failed", "error")
_BLOCKING = ("blocks", "quarantines")


def asset_of(table: str) -> str:
    """The asset whose checks carry findings on `table`."""
    return _ASSET_OF_TABLE.get(table, "validation")


def groups() -> list[tuple[str, str]]:
    """Every (asset, rule group) that has rules, in the catalogue's order."""
    found = {(asset_of(table), rule.group): None for rule in RULES for table, _ in rule.applies}
    return sorted(found, key=lambda pair: (pair[0], GROUPS.index(pair[1])))


def check_specs() -> list[dg.AssetCheckSpec]:
    """One spec per asset and rule group. None blocks: the gate is per clinic, downstream reads what was published."""
    return [
        dg.AssetCheckSpec(
            group,
            asset=asset,
            description=f"Rules on {group} of {asset}: the worst clinic's result; each finding is a metadata row.",
        )
        for asset, group in groups()
    ]


def check_results(validations: Sequence[Validation]) -> Iterator[dg.AssetCheckResult]:
    """One result per asset and rule group over all clinics validated in this run."""
    group_of = {rule.code: rule.group for rule in RULES}
    findings = [finding for validation in validations for finding in validation.findings]
    for asset, group in groups():
        own = [f for f in findings if asset_of(f.table) == asset and group_of[f.rule] == group]
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=group,
            passed=not any(finding.status in _NOT_GOOD for finding in own),
            severity=_severity(own),
            metadata=findings_metadata(own),
        )


def _severity(findings: Sequence[Finding]) -> dg.AssetCheckSeverity:
    bad = [finding for finding in findings if finding.status in _NOT_GOOD]
    grave = any(finding.status == "error" or finding.effect in _BLOCKING for finding in bad)
    return dg.AssetCheckSeverity.ERROR if grave else dg.AssetCheckSeverity.WARN
