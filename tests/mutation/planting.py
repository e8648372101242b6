"""Clean patients that differ from each other, single faults in some of them, and both as the cells of CSV files."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from pipelines.contract.fields import FIELDS, ITEM_FIELDS
from pipelines.contract.tables import TABLES
from pipelines.rules.catalogue import BY_CODE
from tests.unit.expectations import clinic, faults_of_care
from tests.unit.expectations.clinic import SESSION, STATE, Fault, Patient, Row

Pair = tuple[str, str, str]
# Columns that only a mapping or a delivery with dates can bring, and what is no fault of a single record.
_NOT_IN_A_FILE = {"scale_form", "score_source", "period", "reference_group"}
_OF_WHOLE_DELIVERIES = "KAP-D"
# What may differ from patient to patient without touching another group.
_GROUPS: tuple[dict[str, tuple[int, int]], ...] = (
    {"onset_minutes": (2, 12), "effect_minutes": (20, 90), "cadss_peak": (0, 40), "sedation_peak": (2, 5)},
    {"monitoring_minutes": (30, 90), "recovery_minutes": (20, 80)},
    {"integration_minutes": (15, 90), "integration_after_minutes": (30, 2800)},
    {"spo2_min": (93, 100)},
)
_READINGS = ("sbp_pre", "sbp_peak", "sbp_end", "dbp_pre", "dbp_peak", "dbp_end")
_DOSES = ("dose_mg", "dose_mg_per_kg", "weight_kg", "dosing_minutes", "route", "drug", "condition")
# In these rows nothing else of the patient leans on the record: a session, a score, a course, a contact, an event.
_HOST_ROWS = {"sessions": 2, "scores": 3, "courses": 0, "contacts": 0, "adverse_events": 0}
# A number of seven digits is refused at the door before any rule reads it.
_REFUSED_AT_THE_DOOR = ("KAP-R01", "record_version")
# What a fault leans on beside the fields it changes.
_LEANS_ON = {
    "KAP-X08": {"monitoring_minutes"},
    "KAP-S14": {"monitoring_minutes"},
    "KAP-X44": {"sbp_pre"},
}
_CELL_RULES = ("KAP-T01", "KAP-T02", "KAP-T03", "KAP-T04", "KAP-R01")


@dataclass(frozen=True)
class Carrier:
    """A patient with one fault: `expected` failures by rule, table and column."""

    patient: Patient
    expected: Counter[Pair]


def clean_patient(draw: random.Random, untouched: Iterable[str] = ()) -> Patient:
    """A patient that breaks no rule, with a contact and an event; fields in `untouched` keep their values."""
    patient = Patient(contacts=[dict(clinic.CONTACT)], adverse_events=[dict(clinic.ADVERSE_EVENT)])
    return _varied(patient, draw, frozenset(untouched))


def carrier(draw: random.Random) -> Carrier:
    """A random fault in a random patient."""
    fault = draw.choice(_PLANTABLE) if draw.random() < 0.7 else _cell_fault(draw)
    touched = frozenset(fault.changes) - set(STATE) | _LEANS_ON.get(fault.code, set())
    touched |= {name for marker in ("damaged", "unknown") for name in fault.changes.get(marker, ())}
    patient = _varied(deepcopy(fault.patient) if fault.patient else Patient(), draw, touched)
    if fault.table in ("contacts", "adverse_events") and not fault.patient:
        getattr(patient, fault.table).append(
            dict(clinic.CONTACT if fault.table == "contacts" else clinic.ADVERSE_EVENT)
        )
    if fault.changes:
        getattr(patient, fault.table)[fault.row] |= fault.changes
    return Carrier(patient, Counter({(fault.code, fault.table, column): fault.n for column in fault.found_in}))


def files(patients: Sequence[Patient], clinic_id: str, draw: random.Random) -> tuple[dict[str, str], dict[str, int]]:
    """The text of each table's CSV file, rows in random order, and how many rows it holds."""
    texts, rows_n = {}, {}
    for table in TABLES.values():
        columns = [name for name in table.columns if name not in _NOT_IN_A_FILE]
        lines = []
        for number, patient in enumerate(patients):
            for row in getattr(patient, table.name):
                lines += _lines(row, columns, clinic_id, f"p{number:05d}")
        if lines:
            draw.shuffle(lines)
            texts[table.name] = "\n".join([",".join(columns), *lines]) + "\n"
            rows_n[table.name] = len(lines)
    return texts, rows_n


def _plantable() -> list[Fault]:
    """Faults of a single record or patient that a plain file can bring."""
    return [
        replace(fault, n=2) if fault.code == "KAP-V05" else fault
        for fault in (*clinic.FAULTS, *faults_of_care.FAULTS)
        if not fault.code.startswith(_OF_WHOLE_DELIVERIES) and not _NOT_IN_A_FILE & set(fault.changes)
    ]


def _cell_fault(draw: random.Random) -> Fault:
    """An unreadable cell, an unknown word or a number out of its limits in any column of any table."""
    code = draw.choice(_CELL_RULES)
    usable = [
        (table, column)
        for table, column in BY_CODE[code].applies
        if table in _HOST_ROWS
        and column not in _NOT_IN_A_FILE
        and column != "clinic_id"
        and (code, column) != _REFUSED_AT_THE_DOOR
    ]
    table, column = draw.choice(usable)
    cell = draw.choice(ITEM_FIELDS[:9]) if column == "items" else column
    if code == "KAP-R01":
        change: Row = {cell: FIELDS[cell].maximum + draw.choice((1, 7, 1000))}  # type: ignore[operator]
    else:
        change = {cell: None, "unknown" if code == "KAP-T04" else "damaged": [cell]}
    return Fault(code, table, (column,), change, row=2 if column == "items" else _HOST_ROWS[table])


def _varied(patient: Patient, draw: random.Random, touched: frozenset[str]) -> Patient:
    """Other values in every group of fields that the patient's sessions still have as usual and no fault touches."""
    patient.scores = [row for row in patient.scores if not _NOT_IN_A_FILE & {name for name in row if row[name]}]
    sessions = patient.sessions

    def is_free(names: Iterable[str]) -> bool:
        usual = all(row.get(name) == SESSION[name] for row in sessions for name in names if name != "sbp_end")
        return usual and touched.isdisjoint(names)

    for group in _GROUPS:
        if is_free(group) and touched.isdisjoint(_READINGS):
            for row in sessions:
                row |= {name: draw.randint(*limits) for name, limits in group.items()}
    if is_free(_READINGS):
        for row in sessions:
            systolic, diastolic = draw.randint(100, 138), draw.randint(60, 86)
            rise = draw.randint(4, 30)
            row |= {"sbp_pre": systolic, "sbp_peak": systolic + rise, "sbp_end": min(140, systolic + rise // 3)}
            row |= {"dbp_pre": diastolic, "dbp_peak": diastolic + rise // 2, "dbp_end": min(90, diastolic + rise // 6)}
    if is_free(_DOSES):
        weight = draw.randint(50, 110)
        for row in sessions:
            per_kg = draw.choice((0.5, 0.6, 0.7, 0.8))
            row |= {"weight_kg": weight + draw.randint(-1, 1), "dose_mg_per_kg": per_kg}
            row["dose_mg"] = round(per_kg * row["weight_kg"], 1)
    return patient


def _lines(row: Row, columns: Sequence[str], clinic_id: str, patient_id: str) -> list[str]:
    """The line of a row; two for a key with two contents."""
    if row.get("malformed"):
        return [f"{patient_id},too,few"]
    stated = {"clinic_id": clinic_id, "patient_id": patient_id} | row
    cells = {name: _cell(stated.get(name)) for name in columns}
    cells |= dict.fromkeys(row.get("damaged", ()), "1x2 ?")
    cells |= {name: "elsewhere" if name == "clinic_id" else "mist" for name in row.get("unknown", ())}
    lines = [",".join(cells.values())]
    if "KAP-V05" in row.get("quarantined_by", ()):
        lines.append(",".join((cells | {"total": _cell(row["total"] + 1)}).values()))
    return lines


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(value) if isinstance(value, list) else str(value)


_PLANTABLE = _plantable()
