-- Adverse events and the session they belong to.
-- Grain: one row per adverse event, but for those of sessions that session_facts leaves out.
-- Inputs: adverse_events, course_sessions, session_facts, courses_of_care.
-- An event belongs to a session of its patient on its day: of several, the one whose session_id it bears, else the
-- first. is_linked = there is one; if not, the condition is that of the course under way, and there is no route. A
-- left-truncated course was under way from day 0, the patient's first dosing session.
WITH began AS (
    SELECT
        clinic_id,
        patient_id,
        CASE WHEN left_truncated THEN 0 ELSE start_day END AS first_day,
        condition,
        left_truncated
    FROM courses_of_care
),
placed AS (
    SELECT
        events.clinic_id,
        events.patient_id,
        events.event,
        events.session_day,
        coalesce(events.serious, false) AS is_serious,
        course_sessions.course_number,
        course_sessions.session_number
    FROM adverse_events AS events
    LEFT JOIN course_sessions
        ON course_sessions.clinic_id = events.clinic_id
        AND course_sessions.patient_id = events.patient_id
        AND course_sessions.session_day = events.session_day
    QUALIFY row_number() OVER (
        PARTITION BY events.clinic_id, events.patient_id, events.session_day, events.event, events.session_id
        ORDER BY coalesce(course_sessions.session_id = events.session_id, false) DESC, course_sessions.session_number
    ) = 1
)
SELECT
    placed.clinic_id,
    patient_number,
    condition,
    route,
    event,
    is_serious,
    true AS is_linked,
    coalesce(ae_assessed, false) AS is_assessed
FROM placed
JOIN session_facts USING (clinic_id, patient_id, course_number, session_number)
UNION ALL
SELECT
    placed.clinic_id,
    NULL AS patient_number,
    courses.condition,
    NULL AS route,
    event,
    is_serious,
    false AS is_linked,
    false AS is_assessed
FROM placed
ASOF LEFT JOIN began AS courses
    ON courses.clinic_id = placed.clinic_id
    AND courses.patient_id = placed.patient_id
    AND placed.session_day >= courses.first_day
WHERE placed.session_number IS NULL
    AND (courses.patient_id IS NULL OR (courses.condition IS NOT NULL AND NOT courses.left_truncated))
