"""Reading a ReleasedTable: the type guard, the choice of rows, and why a number is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import ALL, CONDITIONS, PRIMARY, PRIMARY_SCALES, REPORTED_ROUTES, TIMEPOINTS

Row = Mapping[str, Any]

# `none` is said of a combination that does not exist, and is shown as nothing.
REASONS = ("withheld", "too_few", "not_defined", "no_data", "none")
# States in which a page shows no number, though the table of a `clinic` release may hold one.
SILENT = ("withheld", "not_enough", "none")


@dataclass(frozen=True)
class Scope:
    """What a page is about: one clinic, or `all` for the network, at one timepoint."""

    clinic_id: str = ALL
    timepoint: str = TIMEPOINTS[0]


def released(table: object, name: str | None = None) -> ReleasedTable:
    """`table` itself when it is a ReleasedTable (called `name`). TypeError otherwise: nothing else is ever drawn."""
    if not isinstance(table, ReleasedTable):
        raise TypeError(f"only a ReleasedTable is shown, not {type(table).__name__}")
    if name is not None and table.name != name:
        raise TypeError(f"this shows the table {name}, not {table.name}")
    return table


def rows(table: ReleasedTable | None, **keys: str) -> list[dict[str, Any]]:
    """Rows whose key columns hold these values, as dicts; a number not shown is None. No table = no row."""
    if table is None:
        return []
    wanted = tuple(keys.items())
    records = _records(released(table))
    return [dict(record) for record in records if all(record[name] == value for name, value in wanted)]


# A page asks for rows some hundred times; each table is turned into dicts once.
_READ: WeakKeyDictionary[ReleasedTable, list[dict[str, Any]]] = WeakKeyDictionary()


def _records(table: ReleasedTable) -> list[dict[str, Any]]:
    found = _READ.get(table)
    if found is None:
        nothing: Any = None
        frame = table.frame
        columns = [frame[column].to_numpy(dtype=object, na_value=nothing) for column in frame.columns]
        found = [dict(zip(frame.columns, values, strict=True)) for values in zip(*columns, strict=True)]
        _READ[table] = found
    return found


def row(table: ReleasedTable | None, **keys: str) -> dict[str, Any] | None:
    """The one row with these keys, or None."""
    found = rows(table, **keys)
    return found[0] if found else None


def number(record: Row | None, column: str) -> float | None:
    """The number of that column, None when it is not shown. KeyError for a column that the contract does not have."""
    if record is None:
        return None
    value = record[column]
    return None if value is None or pd.isna(value) else float(value)


def why_empty(record: Row | None, column: str) -> str:
    """One of REASONS: why that column of this row is empty (`column:reason;...`); `no_data` when nothing is said."""
    stated = str((record or {}).get("empty_because") or "")
    reasons = dict(part.split(":", 1) for part in stated.split(";") if ":" in part)
    reason = reasons.get(column, "no_data").strip()
    return reason if reason in REASONS else "no_data"


def state(record: Row | None, column: str) -> str:
    """How a figure is shown: `reportable`, `imprecise`, `not_enough`, or one of REASONS."""
    if record is None:
        return "no_data"
    evidence = str(record.get("evidence") or "")
    if evidence in SILENT:
        return evidence
    if number(record, column) is None:
        return why_empty(record, column)
    return evidence if evidence == "imprecise" else "reportable"


def for_clinic(table: ReleasedTable, clinic_id: str) -> ReleasedTable:
    """The same table with this clinic's rows only: no other clinic, and not `all`."""
    frame = released(table).frame
    own = replace(table, frame=frame[frame["clinic_id"] == clinic_id].reset_index(drop=True))
    if table in _READ:
        _READ[own] = [record for record in _READ[table] if record["clinic_id"] == clinic_id]
    return own


def conditions_in(records: list[dict[str, Any]]) -> list[str]:
    """The conditions of these rows in the order of the contract, `all` left out."""
    present = {record["condition"] for record in records}
    return [condition for condition in CONDITIONS if condition in present]


def routes_in(records: list[dict[str, Any]]) -> list[str]:
    """The routes of these rows in the order of the contract, `all` left out."""
    present = {record["route"] for record in records}
    return [route for route in REPORTED_ROUTES if route in present]


def primary_rows(table: ReleasedTable | None, scope: Scope) -> list[dict[str, Any]]:
    """The rows of outcomes_by_route_condition on the primary scale within the scope."""
    return rows(table, clinic_id=scope.clinic_id, scale=PRIMARY, timepoint=scope.timepoint)


def main_scale(table: ReleasedTable | None, scope: Scope, condition: str) -> str | None:
    """The scale that shows a condition's change: of its primary list, the one with most people analysed."""
    found = {
        record["scale"]: number(record, "n_analysed") or 0.0
        for record in rows(table, clinic_id=scope.clinic_id, condition=condition, route=ALL, timepoint=scope.timepoint)
    }
    listed = [scale for scale in PRIMARY_SCALES.get(condition, ()) if scale in found]
    return max(listed, key=lambda scale: found[scale]) if listed else None
