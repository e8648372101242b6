-- What was recorded of each step of care.
-- Grain: one row per course and step (consultation, therapist_meeting) or per session and step (all others), only
-- where the step was recorded. What is not recorded is not "not done".
-- Inputs: session_facts, session_steps, contact_facts, courses_of_care. route is the course's.
-- A consultation or therapist meeting belongs to the course that the next first session begins, and lies after the
-- course before. minutes: of the step where it was done; delay_days: from the first consultation or meeting to the first
-- session, and those of session_steps; delay_minutes: from the end of dosing to integration.
WITH course_facts AS (
    SELECT clinic_id, patient_id, course_number, any_value(patient_number) AS patient_number,
        any_value(condition) AS condition, any_value(course_route) AS route
    FROM session_facts
    GROUP BY clinic_id, patient_id, course_number
),
before_course AS (
    SELECT
        met.clinic_id,
        met.patient_id,
        courses.course_number,
        kind AS step,
        bool_or(took_place) AS is_done,
        arg_min(minutes, contact_day) FILTER (took_place) AS minutes,
        any_value(courses.start_day) - min(contact_day) FILTER (took_place) AS delay_days
    FROM contact_facts AS met
    ASOF JOIN courses_of_care AS courses
        ON courses.clinic_id = met.clinic_id
        AND courses.patient_id = met.patient_id
        AND met.contact_day <= courses.start_day
    WHERE kind IN ('consultation', 'therapist_meeting') AND contact_day > coalesce(previous_last_day, contact_day - 1)
    GROUP BY met.clinic_id, met.patient_id, courses.course_number, kind
),
listed AS (
    SELECT clinic_id, patient_number, condition, route, step, is_done, minutes, delay_days, NULL AS delay_minutes
    FROM before_course
    JOIN course_facts USING (clinic_id, patient_id, course_number)
    UNION ALL
    SELECT clinic_id, patient_number, condition, route, 'preparation', preparation, preparation_minutes,
        preparation_delay_days, NULL
    FROM session_steps
    UNION ALL
    SELECT clinic_id, patient_number, condition, route, 'intention', intention, NULL, NULL, NULL FROM session_steps
    UNION ALL
    SELECT clinic_id, patient_number, condition, route, 'dosing', dosing, dosing_minutes, NULL, NULL FROM session_steps
    UNION ALL
    SELECT clinic_id, patient_number, condition, route, 'monitoring', monitoring, monitoring_minutes, NULL, NULL
    FROM session_steps
    UNION ALL
    SELECT clinic_id, patient_number, condition, route, 'recovery', recovery, recovery_minutes, NULL, NULL
    FROM session_steps
    UNION ALL
    SELECT clinic_id, patient_number, condition, route, 'integration', integration, integration_minutes,
        integration_delay_days, integration_after_minutes
    FROM session_steps
)
SELECT
    clinic_id,
    patient_number,
    condition,
    route,
    step,
    is_done,
    CASE WHEN is_done THEN CAST(minutes AS DOUBLE) END AS minutes,
    CASE WHEN is_done THEN CAST(delay_days AS DOUBLE) END AS delay_days,
    CASE WHEN is_done THEN CAST(delay_minutes AS DOUBLE) END AS delay_minutes
FROM listed
WHERE is_done IS NOT NULL
