-- Grain: one patient with a usable record in any table. Inputs: usable_<table> of every table, patient_care.
-- Parameters: none. Denominators: none.
WITH records AS (
    SELECT patient_id, 'sessions' AS source, session_day, NULL AS scale FROM usable_sessions
    UNION ALL
    SELECT patient_id, 'scores', NULL, scale FROM usable_scores
    UNION ALL
    SELECT patient_id, 'courses', NULL, NULL FROM usable_courses
    UNION ALL
    SELECT patient_id, 'contacts', NULL, NULL FROM usable_contacts
    UNION ALL
    SELECT patient_id, 'adverse_events', NULL, NULL FROM usable_adverse_events
)
SELECT
    count(*) FILTER (WHERE source = 'sessions') AS sessions_n,
    count(*) FILTER (WHERE source = 'scores') AS scores_n,
    count(*) FILTER (WHERE source = 'courses') AS courses_n,
    count(*) FILTER (WHERE source = 'contacts') AS contacts_n,
    min(session_day) AS first_session_day,
    -- Of a patient whose first session on file is that of day 0.
    count(*) FILTER (WHERE session_day <= 42) AS induction_sessions_n,
    list_distinct(list(scale)) AS scales,
    sum(sessions_n) OVER () > 0 AS clinic_has_sessions,
    sum(scores_n) OVER () > 0 AS clinic_has_scores,
    any_value(care.care_route) AS care_route,
    any_value(care.care_condition) AS care_condition,
    any_value(care.care_condition) AS condition
FROM records
LEFT JOIN patient_care AS care ON care.patient_id = records.patient_id
GROUP BY records.patient_id
