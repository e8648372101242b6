-- Grain: one usable score. Inputs: usable_scores, usable_sessions, usable_contacts, scale_definitions, patient_care.
-- Parameters: none.
-- Adds the patient's sessions around the score (previous: strictly before its day; next: on its day or after), the
-- previous day with a score of the scale by the same respondent, the next session or contact after a positive answer on
-- thoughts of death or self-harm, and what the instrument says of its use.
-- A patient's days are a short list: looking through it costs a fifth of a sort of all scores.
WITH sessions AS (
    SELECT patient_number, list(session_day) AS session_days
    FROM usable_sessions
    WHERE session_day IS NOT NULL
    GROUP BY patient_number
),
seen AS (
    SELECT patient_number, list(contact_day) AS contact_days
    FROM usable_contacts
    WHERE coalesce(attended, TRUE)
    GROUP BY patient_number
),
patients AS (
    SELECT patient_number, session_days, contact_days, care_route, care_condition
    FROM sessions
    FULL JOIN seen USING (patient_number)
    FULL JOIN patient_care USING (patient_number)
),
administered AS (
    SELECT patient_number, scale, respondent, list(score_day) AS score_days
    FROM usable_scores
    GROUP BY patient_number, scale, respondent
),
definitions AS (
    SELECT delivered_id, any_value(own_respondent) AS own_respondent, max(recall_days) AS recall_days,
        max(first_followup_day) AS first_followup_day
    FROM (SELECT unnest(list_distinct([scale, source_scale])) AS delivered_id, * FROM scale_definitions)
    GROUP BY delivered_id
)
SELECT
    scores.*,
    list_max(list_filter(session_days, lambda day: day < scores.score_day)) AS previous_session_day,
    list_min(list_filter(session_days, lambda day: day >= scores.score_day)) AS next_session_day,
    coalesce(list_contains(session_days, scores.score_day), FALSE) AS on_dosing_day,
    session_days IS NOT NULL AS patient_has_sessions,
    list_max(list_filter(score_days, lambda day: day < scores.score_day)) AS previous_score_day,
    -- Seen on the day itself counts: a session or a contact, in which the answer can be spoken about.
    CASE WHEN safety_item_positive THEN least(
        list_min(list_filter(session_days, lambda day: day >= scores.score_day)),
        list_min(list_filter(contact_days, lambda day: day >= scores.score_day))
    ) END AS next_seen_day,
    EXISTS (FROM usable_contacts) AS clinic_has_contacts,
    definitions.own_respondent,
    definitions.recall_days,
    definitions.first_followup_day,
    patients.care_route,
    patients.care_condition
FROM usable_scores AS scores
LEFT JOIN patients ON patients.patient_number = scores.patient_number
LEFT JOIN administered
    ON administered.patient_number = scores.patient_number
    AND administered.scale IS NOT DISTINCT FROM scores.scale
    AND administered.respondent IS NOT DISTINCT FROM scores.respondent
LEFT JOIN definitions ON definitions.delivered_id = scores.scale
