-- Grain: one patient with a usable record in any table. Inputs: usable_sessions, usable_scores, usable_courses.
-- Parameters: none. Denominators: none.
WITH records AS (
    SELECT patient_id, 'sessions' AS source, session_day FROM usable_sessions
    UNION ALL
    SELECT patient_id, 'scores', NULL FROM usable_scores
    UNION ALL
    SELECT patient_id, 'courses', NULL FROM usable_courses
)
SELECT
    count(*) FILTER (WHERE source = 'sessions') AS sessions_n,
    count(*) FILTER (WHERE source = 'scores') AS scores_n,
    count(*) FILTER (WHERE source = 'courses') AS courses_n,
    min(session_day) AS first_session_day,
    sum(sessions_n) OVER () > 0 AS clinic_has_sessions,
    sum(scores_n) OVER () > 0 AS clinic_has_scores
FROM records
GROUP BY patient_id
