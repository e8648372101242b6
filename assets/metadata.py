"""What assets tell the Dagster UI: counts and codes as numbers and tables. Never a value of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from pipelines.contract.fields import FIELDS
from pipelines.contract.tables import Table
from pipelines.lake import stored_columns
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.finding import Finding
from pipelines.steps.intake import FileOutcome

Metadata = dict[str, Any]
_TRACE = {
    "receipt": ("INTEGER", "receipt of the delivery that the row came with"),
    "row_number": ("BIGINT", "row of the delivered file, 1 = first data row"),
}


def table_of(rows: Sequence[Mapping[Any, Any]]) -> dg.MetadataValue:
    """Rows as a metadata table; a missing value shows as an empty cell."""
    records = [
        dg.TableRecord({name: "" if value is None or pd.isna(value) else value for name, value in row.items()})
        for row in rows
    ]
    return dg.MetadataValue.table(records) if records else dg.MetadataValue.text("none")


def deliveries_metadata(outcomes: Sequence[FileOutcome]) -> Metadata:
    """One row per file, and how many were received, repeated, refused or left waiting."""
    rows = [
        {
            "clinic": outcome.clinic_id,
            "file": outcome.file,
            "outcome": outcome.outcome,
            "table": outcome.table,
            "receipt": outcome.receipt,
            "rows": outcome.rows_n,
            "records": outcome.records_n,
            "problems": ", ".join(sorted({problem.code for problem in outcome.problems})),
        }
        for outcome in outcomes
    ]
    words = ("received", "repeated", "refused", "waiting")
    counts = {f"files_{word}": sum(outcome.outcome == word for outcome in outcomes) for word in words}
    return {**counts, "dagster/row_count": len(rows), "files": table_of(rows)}


def reconciliation_metadata(reconciled: pd.DataFrame) -> Metadata:
    """One row per pending delivery: its records and what became of them."""
    if reconciled.empty:
        return {"dagster/row_count": 0, "reconciliation": dg.MetadataValue.text("nothing new")}
    columns = ["clinic_id", "receipt", "table", "records", "accepted", "quarantined", "duplicate", "stale", "corrected"]
    totals = {f"records_{name}": int(reconciled[name].sum()) for name in columns[4:]}
    return {
        **totals,
        "dagster/row_count": int(reconciled["records"].sum()),
        "reconciliation": table_of(reconciled[columns].to_dict("records")),
    }


def contract_schema(table: Table) -> dg.TableSchema:
    """Column schema of a validated table, from the contract."""
    columns = []
    for name in stored_columns(table.name):
        kind, meaning = _TRACE.get(name) or (FIELDS[name].sql_type, FIELDS[name].meaning)
        constraints = dg.TableColumnConstraints(nullable=name not in table.required)
        columns.append(dg.TableColumn(name, kind, meaning, constraints))
    return dg.TableSchema(columns)


def columns_schema(columns: Iterable[str]) -> dg.TableSchema:
    """Column schema of an output table: names only."""
    return dg.TableSchema([dg.TableColumn(name) for name in columns])


def findings_metadata(findings: Sequence[Finding]) -> Metadata:
    """One row per clinic, rule and column of a rule group, the worst first."""
    order = {"error": 0, "failed": 1, "passed_with_failures": 2, "passed": 3, "not_applicable": 4}
    rows = [
        {
            "clinic": finding.clinic_id,
            "status": finding.status,
            "rule": finding.rule,
            "column": finding.column,
            "failed": finding.failed_n,
            "evaluated": finding.evaluated_n,
            "failed_pct": finding.failed_pct,
            "threshold_pct": finding.threshold_pct,
            "effect": finding.effect,
            "meaning": BY_CODE[finding.rule].sentence,
        }
        for finding in sorted(findings, key=lambda f: (order[f.status], f.clinic_id, f.rule, f.column))
        if finding.status not in ("passed", "not_applicable")
    ]
    counts = {f"rules_{word}": sum(finding.status == word for finding in findings) for word in order}
    return {**counts, "records_failed": sum(f.failed_n or 0 for f in findings), "findings": table_of(rows)}
