-- How many sessions each patient had.
-- Grain: one row per patient, condition, route of the session and route of its course. Inputs: session_facts.
-- courses_n counts a course where its first session is.
SELECT
    clinic_id,
    patient_number,
    condition,
    route,
    course_route,
    count(*) AS sessions_n,
    count(*) FILTER (session_number = 1) AS courses_n,
    count(*) FILTER (ae_assessed) AS assessed_n
FROM session_facts
GROUP BY clinic_id, patient_number, condition, route, course_route
