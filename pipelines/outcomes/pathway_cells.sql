-- How many courses, sessions and patients each cell of the steps of care has.
-- Grain: clinic_id x condition x route (the course's), each also `all`. Inputs: session_facts.
WITH patient_courses AS (
    SELECT clinic_id, patient_number, course_number, condition, course_route AS route, count(*) AS sessions_n
    FROM session_facts
    GROUP BY ALL
)
SELECT
    CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
    CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
    CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
    CAST(sum(sessions_n) AS BIGINT) AS sessions_n,
    count(*) AS courses_n,
    count(DISTINCT patient_number) AS patients_treated_n
FROM patient_courses
GROUP BY CUBE (clinic_id, condition, route)
