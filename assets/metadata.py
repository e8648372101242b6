"""What assets tell the Dagster UI: counts and codes as numbers and tables. Never a value of a record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from assets.gate import PASSED, Gate
from assets.pages_server import pages_address
from pipelines.contract.fields import FIELDS
from pipelines.contract.tables import Table
from pipelines.lake import stored_columns
from pipelines.provenance.history import PUBLISHED, Event
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.finding import Finding
from pipelines.steps.candidates import COUNTS
from pipelines.steps.intake import FileOutcome

if TYPE_CHECKING:
    from assets.site import Made

Metadata = dict[str, Any]
_TRACE = {
    "receipt": ("INTEGER", "receipt of the delivery that the row came with"),
    "row_number": ("BIGINT", "row of the delivered file, 1 = first data row"),
}
# The results that have a row of their own in a check's table.
_RESULTS = {"error": "not judged", "failed": "over the limit", "passed_with_failures": "within the limit"}


def table_of(rows: Sequence[Mapping[Any, Any]]) -> dg.MetadataValue:
    """Rows as a metadata table; a missing value shows as an empty cell."""
    records = [
        dg.TableRecord({name: "" if value is None or pd.isna(value) else value for name, value in row.items()})
        for row in rows
    ]
    return dg.MetadataValue.table(records) if records else dg.MetadataValue.text("none")


def tell_by_clinic(
    context: dg.AssetExecutionContext, asset: str, told: Mapping[str, Metadata], of_all: Metadata
) -> None:
    """Say on each clinic's partition of an asset what is true of that clinic, then what is true of all."""
    for clinic_id, metadata in told.items():
        context.add_asset_metadata({**metadata, **of_all}, asset_key=asset, partition_key=clinic_id)


def deliveries_metadata(outcomes: Sequence[FileOutcome]) -> Metadata:
    """Over all clinics: one row per file, and how many were received, repeated, refused or left waiting."""
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
    return {"files": table_of(rows), **counts}


def deliveries_by_clinic(outcomes: Sequence[FileOutcome], clinic_ids: Iterable[str]) -> dict[str, Metadata]:
    """For each clinic: its files and the records of those received."""
    own = {clinic_id: [each for each in outcomes if each.clinic_id == clinic_id] for clinic_id in clinic_ids}
    return {
        clinic_id: {
            "dagster/row_count": len(files),
            "clinic_files_refused": sum(each.outcome == "refused" for each in files),
            "clinic_records": sum(each.records_n or 0 for each in files if each.outcome == "received"),
        }
        for clinic_id, files in own.items()
    }


def reconciliation_metadata(reconciled: pd.DataFrame) -> Metadata:
    """Over all clinics: one row per pending delivery, its records and what became of them."""
    if reconciled.empty:
        return {**{f"records_{name}": 0 for name in COUNTS[1:]}, "reconciliation": dg.MetadataValue.text("nothing new")}
    totals = {f"records_{name}": int(reconciled[name].sum()) for name in COUNTS[1:]}
    return {
        **totals,
        "reconciliation": table_of(reconciled[["clinic_id", "receipt", "table", *COUNTS]].to_dict("records")),
    }


def reconciliation_by_clinic(reconciled: pd.DataFrame, clinic_ids: Iterable[str]) -> dict[str, Metadata]:
    """For each clinic: records of its pending deliveries by what became of them."""
    told = {}
    for clinic_id in clinic_ids:
        own = reconciled if reconciled.empty else reconciled[reconciled["clinic_id"] == clinic_id]
        counts = {name: 0 if own.empty else int(own[name].sum()) for name in COUNTS}
        told[clinic_id] = {
            "dagster/row_count": counts.pop("records"),
            **{f"clinic_{name}": n for name, n in counts.items()},
        }
    return told


def gates_metadata(gates: Sequence[Gate]) -> Metadata:
    """Over all clinics: how many passed, and one row per clinic, closed ones first."""
    rows = [
        {
            "clinic": gate.clinic_id,
            "state": gate.state,
            "closed by": ", ".join(sorted({finding.rule for finding in gate.closed_by})),
            "rules over limit": gate.failed_n,
            "files not published": gate.pending_n,
        }
        for gate in sorted(gates, key=lambda gate: (not gate.is_closed, gate.clinic_id))
    ]
    return {
        "clinics": table_of(rows),
        "clinics_passed": sum(gate.state == PASSED for gate in gates),
        "clinics_blocked": sum(gate.is_closed for gate in gates),
        "clinics_closed": ", ".join(gate.clinic_id for gate in gates if gate.is_closed) or "none",
    }


def gates_by_clinic(gates: Sequence[Gate]) -> dict[str, Metadata]:
    """For each clinic: its state, and what to do where it is closed."""
    return {
        gate.clinic_id: {
            "clinic_state": gate.state,
            "clinic_says": gate.sentence(),
            "clinic_rules_failed": gate.failed_n,
            "clinic_files_not_published": gate.pending_n,
        }
        for gate in gates
    }


def published_by_clinic(
    table: str, rows_of: Mapping[str, Mapping[str, int]], gates: Sequence[Gate], published: Collection[str]
) -> dict[str, Metadata]:
    """For each clinic: the validated rows that stand, and since when. published: clinics published in this run."""
    told = {}
    for gate in gates:
        rows_n = rows_of.get(gate.clinic_id, {}).get(table, 0)
        since = "published in this run" if gate.clinic_id in published else "as published before"
        kept = "the last good rows stand" if rows_n else "nothing published yet"
        told[gate.clinic_id] = {
            "dagster/row_count": rows_n,
            "clinic_state": f"{gate.state}: {kept}" if gate.is_closed else since,
        }
    return told


def rows_published(entries: Iterable[Event]) -> dict[str, Mapping[str, int]]:
    """Rows of each validated table that stand, by clinic: from the ledger's publications."""
    return {entry.body["clinic_id"]: entry.body["rows_n"] for entry in entries if entry.event == PUBLISHED}


def outcomes_metadata(exact: Mapping[str, pd.DataFrame]) -> dict[str, Metadata]:
    """For each output table: its rows, and the counts that are worth a line over runs."""
    told: dict[str, Metadata] = {
        name: {"dagster/row_count": len(frame), "dagster/column_schema": columns_schema(frame)}
        for name, frame in exact.items()
    }
    evidence = exact["outcomes_by_route_condition"]["evidence"].value_counts()
    told["outcomes_by_route_condition"] |= {f"rows_{word}": int(n) for word, n in evidence.items()}
    ladder = exact["denominators"]
    network = ladder.query("clinic_id == 'all' and condition == 'all' and route == 'all' and timepoint == 'last'")
    steps = [name for name in map(str, ladder) if name.startswith("n_") and name != "n_courses"]
    told["denominators"] |= {f"people_{name.removeprefix('n_')}": int(network[name].sum()) for name in steps}
    status = exact["data_quality"]["status"].value_counts()
    told["data_quality"] |= {f"rules_{word}": int(status.get(word, 0)) for word in ("passed", "failed", "error")}
    return told


def contract_schema(table: Table) -> dg.TableSchema:
    """Column schema of a validated table, from the contract."""
    columns = []
    for name in stored_columns(table.name):
        kind, meaning = _TRACE.get(name) or (FIELDS[name].sql_type, FIELDS[name].meaning)
        constraints = dg.TableColumnConstraints(nullable=name not in table.required)
        columns.append(dg.TableColumn(name, kind, meaning, constraints))
    return dg.TableSchema(columns)


def columns_schema(frame: pd.DataFrame) -> dg.TableSchema:
    """Column schema of an output table, as it is stored."""
    return dg.TableSchema([dg.TableColumn(str(name), _type_of(frame[name])) for name in frame])


def _type_of(column: pd.Series[Any]) -> str:
    if pd.api.types.is_integer_dtype(column):
        return "BIGINT"
    return "DOUBLE" if pd.api.types.is_numeric_dtype(column) else "VARCHAR"


def findings_metadata(findings: Sequence[Finding]) -> Metadata:
    """One row per clinic, rule and column of a rule group that anything broke, the worst first; then its counts.

    A record counts once for each rule and column that it is judged by.
    """
    order = {"error": 0, "failed": 1, "passed_with_failures": 2, "passed": 3, "not_applicable": 4}
    rows = [
        {
            "clinic": finding.clinic_id,
            "result": _RESULTS[finding.status],
            "rule": finding.rule,
            "in words": BY_CODE[finding.rule].sentence,
            "where": f"{finding.table}.{finding.column}" if finding.column else finding.table,
            "failed": finding.failed_n,
            "evaluated": finding.evaluated_n,
            "percent": None if finding.failed_pct is None else round(finding.failed_pct, 2),
            "allowed percent": float(finding.threshold_pct),
            "effect": finding.effect,
            "what to do": BY_CODE[finding.rule].remedy,
        }
        for finding in sorted(findings, key=lambda f: (order[f.status], -(f.failed_pct or 0), f.clinic_id, f.rule))
        if finding.status in _RESULTS
    ]
    counts = {f"rules_{word}": sum(finding.status == word for finding in findings) for word in order}
    records = {
        "records_failed": sum(finding.failed_n or 0 for finding in findings),
        "records_evaluated": sum(finding.evaluated_n or 0 for finding in findings),
    }
    return {"findings": table_of(rows), **counts, **records}


def release_metadata(made: Made) -> Metadata:
    """The release, links to its pages (which `kap ui` serves), and where they lie."""
    folder = made.index.parent
    pages = {"dashboard": "index.html", "data quality": "quality.html", "methods": "methods.html"}
    address = pages_address()
    links = {name: dg.MetadataValue.url(f"{address}{made.release_id}/{page}") for name, page in pages.items()}
    return {
        **(links if address else {}),
        "folder": dg.MetadataValue.path(folder),
        "how to open": "Open index.html in the folder. A run under `kap ui` has links here.",
        "release_id": made.release_id,
        "changed": made.changed,
        "files": made.files_n,
        "megabytes": round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1),
        "clinics": sum(path.is_dir() for path in (folder / "clinics").glob("*")),
    }
