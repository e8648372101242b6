"""Rules on courses, contacts and events that must agree with each other and with the sessions and scores of a patient.

Several watch for what a clinician follows up; they count and never judge. Limits marked † have no source.
"""

from __future__ import annotations

from pipelines.rules.rule import Level, Rule, Subcategory
from pipelines.rules.softer import COUNTED, NONE, SLIPS, Pair, Tolerated, softer
from pipelines.vocabulary import PRIMARY_SCALES

# A derived scale is delivered as the form it is scored from.
_DELIVERED_AS = {"bam_use": "bam"}
# Reasons that end a course before its plan does.
_ENDED_EARLY = ("adverse_event", "cost", "moved", "withdrew_consent", "lost_contact", "contraindication")
_HYPERTENSION_MMHG = (140, 90)


def _agree(
    code: str,
    pair: Pair,
    tolerated: Tolerated,
    sentence: str,
    cause: str,
    remedy: str,
    population: str,
    violation: str,
    level: Level = "row",
    subcategory: Subcategory = "atemporal",
) -> Rule:
    return softer(
        code,
        "consistency",
        pair,
        tolerated,
        sentence,
        cause,
        remedy,
        population,
        violation,
        level=level,
        subcategory=subcategory,
    )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _without_primary_scale() -> str:
    """SQL: a condition of the patient none of whose primary scales was ever given."""
    cases = " ".join(
        f"WHEN '{condition}' THEN [{_listed(tuple(_DELIVERED_AS.get(scale, scale) for scale in scales))}]"
        for condition, scales in PRIMARY_SCALES.items()
    )
    return f"NOT list_has_any(scales, CASE condition {cases} END)"


RULES: tuple[Rule, ...] = (
    _agree(
        "KAP-X33",
        ("courses", "stop_reason"),
        SLIPS,
        "A course that was completed did not end for a reason that ends one early.",
        "the state was set to completed when the file was closed",
        "correct the state or the reason",
        "status = 'completed' AND stop_reason IS NOT NULL",
        f"stop_reason IN ({_listed(_ENDED_EARLY)})",
    ),
    _agree(
        "KAP-X34",
        ("courses", "status"),
        SLIPS,
        "A course that was withdrawn or lost did not end as planned.",
        "the reason was filled in by default",
        "correct the state or the reason",
        "status IN ('withdrawn', 'lost') AND stop_reason IS NOT NULL",
        "stop_reason = 'completed_plan'",
    ),
    _agree(
        "KAP-X35",
        ("courses", "followed_through"),
        COUNTED,
        "A course under way has not been followed for six months already.",
        "maintenance counted into the course, or a state that was not updated",
        "update the state of the course",
        "status = 'active' AND followed_through IS NOT NULL",
        "followed_through = 'month_6'",
    ),
    _agree(
        "KAP-X36",
        ("courses", "eligible"),
        SLIPS,
        "A patient found not eligible has no dosing session.",
        "eligibility was judged again later, or a box left unticked",
        "deliver the last judgement",
        "eligible IS NOT NULL AND patient_has_sessions",
        "NOT eligible",
        level="cross_table",
    ),
    _agree(
        "KAP-X37",
        ("courses", "failed_trials_n"),
        SLIPS,
        "Treatment-resistant depression comes with two failed adequate trials or more.",
        "trials counted for the present episode only, or depression recorded under the wrong condition",
        "deliver all adequate trials, or the condition mdd",
        "condition = 'trd' AND failed_trials_n IS NOT NULL",
        "failed_trials_n < 2",
    ),
    _agree(
        "KAP-X38",
        ("courses", "course_id"),
        NONE,
        "A patient has one course under way at a time.",
        "the state of an earlier course was not updated",
        "update the state of the earlier course",
        "status = 'active'",
        "patient_active_n > 1",
        subcategory="uniqueness",
    ),
    _agree(
        "KAP-X39",
        ("courses", "sex"),
        NONE,
        "A patient's courses state one sex.",
        "a slip in one of the courses, or one pseudonym given to two people",
        "correct the course, or give each patient a pseudonym of their own",
        "sex IS NOT NULL AND sex <> 'unknown'",
        "patient_sexes_n > 1",
    ),
    _agree(
        "KAP-X40",
        ("courses", "stop_reason"),
        COUNTED,
        "A course that ended for an adverse event has one on file.",
        "the event was told at a later contact, or stands in a note",
        "deliver the event",
        "stop_reason = 'adverse_event' AND clinic_has_adverse_events AND patient_has_sessions",
        "NOT patient_has_adverse_events",
        level="cross_table",
    ),
    _agree(
        "KAP-X41",
        ("sessions", "course_id"),
        SLIPS,
        "A session's course is one of its patient's courses.",
        "another numbering of courses in the two exports",
        "use one pseudonym per course in every file",
        "course_id IS NOT NULL AND patient_courses IS NOT NULL",
        "NOT list_contains(patient_courses, course_id)",
        level="cross_table",
    ),
    _agree(
        "KAP-X42",
        ("adverse_events", "session_id"),
        SLIPS,
        "An adverse event's session is one of its patient's sessions.",
        "another numbering of sessions in the two exports",
        "use one pseudonym per session in every file",
        "session_id IS NOT NULL AND patient_sessions IS NOT NULL",
        "NOT list_contains(patient_sessions, session_id)",
        level="cross_table",
    ),
    _agree(
        "KAP-X43",
        ("adverse_events", "severity"),
        COUNTED,
        "A serious event is not a mild one.",
        "serious and severe judged by different people",
        "look at the two judgements together",
        "serious AND severity IS NOT NULL",
        "severity = 'mild'",
    ),
    _agree(
        "KAP-X44",
        ("adverse_events", "event"),
        COUNTED,
        "An event of hypertension has a reading over 140/90 mmHg in its session (the label's guide).",
        "the event was judged by the rise, or the highest reading was not recorded",
        "deliver the highest readings of the session",
        "event = 'hypertension' AND highest_sbp IS NOT NULL AND highest_dbp IS NOT NULL",
        f"highest_sbp <= {_HYPERTENSION_MMHG[0]} AND highest_dbp <= {_HYPERTENSION_MMHG[1]}",
        level="cross_table",
    ),
    _agree(
        "KAP-X45",
        ("adverse_events", "event"),
        COUNTED,
        "An event of hypoxia comes with the lowest oxygen saturation of its session.",
        "the event was judged without a reading, or the lowest one was not recorded",
        "deliver the lowest reading of the session",
        "event = 'hypoxia' AND has_session",
        "lowest_spo2 IS NULL",
        level="cross_table",
    ),
    _agree(
        "KAP-X46",
        ("adverse_events", "event"),
        NONE,
        "A patient dies once.",
        "one death reported on two days, or one pseudonym given to two people",
        "withdraw the record that is wrong",
        "event = 'death'",
        "patient_deaths_n > 1",
        subcategory="uniqueness",
    ),
    _agree(
        "KAP-X47",
        ("adverse_events", "event"),
        COUNTED,
        "Watch: no mania or hypomania was reported in bipolar depression.",
        "a switch under treatment, which a clinician follows up",
        "nothing in the data; the clinician decides how treatment goes on",
        "list_contains(patient_conditions, 'bipolar_depression')",
        "event = 'mania_or_hypomania'",
        level="cross_table",
    ),
    _agree(
        "KAP-X48",
        ("sessions", "ae_assessed"),
        COUNTED,
        "Watch: in bipolar depression adverse events, mania among them, are asked for in every session (proposal †).",
        "the question is not part of the session's form",
        "ask for adverse events and record that they were asked for",
        "condition = 'bipolar_depression' AND ae_assessed IS NOT NULL",
        "NOT ae_assessed",
    ),
    _agree(
        "KAP-X49",
        ("scores", "patient_id"),
        COUNTED,
        "A patient is given one of the primary scales of the condition treated.",
        "one scale for every condition, or a condition recorded under another one",
        "give the condition's own scale: without it the patient stands in no primary outcome",
        "scores_n > 0 AND condition IS NOT NULL",
        _without_primary_scale(),
        level="cross_table",
    ),
    _agree(
        "KAP-X50",
        ("contacts", "attended"),
        COUNTED,
        "A contact that the patient did not attend has no length.",
        "the planned length was recorded",
        "leave the length empty, or 0",
        "NOT attended",
        "minutes > 0",
    ),
)
