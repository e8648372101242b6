"""A clean clinic for tests, and one planted fault per rule: what is changed, and which (table, column) must find it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipelines.contract.tables import TABLES
from tests.unit.expectations.records import (
    ADVERSE_EVENT,
    CONTACT,
    ESKETAMINE,
    SESSION,
    STATE,
    STATE_TYPES,
    Patient,
    Row,
    clean_scores,
    score,
    sessions_on,
)


@dataclass(frozen=True)
class Fault:
    """One planted fault. Either `changes` to a row of `table`, or `patient` as a whole; `found_in` = failing columns.

    n: how many failures each of them must report.
    """

    code: str
    table: str
    found_in: tuple[str, ...]
    changes: Row = field(default_factory=dict)
    row: int = 1
    patient: Patient | None = None
    n: int = 1


def _esketamine_patient(**changes: Any) -> Patient:
    patient = Patient()
    patient.sessions[1] |= ESKETAMINE | changes
    return patient


def _doses(*doses: float) -> Patient:
    patient = Patient(sessions=[])
    patient.sessions = sessions_on(0, 14, 28, 42, route="sublingual", dose_mg_per_kg=None)
    for session, dose in zip(patient.sessions, doses, strict=True):
        session["dose_mg"] = dose
    return patient


def _scores(*rows: Row) -> Patient:
    return Patient(scores=[*clean_scores(), *rows])


def _damaged(column: str) -> Row:
    return {column: None, "damaged": [column]}


def _unknown(column: str) -> Row:
    return {column: None, "unknown": [column]}


def _contact(**changes: Any) -> Patient:
    return Patient(contacts=[CONTACT | changes])


def _event(**changes: Any) -> Patient:
    return Patient(adverse_events=[ADVERSE_EVENT | changes])


def _not_assessed() -> Patient:
    patient = _event()
    patient.sessions[1] |= {"ae_assessed": False}
    return patient


def _delivery(code: str, column: str, counts: Row) -> Fault:
    return Fault(code, "deliveries", (column,), counts)


S, Q, C, N, E = "sessions", "scores", "courses", "contacts", "adverse_events"
FAULTS: tuple[Fault, ...] = (
    Fault("KAP-K01", S, ("",), dict.fromkeys((*SESSION, "session_day")) | {"malformed": True}, row=2),
    Fault("KAP-K02", S, ("route",), {"route": None}, row=2),
    Fault("KAP-K02", Q, ("scale",), {"scale": None}),
    Fault("KAP-K02", C, ("condition",), {"condition": None}, row=0),
    Fault("KAP-K03", S, ("clinic_id",), {"unknown": ["clinic_id"]}, row=2),
    Fault("KAP-V05", Q, ("",), {"quarantined_by": ["KAP-V05"], "state": "quarantined"}),
    Fault("KAP-A01", S, ("",), {"dose_mg": None, "dose_mg_per_kg": None}),
    Fault("KAP-A02", S, ("therapist_presence",), {"therapist_presence": None}),
    Fault("KAP-A03", S, ("ae_assessed",), {"ae_assessed": None}),
    Fault("KAP-A04", S, ("weight_kg",), {"weight_kg": None, "dose_mg_per_kg": None}),
    Fault(
        "KAP-A05",
        S,
        ("condition",),
        patient=Patient(
            sessions=[SESSION | {"session_day": 0, "condition": None}],
            scores=[score("phq9", -1, "baseline", 9)],
            courses=[],
        ),
    ),
    Fault("KAP-A06", C, ("followed_through",), {"followed_through": None}, row=0),
    Fault("KAP-A07", C, ("stop_reason",), {"stop_reason": None}, row=0),
    Fault("KAP-A08", E, ("serious",), patient=_event(serious=None)),
    Fault("KAP-K02", N, ("kind",), patient=_contact(kind=None)),
    Fault("KAP-K02", E, ("event",), patient=_event(event=None)),
    Fault("KAP-T01", N, ("minutes",), patient=_contact(**_damaged("minutes"))),
    Fault("KAP-T02", E, ("resolved",), patient=_event(**_damaged("resolved"))),
    Fault("KAP-T04", N, ("modality",), patient=_contact(**_unknown("modality"))),
    Fault("KAP-T04", E, ("event",), patient=_event(**_unknown("event"))),
    Fault("KAP-R01", N, ("minutes",), patient=_contact(minutes=1441)),
    Fault("KAP-R02", E, ("session_day",), patient=_event(session_day=5001)),
    Fault("KAP-R15", N, ("contact_day",), patient=_contact(contact_day=-366)),
    Fault("KAP-T01", S, ("onset_minutes",), _damaged("onset_minutes")),
    Fault("KAP-T01", Q, ("items",), _damaged("item_02"), row=2),
    Fault("KAP-T02", S, ("preparation_done",), _damaged("preparation_done")),
    Fault("KAP-T03", S, ("course_id",), _damaged("course_id"), row=2),
    Fault("KAP-T04", S, ("route",), _unknown("route"), row=2),
    Fault("KAP-T04", C, ("sex",), _unknown("sex"), row=0),
    Fault("KAP-R01", S, ("sedation_peak",), {"sedation_peak": 9}),
    Fault("KAP-R02", S, ("session_day",), {"session_day": 5001}, row=2),
    Fault("KAP-R03", Q, ("score_day",), {"score_day": -366}),
    Fault("KAP-R04", S, ("dose_mg",), {"dose_mg": 501.0}),
    Fault("KAP-R05", S, ("dose_mg_per_kg",), {"dose_mg_per_kg": 4.6}),
    Fault("KAP-R06", S, ("dose_mg",), patient=_esketamine_patient(dose_mg=57.0, dose_mg_per_kg=0.5)),
    Fault("KAP-R07", S, ("dose_mg",), {"dose_mg": 160.0, "dose_mg_per_kg": None}),
    Fault("KAP-R08", S, ("dose_mg_per_kg",), {"dose_mg": None, "dose_mg_per_kg": 1.6}),
    Fault(
        "KAP-R09",
        S,
        ("weight_kg",),
        patient=Patient(sessions=sessions_on(0, 14, 28, weight_kg=190.0, dose_mg_per_kg=None)),
        n=3,
    ),
    Fault("KAP-R10", S, ("dosing_minutes",), {"dosing_minutes": 15}),
    Fault("KAP-R11", S, ("spo2_min",), {"spo2_min": 91}),
    Fault("KAP-R12", S, ("sbp_pre",), {"dbp_pre": 91, "dbp_peak": 95}),
    Fault("KAP-R13", S, ("sbp_peak",), {"sbp_peak": 181}),
    Fault("KAP-R14", S, ("monitoring_minutes",), patient=_esketamine_patient(recovery_minutes=59)),
    Fault("KAP-Q01", Q, ("scale",), _unknown("scale")),
    Fault("KAP-Q02", Q, ("items",), {"item_03": 4}, row=2),
    Fault("KAP-Q03", Q, ("items",), {"item_10": 0}, row=2),
    Fault("KAP-Q04", Q, ("total",), {"total": 28}),
    Fault("KAP-Q05", Q, ("total",), {"total": 62}, row=3),
    Fault("KAP-Q06", Q, ("total",), {"total": 13}, row=0),
    Fault("KAP-Q07", Q, ("",), {"total": None}),
    Fault("KAP-Q08", Q, ("total",), {"total": 9}, row=6),
    Fault("KAP-Q09", Q, ("items",), {"item_01": None, "item_02": None, "item_03": None}, row=2),
    Fault("KAP-Q10", Q, ("items",), {"item_09": None}, row=2),
    Fault(
        "KAP-Q11",
        Q,
        ("items",),
        {f"item_{number:02d}": 1 for number in range(1, 10)},
        row=2,
        # Item 9 is positive: the patient is seen soon.
        patient=Patient(contacts=[CONTACT | {"contact_day": 42, "kind": "follow_up"}]),
    ),
    Fault("KAP-Q12", Q, ("respondent",), {"respondent": "proxy"}, row=3),
    Fault("KAP-Q13", Q, ("scale_form",), {"scale_form": "ybocs_ii"}, row=5),
    Fault("KAP-Q14", Q, ("score_source",), {"score_source": None}, row=8),
    Fault("KAP-S01", Q, ("administration",), {"administration": "baseline"}, row=3),
    Fault("KAP-S02", Q, ("administration",), {"score_day": -2}, row=3),
    Fault("KAP-S03", Q, ("administration",), {"score_day": 15}),
    Fault("KAP-S04", Q, ("score_day",), patient=_scores(score("who5", 53, "follow_up", 60))),
    Fault("KAP-S05", Q, ("score_day",), {"score_day": 89}, row=7),
    Fault("KAP-S06", S, ("session_day",), {"session_day": 0, "session_id": "s2"}, row=2, n=2),
    Fault("KAP-S07", S, ("session_day",), patient=Patient(sessions=[SESSION | {"session_day": 14}])),
    Fault("KAP-X01", S, ("sbp_end", "dbp_end"), {"dbp_end": 126}),
    Fault("KAP-X02", S, ("sbp_peak",), {"sbp_peak": 119, "sbp_end": 110}),
    Fault("KAP-X03", S, ("dose_mg_per_kg",), {"dose_mg": 38.0}),
    Fault("KAP-X04", S, ("dose_mg",), patient=_doses(50, 50, 50, 500)),
    Fault("KAP-X05", S, ("integration_minutes",), {"therapist_presence": "none"}),
    Fault("KAP-X06", S, ("adjustment_direction",), {"adjustment_direction": "none"}),
    Fault("KAP-X07", S, ("dose_adjustments_n",), {"dose_adjustments_n": 0}),
    Fault("KAP-X08", S, ("onset_minutes",), {"onset_minutes": 131}),
    Fault("KAP-X09", S, ("intensity_0_10",), {"intensity_0_10": 0}),
    Fault("KAP-X10", S, ("drug",), {"drug": "esketamine"}),
    Fault("KAP-X11", S, ("condition",), {"condition": "ptsd"}),
    Fault("KAP-X12", C, ("stop_reason",), {"status": "active", "followed_through": "month_3"}, row=0),
    Fault("KAP-X13", C, ("secondary_conditions",), {"secondary_conditions": ["anxiety", "trd"]}, row=0),
    Fault("KAP-X14", S, ("patient_id",), patient=Patient(scores=[])),
    Fault("KAP-X15", Q, ("patient_id",), patient=Patient(sessions=[], courses=[])),
    Fault("KAP-X16", C, ("patient_id",), patient=Patient(sessions=[], scores=[])),
    Fault(
        "KAP-X17",
        N,
        ("patient_id",),
        patient=Patient(sessions=[], scores=[], courses=[], contacts=[dict(CONTACT)]),
    ),
    Fault("KAP-X18", E, ("session_day",), patient=_event(session_day=15)),
    Fault("KAP-X19", E, ("event",), patient=_not_assessed()),
    Fault("KAP-X20", E, ("serious",), patient=_event(event="hospitalisation", severity="severe")),
    _delivery(
        "KAP-D01",
        "quarantined_pct",
        {"receipt": 11, "records_n": 100, "quarantined_n": 21, "conflict_keys_n": 0, "keys_n": 79},
    ),
    _delivery(
        "KAP-D02",
        "conflict_pct",
        {"receipt": 12, "records_n": 200, "quarantined_n": 12, "conflict_keys_n": 6, "keys_n": 100},
    ),
    _delivery(
        "KAP-D03", "keys_n", {"receipt": 13, "records_n": 5, "quarantined_n": 5, "conflict_keys_n": 0, "keys_n": 0}
    ),
    _delivery(
        "KAP-D07",
        "lost_pct",
        {"receipt": 14, "records_n": 79, "keys_n": 79, "standing_n": 100, "unconfirmed_loss_n": 21},
    ),
    Fault(
        "KAP-D04",
        Q,
        ("ybocs",),
        patient=_scores(
            *(score("ybocs", day, "follow_up", 45, respondent="clinician", receipt=2) for day in (60, 80, 100))
        ),
    ),
    Fault(
        "KAP-D05",
        Q,
        ("peg",),
        patient=_scores(*(score("peg", day, "follow_up", 21, receipt=3) for day in (60, 80, 100))),
    ),
    Fault(
        "KAP-D06",
        Q,
        ("who5",),
        patient=_scores(*(score("who5", 60 + 20 * k, "follow_up", 13, receipt=4) for k in range(20))),
    ),
    Fault(
        "KAP-D08",
        Q,
        ("pcl5",),
        patient=_scores(*(score("pcl5", 60 + 30 * k, "follow_up", 17 + k, receipt=5) for k in range(50))),
    ),
    Fault("KAP-D09", Q, ("bdi_ii",), patient=_scores(score("bdi_ii", 160, "follow_up", 21, receipt=6))),
)
# A fault of a clinic as a whole, which no clinic with the events above can have: one patient's three sessions, events
# asked for in each, and no adverse_events.
SILENT = Fault("KAP-X21", S, ("ae_assessed",), patient=Patient(), n=3)


def clean_patients(n: int = 20) -> list[Patient]:
    """Patients that break no rule and together give every rule something to judge."""
    patients = [Patient() for _ in range(n)]
    patients[0].sessions[1] |= ESKETAMINE
    patients[1].courses[0] |= {"status": "active", "stop_reason": None, "followed_through": "month_3"}
    patients[1].contacts = [dict(CONTACT), CONTACT | {"contact_day": 15, "kind": "integration", "modality": "remote"}]
    # So many that the guard of a long series speaks, and some below the DSM-IV PCL's lowest total.
    patients[2].scores += [score("pcl5", 60 + 30 * k, "follow_up", 10 + k) for k in range(50)]
    in_hospital = {"event": "hospitalisation", "severity": "severe", "serious": True}
    patients[1].adverse_events = [dict(ADVERSE_EVENT), ADVERSE_EVENT | in_hospital]
    return patients


def planted(fault: Fault) -> Patient | None:
    """The patient that carries a fault; None when the fault is a delivery."""
    if fault.table == "deliveries":
        return None
    patient = deepcopy(fault.patient) if fault.patient else Patient()
    if fault.changes:
        getattr(patient, fault.table)[fault.row] |= fault.changes
    return patient


CLEAN_DELIVERIES: list[Row] = [
    {"receipt": receipt, "records_n": 100, "quarantined_n": 20, "conflict_keys_n": 5, "keys_n": 100}
    | {"standing_n": 100, "unconfirmed_loss_n": 20}
    for receipt in (1, 2, 3, 4, 5, 6)
]


def write(patients: list[Patient], deliveries: list[Row], folder: Path, prefix: str = "patient") -> dict[str, Path]:
    """The relations of a clinic as Parquet, as validate_clinic takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    with duckdb.connect() as connection:
        for table in TABLES.values():
            rows = []
            for number, patient in enumerate(patients):
                for row in getattr(patient, table.name):
                    ids = {"clinic_id": "north", "patient_id": f"{prefix}-{number}", "row_number": len(rows) + 1}
                    rows.append((STATE | ids | row) if not row.get("malformed") else STATE | row)
            types = {each.name: each.sql_type for each in table.fields} | STATE_TYPES
            frame = pd.DataFrame(rows, columns=list(types)).astype(object)
            frame = frame.where(frame.notna(), None)
            connection.execute(
                f"CREATE OR REPLACE TABLE given ({', '.join(f'{name} {kind}' for name, kind in types.items())})"
            )
            # Many rows a statement: one by one they take longer to write than to judge.
            one = f"({', '.join('?' * len(types))})"
            for part in (frame.iloc[start : start + 100] for start in range(0, len(frame), 100)):
                values = ", ".join([one] * len(part))
                connection.execute(f"INSERT INTO given VALUES {values}", part.to_numpy().ravel().tolist())
            paths[table.name] = folder / f"{table.name}.parquet"
            connection.execute(f"COPY given TO '{paths[table.name]}' (FORMAT parquet)")
    paths["deliveries"] = folder / "deliveries.parquet"
    columns = ["receipt", "records_n", "quarantined_n", "conflict_keys_n", "keys_n", "standing_n", "unconfirmed_loss_n"]
    columns += ["earlier_deliveries_n", "earlier_median_n"]
    pd.DataFrame(deliveries, columns=columns).fillna(0).astype("int64").to_parquet(paths["deliveries"])
    return paths
