-- Every dosing session that the tables on sessions count.
-- Grain: one row per dosing session of a course that has a condition and is not left-truncated; retreatments too.
-- Inputs: course_sessions, courses_of_care, sessions (one row per key, so the join adds none).
-- condition and course_route are the course's; route is the session's own (intranasal esketamine is one of its own).
-- patient_number stands for clinic and patient.
WITH patients AS (
    SELECT
        clinic_id,
        patient_id,
        CAST(row_number() OVER (ORDER BY clinic_id, patient_id) AS INTEGER) AS patient_number
    FROM (SELECT DISTINCT clinic_id, patient_id FROM courses_of_care)
)
SELECT
    course_sessions.clinic_id,
    course_sessions.patient_id,
    patient_number,
    course_sessions.course_number,
    session_number,
    courses_of_care.condition,
    courses_of_care.route AS course_route,
    course_sessions.route,
    in_induction,
    sessions.* EXCLUDE (clinic_id, patient_id, course_id, condition, route)
FROM course_sessions
JOIN patients USING (clinic_id, patient_id)
JOIN courses_of_care
    ON courses_of_care.clinic_id = course_sessions.clinic_id
    AND courses_of_care.patient_id = course_sessions.patient_id
    AND courses_of_care.course_number = course_sessions.course_number
JOIN sessions
    ON sessions.clinic_id = course_sessions.clinic_id
    AND sessions.patient_id = course_sessions.patient_id
    AND sessions.session_day = course_sessions.session_day
    AND sessions.session_id IS NOT DISTINCT FROM course_sessions.session_id
WHERE courses_of_care.condition IS NOT NULL AND NOT left_truncated
