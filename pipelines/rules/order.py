"""Rules on the order of contacts, events, courses and calendar years in time.

Days of grace marked (proposal †) have no source: clinical.md says no more than that integration follows within days.
"""

from __future__ import annotations

from pipelines.rules.rule import Level, Rule
from pipelines.rules.softer import COUNTED, NONE, SLIPS, Pair, Tolerated, softer

INTEGRATION_DAYS = 14
PRE_SESSION_DAYS = 7
SAFETY_DAYS = 7
# clinical_facts.yaml `session_rules.course`: more than 12 sessions of induction are remarkable (proposal).
INDUCTION_SESSIONS = 12
INDUCTION_DAYS = 42
# Last days of the windows of month 3 and month 6 by CONTRACT.md section 4, counted from the first session.
_MONTH_3_CLOSED, _MONTH_6_CLOSED = 105, 210
_SUICIDALITY = "('suicidal_ideation', 'suicide_attempt', 'self_harm')"


def _ordered(
    code: str,
    pair: Pair,
    tolerated: Tolerated,
    sentence: str,
    cause: str,
    remedy: str,
    population: str,
    violation: str,
    level: Level = "cross_table",
) -> Rule:
    return softer(code, "sequence", pair, tolerated, sentence, cause, remedy, population, violation, level=level)


_LABEL_OR_DAY = "correct the kind of the contact or its day"

RULES: tuple[Rule, ...] = (
    _ordered(
        "KAP-S08",
        ("contacts", "contact_day"),
        COUNTED,
        "Preparation and meetings with the therapist come after the consultation.",
        "a later consultation is the only one on file",
        _LABEL_OR_DAY,
        "kind IN ('preparation', 'therapist_meeting') AND first_consultation_day IS NOT NULL",
        "contact_day < first_consultation_day",
    ),
    _ordered(
        "KAP-S09",
        ("contacts", "kind"),
        SLIPS,
        "Integration follows a dosing session.",
        "a preparation recorded as integration, days counted from another event, or a session that is missing",
        _LABEL_OR_DAY,
        "kind = 'integration' AND patient_has_sessions",
        "previous_session_day IS NULL",
    ),
    _ordered(
        "KAP-S10",
        ("contacts", "contact_day"),
        COUNTED,
        f"Integration follows within {INTEGRATION_DAYS} days of a session (proposal †).",
        "a late appointment, psychotherapy recorded as integration, or a session that is missing",
        _LABEL_OR_DAY,
        "kind = 'integration' AND previous_session_day IS NOT NULL",
        f"contact_day - previous_session_day > {INTEGRATION_DAYS}",
    ),
    _ordered(
        "KAP-S11",
        ("contacts", "kind"),
        COUNTED,
        "A preparation is followed by a session.",
        "an integration recorded as preparation, or a session that did not take place",
        _LABEL_OR_DAY,
        "kind = 'preparation' AND patient_has_sessions",
        "next_session_day IS NULL",
    ),
    _ordered(
        "KAP-S12",
        ("contacts", "kind"),
        COUNTED,
        "The consultation stands before the first session or on its day.",
        "a consultation for another course, or days counted from another event",
        _LABEL_OR_DAY,
        "kind = 'consultation' AND patient_has_sessions",
        "previous_session_day IS NOT NULL AND previous_session_day < contact_day",
    ),
    _ordered(
        "KAP-S13",
        ("contacts", "contact_day"),
        SLIPS,
        "A follow-up contact stands after the first session.",
        "a consultation recorded as follow-up, or days counted from another event",
        _LABEL_OR_DAY,
        "kind = 'follow_up' AND patient_has_sessions",
        "previous_session_day IS NULL",
    ),
    _ordered(
        "KAP-S14",
        ("adverse_events", "onset_minutes"),
        COUNTED,
        "An adverse event of a session begins before the recorded session ends.",
        "an event of the hours after, or onset recorded as a time of day",
        "record onset in minutes from the start of dosing",
        "onset_minutes IS NOT NULL AND session_minutes IS NOT NULL",
        "onset_minutes > session_minutes",
    ),
    _ordered(
        "KAP-S15",
        ("scores", "administration"),
        SLIPS,
        f"A score labelled pre_session has a session on its day or within {PRE_SESSION_DAYS} days (proposal †).",
        "a label for every score between sessions, or a session that is missing",
        "correct the label or the day; a score without a sure label is unspecified",
        "administration = 'pre_session' AND patient_has_sessions",
        f"next_session_day IS NULL OR next_session_day - score_day > {PRE_SESSION_DAYS}",
    ),
    _ordered(
        "KAP-S16",
        ("sessions", "year"),
        SLIPS,
        "The calendar year moves on with the days from session to session.",
        "the year of the export, or a day or year mistyped",
        "correct the year or the day",
        "year IS NOT NULL AND previous_year IS NOT NULL",
        # So many days later it is at least so many whole years later, and at most one more.
        "year - previous_year NOT BETWEEN (session_day - previous_year_day) // 366 "
        "AND (session_day - previous_year_day + 364) // 365",
        level="row",
    ),
    _ordered(
        "KAP-S17",
        ("sessions", "period"),
        SLIPS,
        "The calendar month of a session lies in its calendar year.",
        "the year of the export beside the month of the session",
        "leave one of the two out",
        "year IS NOT NULL AND period IS NOT NULL",
        "TRY_CAST(left(period, 4) AS INTEGER) IS DISTINCT FROM year",
        level="row",
    ),
    _ordered(
        "KAP-S18",
        ("courses", "enrolment_year"),
        SLIPS,
        "A course was enrolled no later than the year of its patient's last session.",
        "the year of the export, or a course whose sessions are missing",
        "correct the year, or deliver the sessions",
        "enrolment_year IS NOT NULL AND patient_last_year IS NOT NULL",
        "enrolment_year > patient_last_year",
    ),
    _ordered(
        "KAP-S19",
        ("sessions", "patient_id"),
        COUNTED,
        f"A patient has at most {INDUCTION_SESSIONS} sessions within {INDUCTION_DAYS} days of the first (proposal).",
        "several records of one session, or one pseudonym given to several people",
        "check the number of sessions against the source",
        "sessions_n > 0 AND first_session_day = 0",
        f"induction_sessions_n > {INDUCTION_SESSIONS}",
    ),
    _ordered(
        "KAP-S20",
        ("adverse_events", "session_day"),
        NONE,
        "No session and no score stands after a patient's death.",
        "a wrong event or day, or one pseudonym given to two people",
        "correct the event, or give each patient a pseudonym of their own",
        "event = 'death' AND patient_deaths_n = 1",
        "coalesce(last_record_day > session_day, FALSE)",
    ),
    _ordered(
        "KAP-S21",
        ("adverse_events", "event"),
        COUNTED,
        f"Watch: after suicidality the patient is seen, or a score taken, within {SAFETY_DAYS} days (proposal †).",
        "the contact stands in a note, or there was none",
        "deliver the contact; a clinician looks at every such event",
        f"event IN {_SUICIDALITY}",
        f"next_seen_day IS NULL OR next_seen_day - session_day > {SAFETY_DAYS}",
    ),
    _ordered(
        "KAP-S22",
        ("scores", "score_day"),
        COUNTED,
        "Watch: after a positive answer on thoughts of death or self-harm the patient is seen within "
        f"{SAFETY_DAYS} days (proposal †).",
        "the contact stands in a note, or there was none",
        "deliver the contact; a clinician looks at every such answer",
        "safety_item_positive AND clinic_has_contacts",
        f"next_seen_day IS NULL OR next_seen_day - score_day > {SAFETY_DAYS}",
    ),
    _ordered(
        "KAP-S23",
        ("courses", "followed_through"),
        SLIPS,
        "A patient whose records reach beyond a timepoint's window was followed through it.",
        "the field was filled in before the last export, or stands for another timepoint",
        "deliver followed_through as of the export",
        "followed_through IS NOT NULL AND patient_last_day IS NOT NULL AND patient_courses_n = 1",
        f"patient_last_day > {_MONTH_3_CLOSED} AND followed_through IN ('none', 'end_of_induction', 'week_4') "
        f"OR patient_last_day > {_MONTH_6_CLOSED} AND followed_through = 'month_3'",
    ),
)
