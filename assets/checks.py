"""Asset checks: the gate of each clinic, and one check per rule group of each validated table.

A check tells what stands: every clinic's latest validation, also those that had nothing new in this run.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData

from assets.gate import Gate, closes, in_words
from assets.metadata import findings_metadata, gates_metadata
from pipelines.contract.tables import STORED_TABLES
from pipelines.rules.catalogue import RULES
from pipelines.rules.finding import Finding
from pipelines.rules.rule import GROUPS

GATE = "gate"
_VALIDATION = "validation"
# Findings about deliveries and instruments' versions belong to the validation itself.
_ASSET_OF_TABLE = {table: table for table in STORED_TABLES}
_NOT_GOOD = ("failed", "error")
_GATE_DESCRIPTION = (
    "Every clinic's delivery passes the rules that block. A clinic that does not keeps its last good rows, "
    "and the others are released. The Partitions tab of this check holds each clinic's own state."
)


def asset_of(table: str) -> str:
    """The asset whose checks carry findings on `table`."""
    return _ASSET_OF_TABLE.get(table, _VALIDATION)


def groups() -> list[tuple[str, str]]:
    """Every (asset, rule group) that has rules, in the catalogue's order."""
    found = {(asset_of(table), rule.group): None for rule in RULES for table, _ in rule.applies}
    return sorted(found, key=lambda pair: (pair[0], GROUPS.index(pair[1])))


def check_specs(clinics: dg.PartitionsDefinition[str]) -> list[dg.AssetCheckSpec]:
    """The gate, by clinic, and a spec per asset and rule group.

    None blocks: the gate is per clinic, and what is downstream reads only what was published.
    """
    with warnings.catch_warnings():
        # Checks by partition are a preview in Dagster 1.13; its notice is none of a user's business.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        gate = dg.AssetCheckSpec(GATE, asset=_VALIDATION, description=_GATE_DESCRIPTION, partitions_def=clinics)
    return [
        gate,
        *(
            dg.AssetCheckSpec(group, asset=asset, description=_rules_in_words(asset, group))
            for asset, group in groups()
        ),
    ]


def gate_of_each(instance: dg.DagsterInstance, gates: Sequence[Gate]) -> Iterator[dg.AssetCheckEvaluation]:
    """The gate check of each clinic by itself: what its partition shows, once the validation is materialized."""
    for gate in gates:
        yield dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(_VALIDATION),
            check_name=GATE,
            partition=gate.clinic_id,
            passed=not gate.is_closed,
            severity=dg.AssetCheckSeverity.ERROR,
            description=gate.sentence(),
            metadata={"rules_over_limit": gate.failed_n, "files_not_published": gate.pending_n},
            target_materialization_data=_latest_materialization(instance, gate.clinic_id),
        )


def gate_of_all(gates: Sequence[Gate]) -> dg.AssetCheckResult:
    """The gate check over all clinics, naming those that are closed."""
    closed = [gate for gate in gates if gate.is_closed]
    told = " ".join(gate.sentence() for gate in closed)
    return dg.AssetCheckResult(
        asset_key=_VALIDATION,
        check_name=GATE,
        passed=not closed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{len(closed)} of {len(gates)} clinics may not be published. {told}".strip(),
        metadata=gates_metadata(gates),
    )


def check_results(findings: Sequence[Finding]) -> Iterator[dg.AssetCheckResult]:
    """One result per asset and rule group over the standing findings of all clinics."""
    group_of = {rule.code: rule.group for rule in RULES}
    for asset, group in groups():
        own = [f for f in findings if asset_of(f.table) == asset and group_of[f.rule] == group]
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=group,
            passed=not any(finding.status in _NOT_GOOD for finding in own),
            severity=_severity(own),
            description=_told(own),
            metadata=findings_metadata(own),
        )


def _latest_materialization(
    instance: dg.DagsterInstance, clinic_id: str
) -> AssetCheckEvaluationTargetMaterializationData | None:
    """The one that a clinic's check is about: without it, its partition shows no state."""
    own = dg.AssetRecordsFilter(asset_key=dg.AssetKey(_VALIDATION), asset_partitions=[clinic_id])
    for record in instance.fetch_materializations(own, limit=1).records:
        return AssetCheckEvaluationTargetMaterializationData(
            storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
        )
    return None


def _rules_in_words(asset: str, group: str) -> str:
    rules = [rule for rule in RULES if rule.group == group and asset in {asset_of(table) for table, _ in rule.applies}]
    return "\n".join(f"- {rule.code}: {rule.sentence}" for rule in rules)


def _told(findings: Sequence[Finding]) -> str:
    """How many rules are over their limit, in which clinics, and the worst of them in words."""
    bad = [finding for finding in findings if finding.status in _NOT_GOOD]
    judged_n = len([finding for finding in findings if finding.status != "not_applicable"])
    if not bad:
        return f"None of {judged_n} results is over its limit."
    worst = max(bad, key=lambda finding: (closes(finding), finding.failed_pct or 0))
    where = f"{worst.clinic_id}, {worst.column or 'record'}"
    clinics = ", ".join(sorted({finding.clinic_id for finding in bad}))
    return f"{len(bad)} of {judged_n} results are over their limit ({clinics}). Worst: {where}: {in_words(worst)}"


def _severity(findings: Sequence[Finding]) -> dg.AssetCheckSeverity:
    """An error where a clinic's delivery is kept out; rows or values put aside are a warning."""
    return dg.AssetCheckSeverity.ERROR if any(map(closes, findings)) else dg.AssetCheckSeverity.WARN
