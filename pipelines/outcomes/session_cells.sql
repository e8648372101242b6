-- How many courses, sessions and patients each cell of the tables on sessions has.
-- Grain: clinic_id x condition x route, each also `all`. Inputs: patient_sessions.
-- Which route, the session's own or its course's, is named by session_tables.py.
WITH routed AS (
    SELECT clinic_id, condition, /* route */ AS route, patient_number, sessions_n, courses_n FROM patient_sessions
)
SELECT
    CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
    CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
    CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
    CAST(sum(sessions_n) AS BIGINT) AS sessions_n,
    CAST(sum(courses_n) AS BIGINT) AS courses_n,
    count(DISTINCT patient_number) AS patients_treated_n
FROM routed
GROUP BY CUBE (clinic_id, condition, route)
