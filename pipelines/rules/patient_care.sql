-- Grain: one patient with a usable session or course. Inputs: usable_sessions, usable_courses. Parameters: none.
-- The route of the first session on file; the condition of the first session that states one, else of a course: by what
-- a failing rule is broken down where the record itself states neither.
WITH first_sessions AS (
    SELECT
        patient_id,
        arg_min(route, session_day) AS care_route,
        arg_min(condition, session_day) FILTER (WHERE condition IS NOT NULL) AS stated_condition
    FROM usable_sessions
    GROUP BY patient_id
),
courses AS (
    SELECT patient_id, min(condition) AS course_condition
    FROM usable_courses
    GROUP BY patient_id
)
SELECT
    coalesce(first_sessions.patient_id, courses.patient_id) AS patient_id,
    care_route,
    coalesce(stated_condition, course_condition) AS care_condition
FROM first_sessions
FULL JOIN courses ON courses.patient_id = first_sessions.patient_id
