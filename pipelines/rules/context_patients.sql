-- Grain: one patient with a usable record in any table. Inputs: usable_<table> of every table. Parameters: none.
-- Denominators: none.
WITH records AS (
    SELECT patient_id, 'sessions' AS source, session_day FROM usable_sessions
    UNION ALL
    SELECT patient_id, 'scores', NULL FROM usable_scores
    UNION ALL
    SELECT patient_id, 'courses', NULL FROM usable_courses
    UNION ALL
    SELECT patient_id, 'contacts', NULL FROM usable_contacts
    UNION ALL
    SELECT patient_id, 'adverse_events', NULL FROM usable_adverse_events
)
SELECT
    count(*) FILTER (WHERE source = 'sessions') AS sessions_n,
    count(*) FILTER (WHERE source = 'scores') AS scores_n,
    count(*) FILTER (WHERE source = 'courses') AS courses_n,
    count(*) FILTER (WHERE source = 'contacts') AS contacts_n,
    min(session_day) AS first_session_day,
    sum(sessions_n) OVER () > 0 AS clinic_has_sessions,
    sum(scores_n) OVER () > 0 AS clinic_has_scores
FROM records
GROUP BY patient_id
