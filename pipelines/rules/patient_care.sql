-- Grain: one patient with a usable session or course. Inputs: usable_sessions, usable_courses. Parameters: none.
-- The route of the first session on file; the condition of the first session that states one, else of a course: by what
-- a failing rule is broken down where the record itself states neither.
WITH first_sessions AS (
    SELECT
        patient_number,
        arg_min(route, session_day) AS care_route,
        arg_min(condition, session_day) FILTER (WHERE condition IS NOT NULL) AS stated_condition
    FROM usable_sessions
    GROUP BY patient_number
),
courses AS (
    SELECT patient_number, min(condition) AS course_condition
    FROM usable_courses
    GROUP BY patient_number
)
SELECT
    coalesce(first_sessions.patient_number, courses.patient_number) AS patient_number,
    care_route,
    coalesce(stated_condition, course_condition) AS care_condition
FROM first_sessions
FULL JOIN courses ON courses.patient_number = first_sessions.patient_number
