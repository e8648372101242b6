"""Records of a clean clinic for tests: one of each table, the scores of a patient, a patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
STATE = {"receipt": 1, "malformed": False, "damaged": [], "unknown": [], "quarantined_by": [], "state": "accepted"}
STATE_TYPES = {
    "receipt": "INTEGER",
    "row_number": "BIGINT",
    "malformed": "BOOLEAN",
    "damaged": "VARCHAR[]",
    "unknown": "VARCHAR[]",
    "quarantined_by": "VARCHAR[]",
    "state": "VARCHAR",
}
SESSION: Row = {
    "course_id": "c1",
    "year": 2024,
    "condition": "trd",
    "route": "iv",
    "drug": "ketamine",
    "dose_mg": 35.0,
    "dose_mg_per_kg": 0.5,
    "weight_kg": 70.0,
    "dose_adjustments_n": 1,
    "adjustment_direction": "up",
    "onset_minutes": 5,
    "effect_minutes": 50,
    "intensity_0_10": 6,
    "target_effect_reached": True,
    "dosing_minutes": 40,
    "monitoring_minutes": 30,
    "recovery_minutes": 60,
    "therapist_presence": "in_room_throughout",
    "preparation_done": True,
    "intention_set": True,
    "completed": True,
    "integration_minutes": 45,
    "integration_after_minutes": 60,
    "sbp_pre": 120,
    "dbp_pre": 80,
    "sbp_peak": 140,
    "dbp_peak": 90,
    "sbp_end": 125,
    "dbp_end": 82,
    "spo2_min": 97,
    "cadss_peak": 20,
    "sedation_peak": 4,
    "ae_assessed": True,
    "record_version": 1,
    "record_status": "active",
}
ESKETAMINE: Row = {
    "route": "intranasal",
    "drug": "esketamine",
    "dose_mg": 56.0,
    "dose_mg_per_kg": None,
    "monitoring_minutes": 60,
    "recovery_minutes": 60,
}
COURSE: Row = {
    "course_id": "c1",
    "condition": "trd",
    "secondary_conditions": ["anxiety"],
    "enrolment_year": 2024,
    "age_band": "35-44",
    "sex": "female",
    "eligible": True,
    "failed_trials_n": 2,
    "benzodiazepine": False,
    "lamotrigine": False,
    "opioid_antagonist": False,
    "status": "completed",
    "stop_reason": "completed_plan",
    "followed_through": "month_6",
    "record_version": 1,
    "record_status": "active",
}
CONTACT: Row = {
    "contact_day": -7,
    "kind": "consultation",
    "minutes": 50,
    "modality": "in_person",
    "attended": True,
    "record_version": 1,
    "record_status": "active",
}
ADVERSE_EVENT: Row = {
    "session_day": 14,
    "event": "nausea",
    "severity": "mild",
    "serious": False,
    "related": True,
    "onset_minutes": 30,
    "resolved": True,
    "record_version": 1,
    "record_status": "active",
}


def sessions_on(*days: int, **changes: Any) -> list[Row]:
    """Sessions on these days; no two have the same readings."""
    return [SESSION | {"session_day": day, "sbp_end": 125 + number} | changes for number, day in enumerate(days)]


def score(
    scale: str, day: int, label: str, total: float | None, answers: list[float | None] | None = None, **more: Any
) -> Row:
    """One score row; answers are items 1, 2, ..."""
    items = {f"item_{number:02d}": answer for number, answer in enumerate(answers or [], 1)}
    row: Row = {"scale": scale, "score_day": day, "administration": label, "respondent": "self", "total": total}
    return row | {"record_version": 1, "record_status": "active"} | items | more


def clean_scores() -> list[Row]:
    """Scores of one patient that break no rule. The sum of the first PHQ-9's answers is 12."""
    return [
        score("phq9", -1, "baseline", 12, [1, 2, 1, 2, 1, 2, 1, 2, 0]),
        score("phq9", 14, "post_session", 8),
        score("phq9", 40, "follow_up", None, [1, 0, 1, 0, 1, 0, 1, 0, 0]),
        score("who5", 40, "follow_up", 60),
        score("peg", 40, "follow_up", 3.33),
        score("ybocs", 40, "follow_up", 20, respondent="clinician"),
        score("bam", 40, "follow_up", None, [0, 0, 1, 2, 0, 1, 0]),
        score("audit_c", 120, "follow_up", 5),
        score("eq5d5l", 120, "follow_up", -0.285, score_source="england_5l"),
        score("bdi_ii", 120, "follow_up", 21, scale_form="own"),
    ]


@dataclass
class Patient:
    """The records of one patient before they are given ids."""

    sessions: list[Row] = field(default_factory=lambda: sessions_on(0, 14, 28))
    scores: list[Row] = field(default_factory=clean_scores)
    courses: list[Row] = field(default_factory=lambda: [dict(COURSE)])
    contacts: list[Row] = field(default_factory=list)
    adverse_events: list[Row] = field(default_factory=list)
    withdrawals: list[Row] = field(default_factory=list)
