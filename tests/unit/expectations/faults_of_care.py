"""One planted fault for each of the softer rules, and the patients that give those rules something sound to judge."""

from __future__ import annotations

from typing import Any

from tests.unit.expectations.clinic import (
    ADVERSE_EVENT,
    CONTACT,
    ESKETAMINE,
    Fault,
    Patient,
    Row,
    clean_scores,
    score,
    sessions_on,
)
from tests.unit.expectations.records import COURSE

S, Q, C, N, E = "sessions", "scores", "courses", "contacts", "adverse_events"
NO_READINGS: Row = dict.fromkeys(("sbp_pre", "dbp_pre", "sbp_peak", "dbp_peak", "sbp_end", "dbp_end"))
NO_READINGS_AT_ALL = dict(NO_READINGS) | {"spo2_min": None}
INJECTION: Row = {"route": "im", "dose_mg": 56.0, "dose_mg_per_kg": 0.8, "dosing_minutes": 2, "onset_minutes": 5}
LOZENGE: Row = {
    "route": "sublingual",
    "dose_mg": 200.0,
    "dose_mg_per_kg": None,
    "dosing_minutes": 15,
    "onset_minutes": 18,
}
NASAL: Row = ESKETAMINE | {"dosing_minutes": 20, "onset_minutes": 10}
PAIN: Row = {"condition": "chronic_pain", "dosing_minutes": 240, "dose_mg": 84.0, "dose_mg_per_kg": 1.2}
NOTHING_FELT: Row = {"intensity_0_10": 0, "effect_minutes": 0, "target_effect_reached": False, "cadss_peak": 2}
STOPPED: Row = {"completed": False, "dosing_minutes": 25, "target_effect_reached": False}
SEEN: Row = CONTACT | {"contact_day": 16, "kind": "follow_up"}
SOON: Row = SEEN | {"contact_day": 62}
POSITIVE: list[float | None] = [1, 2, 1, 2, 1, 2, 1, 2, 1]
QIDS: list[float | None] = [1, 0, 0, 0, 1, None, 1, 0, None, 1, 1, 0, 1, 0, 1, 0]


def of(
    *changes: Row,
    days: tuple[int, ...] = (0, 14, 28),
    course: Row | None = None,
    contacts: tuple[Row, ...] = (),
    events: tuple[Row, ...] = (),
    scores: tuple[Row, ...] = (),
) -> Patient:
    """A sound patient; `changes` to the sessions in turn."""
    patient = Patient(sessions=sessions_on(*days), scores=[*clean_scores(), *scores])
    for session, change in zip(patient.sessions, changes, strict=False):
        session |= change
    patient.courses[0] |= course or {}
    patient.contacts = [CONTACT | contact for contact in contacts]
    patient.adverse_events = [ADVERSE_EVENT | event for event in events]
    return patient


def _always(change: Row, **more: Any) -> Patient:
    return of(change, change, change, **more)


def _session(code: str, column: str, change: Row, **more: Any) -> Fault:
    """A fault in the patient's last session."""
    return Fault(code, S, (column,), change, row=2, **more)


def _died(*, day: int = 28, **more: Any) -> Patient:
    patient = of(events=({"session_day": day, "event": "death", "severity": "severe", "serious": True},), **more)
    patient.scores = [row for row in patient.scores if row["score_day"] <= 14]
    return patient


def _died_twice() -> Patient:
    patient = _died()
    patient.adverse_events.append(patient.adverse_events[0] | {"session_day": 14})
    return patient


def _pain(**change: Any) -> Patient:
    usual = {"condition": "chronic_pain"}
    return of(usual, usual, PAIN | change, course=usual | {"failed_trials_n": 0})


def _bipolar(*changes: Row, **more: Any) -> Patient:
    usual = {"condition": "bipolar_depression"}
    return of(*({**usual, **change} for change in (*changes, {}, {}, {})), course=usual, **more)


def _two_courses(own_sex: str = "female", **changes: Any) -> Patient:
    patient = of(course=changes | {"sex": own_sex})
    patient.courses.append(COURSE | changes | {"course_id": "c2"})
    return patient


def _both_of_a_pair() -> list[float | None]:
    answers: list[float | None] = list(QIDS)
    answers[5] = 1
    return answers


FAULTS: tuple[Fault, ...] = (
    _session("KAP-A09", "sbp_pre", NO_READINGS_AT_ALL),
    _session("KAP-A10", "sbp_peak", {"sbp_peak": None, "dbp_peak": None}),
    _session("KAP-A11", "sbp_end", {"sbp_end": None, "dbp_end": None}),
    _session("KAP-A12", "sbp_peak", {"dbp_peak": None}),
    _session("KAP-A13", "dosing_minutes", {"dosing_minutes": None}),
    _session("KAP-A14", "monitoring_minutes", NASAL | {"monitoring_minutes": None}),
    _session("KAP-A15", "recovery_minutes", {"recovery_minutes": None}),
    _session("KAP-A16", "spo2_min", {"spo2_min": None}),
    _session("KAP-A17", "onset_minutes", {"onset_minutes": None}),
    _session("KAP-A18", "dose_adjustments_n", {"dose_adjustments_n": None}),
    _session("KAP-A19", "completed", {"completed": None}),
    _session("KAP-A20", "intention_set", {"intention_set": None}),
    _session("KAP-A21", "integration_minutes", {"integration_minutes": None}),
    _session("KAP-A22", "integration_after_minutes", {"integration_after_minutes": None}),
    _session("KAP-A23", "year", {"year": None}),
    Fault("KAP-A24", Q, ("administration",), {"administration": "unspecified"}, row=3),
    Fault("KAP-A25", Q, ("respondent",), {"respondent": None}, row=3),
    Fault("KAP-A26", E, ("severity",), patient=of(events=({"severity": None},))),
    Fault("KAP-A27", E, ("related",), patient=of(events=({"related": None},))),
    Fault("KAP-A28", N, ("minutes",), patient=of(contacts=({"minutes": None},))),
    Fault("KAP-A29", N, ("modality",), patient=of(contacts=({"modality": None},))),
    Fault("KAP-A30", C, ("age_band",), {"age_band": None}, row=0),
    Fault("KAP-A31", C, ("lamotrigine",), {"lamotrigine": None}, row=0),
    Fault("KAP-A32", C, ("status",), {"status": None}, row=0),
    Fault("KAP-R16", S, ("dose_mg",), patient=_pain(dose_mg=105.0, dose_mg_per_kg=1.5)),
    _session("KAP-R17", "dosing_minutes", INJECTION | {"dosing_minutes": 31}),
    _session("KAP-R18", "dosing_minutes", LOZENGE | {"dosing_minutes": 61}),
    _session("KAP-R19", "dosing_minutes", NASAL | {"dosing_minutes": 61}),
    _session("KAP-R20", "onset_minutes", INJECTION | {"onset_minutes": 18}),
    _session("KAP-R21", "recovery_minutes", {"recovery_minutes": 300}),
    _session("KAP-R22", "integration_after_minutes", {"integration_after_minutes": 10081}),
    _session("KAP-R23", "sbp_pre", {"sbp_pre": 161, "sbp_peak": 170}),
    _session("KAP-R24", "sbp_end", {"sbp_end": 141, "sbp_peak": 150}),
    Fault(
        "KAP-Q21", Q, ("items",), patient=of(contacts=(SOON,), scores=(score("phq9", 60, "follow_up", None, [3] * 9),))
    ),
    Fault("KAP-Q22", Q, ("items",), patient=of(scores=(score("qids_sr16", 40, "follow_up", None, _both_of_a_pair()),))),
    Fault(
        "KAP-S08",
        N,
        ("contact_day",),
        patient=of(contacts=({"contact_day": -3}, {"contact_day": -5, "kind": "preparation"})),
    ),
    Fault("KAP-S09", N, ("kind",), patient=of(contacts=({"contact_day": -3, "kind": "integration"},))),
    Fault("KAP-S10", N, ("contact_day",), patient=of(contacts=({"contact_day": 43, "kind": "integration"},))),
    Fault("KAP-S11", N, ("kind",), patient=of(contacts=({"contact_day": 30, "kind": "preparation"},))),
    Fault("KAP-S12", N, ("kind",), patient=of(contacts=({"contact_day": 1},))),
    Fault("KAP-S13", N, ("contact_day",), patient=of(contacts=({"contact_day": -3, "kind": "follow_up"},))),
    Fault("KAP-S14", E, ("onset_minutes",), patient=of(events=({"onset_minutes": 131},))),
    Fault("KAP-S15", Q, ("administration",), patient=of(scores=(score("gad7", 20, "pre_session", 7),))),
    _session("KAP-S16", "year", {"year": 2026}),
    _session("KAP-S17", "period", {"period": "2025-01"}),
    Fault("KAP-S18", C, ("enrolment_year",), {"enrolment_year": 2025}, row=0),
    Fault("KAP-S19", S, ("patient_id",), patient=of(days=tuple(range(0, 26, 2)))),
    Fault("KAP-S20", E, ("session_day",), patient=_died(day=14)),
    Fault("KAP-S21", E, ("event",), patient=of(events=({"event": "suicidal_ideation"},))),
    Fault("KAP-S22", Q, ("score_day",), patient=of(scores=(score("phq9", 60, "follow_up", None, POSITIVE),))),
    Fault("KAP-S23", C, ("followed_through",), {"followed_through": "week_4"}, row=0),
    _session("KAP-X22", "dbp_end", {"dbp_end": 89, "dbp_peak": 85}),
    _session("KAP-X23", "dbp_peak", {"dbp_peak": 79, "dbp_end": 70}),
    _session("KAP-X24", "sbp_pre", {"sbp_end": 126}),
    _session("KAP-X25", "weight_kg", {"weight_kg": 78.0, "dose_mg_per_kg": None}),
    _session("KAP-X26", "weight_kg", {"weight_kg": 154.0, "dose_mg_per_kg": None}),
    _session("KAP-X27", "effect_minutes", NOTHING_FELT | {"effect_minutes": 10}),
    _session("KAP-X28", "cadss_peak", NOTHING_FELT | {"cadss_peak": 5}),
    _session("KAP-X29", "completed", STOPPED | {"dosing_minutes": 40}),
    _session("KAP-X30", "target_effect_reached", STOPPED | {"target_effect_reached": True}),
    _session("KAP-X31", "integration_after_minutes", {"integration_minutes": 0}),
    _session(
        "KAP-X32",
        "therapist_presence",
        {"therapist_presence": "integration_only", "integration_minutes": 0, "integration_after_minutes": None},
    ),
    Fault("KAP-X33", C, ("stop_reason",), {"stop_reason": "lost_contact"}, row=0),
    Fault("KAP-X34", C, ("status",), {"status": "withdrawn"}, row=0),
    Fault(
        "KAP-X35",
        C,
        ("followed_through",),
        {"status": "active", "stop_reason": None, "followed_through": "month_6"},
        row=0,
    ),
    Fault("KAP-X36", C, ("eligible",), {"eligible": False}, row=0),
    Fault("KAP-X37", C, ("failed_trials_n",), {"failed_trials_n": 1}, row=0),
    Fault(
        "KAP-X38",
        C,
        ("course_id",),
        patient=_two_courses(status="active", stop_reason=None, followed_through="month_3"),
        n=2,
    ),
    Fault("KAP-X39", C, ("sex",), patient=_two_courses(sex="male", own_sex="female"), n=2),
    Fault("KAP-X40", C, ("stop_reason",), {"status": "withdrawn", "stop_reason": "adverse_event"}, row=0),
    _session("KAP-X41", "course_id", {"course_id": "c9"}),
    Fault(
        "KAP-X42",
        E,
        ("session_id",),
        patient=of({"session_id": "s1"}, {"session_id": "s2"}, {"session_id": "s3"}, events=({"session_id": "s9"},)),
    ),
    Fault("KAP-X43", E, ("severity",), patient=of(events=({"serious": True},))),
    Fault(
        "KAP-X44", E, ("event",), patient=of({}, {"sbp_peak": 140, "dbp_peak": 90}, events=({"event": "hypertension"},))
    ),
    Fault("KAP-X45", E, ("event",), patient=of({}, LOZENGE | NO_READINGS_AT_ALL, events=({"event": "hypoxia"},))),
    Fault("KAP-X46", E, ("event",), patient=_died_twice(), n=2),
    Fault("KAP-X47", E, ("event",), patient=_bipolar(events=({"event": "mania_or_hypomania"},))),
    Fault("KAP-X48", S, ("ae_assessed",), patient=_bipolar({"ae_assessed": False})),
    Fault("KAP-X49", Q, ("patient_id",), patient=_always({"condition": "ptsd"}, course={"condition": "ptsd"})),
    Fault("KAP-X50", N, ("attended",), patient=of(contacts=({"attended": False},))),
)


def sound_patients() -> list[Patient]:
    """Patients that break no rule and give the softer rules something to judge."""
    kinds = (
        {"contact_day": -20},
        {"contact_day": -9, "kind": "therapist_meeting"},
        {"contact_day": -1, "kind": "preparation"},
    )
    later = ({"contact_day": 16, "kind": "integration"}, {"contact_day": 45, "kind": "follow_up"})
    ids = [{"session_id": f"s{number}"} for number in (1, 2, 3)]
    return [
        of(NASAL, INJECTION, LOZENGE, contacts=(*kinds, *later)),
        of({"period": "2024-05"}, STOPPED, NOTHING_FELT, contacts=({"attended": False, "minutes": None},)),
        _pain(),
        _bipolar(events=({"event": "nausea"},)),
        of(
            *ids,
            course={"status": "withdrawn", "stop_reason": "adverse_event"},
            events=({"session_id": "s2"}, {"event": "hypoxia", "severity": "moderate", "serious": True}),
        ),
        of(
            {},
            {"sbp_peak": 150, "dbp_peak": 95, "therapist_presence": "integration_only"},
            events=({"event": "hypertension"},),
        ),
        of(
            contacts=(SEEN, SOON),
            events=({"event": "suicidal_ideation"},),
            scores=(score("phq9", 60, "follow_up", None, POSITIVE),),
        ),
        of(scores=(score("qids_sr16", 40, "follow_up", None, QIDS), score("gad7", 28, "pre_session", 7))),
        _died(),
    ]
