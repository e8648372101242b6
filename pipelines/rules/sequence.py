"""Rules on the order of things in time."""

from __future__ import annotations

from pipelines.rules.rule import COUNT_REASON, NONE_REASON, SLIP_REASON, Rule

# A gap of more than this between sessions begins a new course (CONTRACT.md section 4), and with it a new baseline.
COURSE_GAP_DAYS = 180


def _score(code: str, effect: str, column: str, sentence: str, cause: str, population: str, violation: str) -> Rule:
    judged = effect == "warns"
    return Rule(
        code=code,
        group="sequence",
        level="row",
        kahn="plausibility",
        subcategory="temporal",
        context="validation",
        effect="warns" if judged else "informs",
        threshold_pct=5 if judged else 100,
        threshold_reason=SLIP_REASON if judged else COUNT_REASON,
        sentence=sentence,
        cause=cause,
        remedy="correct the label or the day; a score without a sure label is unspecified",
        applies=(("scores", column),),
        over="usable",
        population=population,
        violation=violation,
    )


RULES: tuple[Rule, ...] = (
    _score(
        "KAP-S01",
        "warns",
        "administration",
        "A score labelled baseline stands on or before the first session of a course.",
        "the first score on file was labelled baseline although treatment had begun",
        "administration = 'baseline' AND patient_has_sessions",
        f"previous_session_day IS NOT NULL "
        f"AND NOT coalesce(next_session_day - previous_session_day > {COURSE_GAP_DAYS}, FALSE)",
    ),
    _score(
        "KAP-S02",
        "warns",
        "administration",
        "A score labelled follow_up stands after the first session.",
        "days counted from another event, or a label for every repeated score",
        "administration = 'follow_up'",
        "score_day < 0",
    ),
    _score(
        "KAP-S03",
        "warns",
        "administration",
        "A score labelled post_session stands on a day of a session.",
        "scores of the next day labelled post_session, or a session that is missing",
        "administration = 'post_session' AND patient_has_sessions",
        "NOT on_dosing_day",
    ),
    _score(
        "KAP-S04",
        "informs",
        "score_day",
        "Two scores of a scale stand as far apart as its questions look back.",
        "a scale given at every session although it asks about two weeks or more",
        "previous_score_day IS NOT NULL AND recall_days IS NOT NULL",
        "score_day - previous_score_day < recall_days",
    ),
    _score(
        "KAP-S05",
        "informs",
        "score_day",
        "A scale that looks back for months is not used as an early follow-up (AUDIT-C: not before day 90).",
        "a screening scale given at every visit",
        "first_followup_day > 0 AND score_day > 0 AND coalesce(administration, '') NOT IN ('baseline', 'post_session')",
        "score_day < first_followup_day",
    ),
    Rule(
        code="KAP-S06",
        group="sequence",
        level="row",
        kahn="plausibility",
        subcategory="temporal",
        context="validation",
        effect="warns",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence="A patient has one session on a day.",
        cause="one session recorded twice under two session ids, or a wrong day",
        remedy="withdraw the record that is not a session of its own",
        applies=(("sessions", "session_day"),),
        over="usable",
        expected="unique",
        among=("patient_number",),
    ),
    Rule(
        code="KAP-S07",
        group="sequence",
        level="cross_table",
        kahn="plausibility",
        subcategory="temporal",
        context="validation",
        effect="informs",
        threshold_pct=100,
        threshold_reason=COUNT_REASON,
        sentence="A patient's first session on file is the session of day 0.",
        cause="the patient began before the export begins",
        remedy="deliver the earlier sessions; until then the first course counts in data quality only",
        applies=(("sessions", "session_day"),),
        over="patients",
        population="sessions_n > 0",
        violation="first_session_day > 0",
    ),
)
