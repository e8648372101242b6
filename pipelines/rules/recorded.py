"""Rules on fields that a clinic's record leaves empty. A value that another rule set aside is not counted again.

Only what a session's dose, its watching and its outcome rest on warns; the rest is counted for the reader.
"""

from __future__ import annotations

from pipelines.rules.rule import Rule
from pipelines.rules.softer import COUNTED, GAPS, SLIPS, Pair, Tolerated, softer

_NOT_IN_RECORD = "the field is not part of the clinic's record, or is kept elsewhere"
_DELIVER = "record it, or map a column of the export to it; an empty field is never taken for a no"
_BY_CLINIC_STAFF = "route NOT IN ('sublingual', 'oral')"
_READ_BEFORE = "(sbp_pre IS NOT NULL OR dbp_pre IS NOT NULL)"
_BOTH_EMPTY = "sbp_{stage} IS NULL AND dbp_{stage} IS NULL"
_PAIR_AS_DELIVERED = "NOT list_has_any(set_aside, ['sbp_{stage}', 'dbp_{stage}'])"


def _filled(
    code: str,
    table: str,
    columns: tuple[str, ...],
    tolerated: Tolerated,
    sentence: str,
    population: str = "TRUE",
    violation: str = '"{column}" IS NULL',
    cause: str = _NOT_IN_RECORD,
    remedy: str = _DELIVER,
    as_delivered: str = "NOT list_contains(set_aside, '{column}')",
) -> Rule:
    pairs: tuple[Pair, ...] = tuple((table, column) for column in columns)
    stated = f"{as_delivered} AND ({population})"
    return softer(code, "completeness", pairs, tolerated, sentence, cause, remedy, stated, violation, level="field")


RULES: tuple[Rule, ...] = (
    _filled(
        "KAP-A09",
        "sessions",
        ("sbp_pre",),
        GAPS,
        "A clinic that reads blood pressure reads it before dosing (label of esketamine; for others a proposal).",
        f"clinic_reads_pressure AND {_BY_CLINIC_STAFF}",
        _BOTH_EMPTY,
        as_delivered=_PAIR_AS_DELIVERED,
    ),
    _filled(
        "KAP-A10",
        "sessions",
        ("sbp_peak",),
        GAPS,
        "A session with a blood pressure before dosing has the highest one during it.",
        _READ_BEFORE,
        _BOTH_EMPTY,
        as_delivered=_PAIR_AS_DELIVERED,
    ),
    _filled(
        "KAP-A11",
        "sessions",
        ("sbp_end",),
        GAPS,
        "A session with a blood pressure before dosing has one at its end.",
        _READ_BEFORE,
        _BOTH_EMPTY,
        "the patient left before the last reading, or it stands in a note",
        as_delivered=_PAIR_AS_DELIVERED,
    ),
    _filled(
        "KAP-A12",
        "sessions",
        ("sbp_pre", "sbp_peak", "sbp_end"),
        SLIPS,
        "Systolic and diastolic blood pressure are recorded together.",
        "sbp_{stage} IS NOT NULL OR dbp_{stage} IS NOT NULL",
        "sbp_{stage} IS NULL OR dbp_{stage} IS NULL",
        "a column of the export that was not mapped, or a reading typed as one",
        "map both columns, or correct the reading",
        as_delivered=_PAIR_AS_DELIVERED,
    ),
    _filled("KAP-A13", "sessions", ("dosing_minutes",), GAPS, "The length of an infusion is recorded.", "route = 'iv'"),
    _filled(
        "KAP-A14",
        "sessions",
        ("monitoring_minutes",),
        GAPS,
        "The observation after intranasal esketamine is recorded (the label asks for two hours).",
        "route = 'intranasal' AND drug = 'esketamine'",
    ),
    _filled(
        "KAP-A15",
        "sessions",
        ("monitoring_minutes", "recovery_minutes"),
        COUNTED,
        "The lengths of monitoring and of recovery are recorded.",
        "NOT ('{column}' = 'monitoring_minutes' AND route = 'intranasal' AND drug = 'esketamine')",
    ),
    _filled(
        "KAP-A16",
        "sessions",
        ("spo2_min",),
        COUNTED,
        "A session whose blood pressure is read has its lowest oxygen saturation too.",
        _READ_BEFORE,
    ),
    _filled(
        "KAP-A17",
        "sessions",
        ("onset_minutes", "effect_minutes", "intensity_0_10"),
        COUNTED,
        "Onset, length and intensity of the experience are recorded.",
    ),
    _filled("KAP-A18", "sessions", ("dose_adjustments_n",), COUNTED, "It is recorded whether the dose was adjusted."),
    _filled("KAP-A19", "sessions", ("completed",), COUNTED, "It is recorded whether the session was completed."),
    _filled(
        "KAP-A20",
        "sessions",
        ("preparation_done", "intention_set"),
        COUNTED,
        "It is recorded whether the session was prepared and an intention set.",
    ),
    _filled(
        "KAP-A21",
        "sessions",
        ("integration_minutes",),
        COUNTED,
        "It is recorded how long integration took; 0 says that there was none.",
    ),
    _filled(
        "KAP-A22",
        "sessions",
        ("integration_after_minutes",),
        COUNTED,
        "A session with integration says how long after dosing it began.",
        "integration_minutes > 0",
    ),
    _filled(
        "KAP-A23",
        "sessions",
        ("year",),
        COUNTED,
        "A session has its calendar year or month.",
        violation="year IS NULL AND period IS NULL",
        cause="days alone are exported",
        remedy="deliver the year: without it nothing is told by calendar year",
    ),
    _filled(
        "KAP-A24",
        "scores",
        ("administration",),
        COUNTED,
        "A score says on which occasion it was asked.",
        violation="administration IS NULL OR administration = 'unspecified'",
        remedy="label baseline, pre_session, post_session and follow_up; the day alone decides until then",
    ),
    _filled("KAP-A25", "scores", ("respondent",), COUNTED, "A score says who answered."),
    _filled("KAP-A26", "adverse_events", ("severity",), GAPS, "An adverse event says how severe it was."),
    _filled(
        "KAP-A27",
        "adverse_events",
        ("related", "resolved", "onset_minutes"),
        COUNTED,
        "An adverse event says whether it was related, when it began and whether it is over.",
    ),
    _filled(
        "KAP-A28",
        "contacts",
        ("minutes",),
        GAPS,
        "A contact that took place says how long it was.",
        "coalesce(attended, TRUE)",
    ),
    _filled("KAP-A29", "contacts", ("modality",), COUNTED, "A contact says how they met."),
    _filled(
        "KAP-A30",
        "courses",
        ("age_band", "sex", "failed_trials_n", "enrolment_year"),
        COUNTED,
        "A course says who its patient is: age, sex, failed trials, year of enrolment.",
        remedy="deliver it: without it no group of patients can be compared with a published one",
    ),
    _filled(
        "KAP-A31",
        "courses",
        ("benzodiazepine", "lamotrigine", "opioid_antagonist"),
        COUNTED,
        "A course says which medicines its patient takes that may change the response.",
    ),
    _filled("KAP-A32", "courses", ("status",), COUNTED, "A course says in which state it is."),
)
