-- Grain: one usable score. Inputs: usable_scores, usable_sessions, scale_definitions. Parameters: none.
-- Adds the patient's sessions around the score (previous: strictly before its day; next: on its day or after), the
-- previous day with a score of the scale by the same respondent, and what the instrument says of its use.
WITH days AS (
    SELECT DISTINCT patient_id, session_day FROM usable_sessions
),
patients AS (
    SELECT DISTINCT patient_id FROM days
),
definitions AS (
    SELECT delivered_id, any_value(own_respondent) AS own_respondent, max(recall_days) AS recall_days,
        max(first_followup_day) AS first_followup_day
    FROM (SELECT unnest(list_distinct([scale, source_scale])) AS delivered_id, * FROM scale_definitions)
    GROUP BY delivered_id
)
SELECT
    scores.*,
    before.session_day AS previous_session_day,
    after.session_day AS next_session_day,
    coalesce(after.session_day = scores.score_day, FALSE) AS on_dosing_day,
    patients.patient_id IS NOT NULL AS patient_has_sessions,
    max(scores.score_day) OVER (
        PARTITION BY scores.patient_id, scores.scale, scores.respondent
        ORDER BY scores.score_day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS previous_score_day,
    definitions.own_respondent,
    definitions.recall_days,
    definitions.first_followup_day
FROM usable_scores AS scores
ASOF LEFT JOIN days AS before ON before.patient_id = scores.patient_id AND scores.score_day > before.session_day
ASOF LEFT JOIN days AS after ON after.patient_id = scores.patient_id AND scores.score_day <= after.session_day
LEFT JOIN patients ON patients.patient_id = scores.patient_id
LEFT JOIN definitions ON definitions.delivered_id = scores.scale
