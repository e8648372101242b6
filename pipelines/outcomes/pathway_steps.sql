-- What was recorded of each step of care.
-- Grain: one row per course and step (consultation, therapist_meeting) or per session and step (all others), only
-- where the step was recorded. What is not recorded is not "not done".
-- Inputs: session_facts, courses_of_care, contacts. route is the course's.
-- A contact took place unless `attended` says no. A consultation or therapist meeting belongs to the course that the
-- next first session begins, and lies after the course before. A preparation belongs to the next session, an
-- integration to the last one, both within the patient. minutes: of the step where it was done; delay_days: from the
-- first consultation or meeting to the first session, from the last preparation to its session, from the session to
-- the first integration contact; delay_minutes: from the end of dosing to integration.
WITH met AS (
    SELECT clinic_id, patient_id, contact_day, kind, minutes, coalesce(attended, true) AS took_place FROM contacts
),
course_facts AS (
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
    FROM met
    ASOF JOIN courses_of_care AS courses
        ON courses.clinic_id = met.clinic_id
        AND courses.patient_id = met.patient_id
        AND met.contact_day <= courses.start_day
    WHERE kind IN ('consultation', 'therapist_meeting') AND contact_day > coalesce(previous_last_day, contact_day - 1)
    GROUP BY met.clinic_id, met.patient_id, courses.course_number, kind
),
dosing_days AS (
    SELECT clinic_id, patient_id, session_day, min(session_number) AS first_number, max(session_number) AS last_number
    FROM session_facts
    GROUP BY clinic_id, patient_id, session_day
),
prepared AS (
    SELECT
        met.clinic_id,
        met.patient_id,
        days.session_day,
        any_value(days.first_number) AS session_number,
        bool_or(took_place) AS took_place,
        sum(minutes) FILTER (took_place) AS minutes,
        days.session_day - max(contact_day) FILTER (took_place) AS delay_days
    FROM met
    ASOF JOIN dosing_days AS days
        ON days.clinic_id = met.clinic_id AND days.patient_id = met.patient_id AND met.contact_day <= days.session_day
    WHERE kind = 'preparation'
    GROUP BY met.clinic_id, met.patient_id, days.session_day
),
integrated AS (
    SELECT
        met.clinic_id,
        met.patient_id,
        days.session_day,
        any_value(days.last_number) AS session_number,
        bool_or(took_place) AS took_place,
        sum(minutes) FILTER (took_place) AS minutes,
        min(contact_day) FILTER (took_place) - days.session_day AS delay_days
    FROM met
    ASOF JOIN dosing_days AS days
        ON days.clinic_id = met.clinic_id AND days.patient_id = met.patient_id AND met.contact_day >= days.session_day
    WHERE kind = 'integration'
    GROUP BY met.clinic_id, met.patient_id, days.session_day
),
session_steps AS (
    SELECT
        facts.clinic_id,
        patient_number,
        condition,
        course_route AS route,
        coalesce(preparation_done, prepared.took_place) AS preparation,
        prepared.minutes AS preparation_minutes,
        prepared.delay_days AS preparation_delay_days,
        intention_set AS intention,
        completed AS dosing,
        dosing_minutes,
        monitoring_minutes > 0 AS monitoring,
        monitoring_minutes,
        recovery_minutes > 0 AS recovery,
        recovery_minutes,
        CASE
            WHEN integration_minutes > 0 OR integration_after_minutes IS NOT NULL OR integrated.took_place THEN true
            WHEN integration_minutes = 0 OR NOT integrated.took_place THEN false
        END AS integration,
        coalesce(nullif(integration_minutes, 0), integrated.minutes) AS integration_minutes,
        integrated.delay_days AS integration_delay_days,
        integration_after_minutes
    FROM session_facts AS facts
    LEFT JOIN prepared USING (clinic_id, patient_id, session_day, session_number)
    LEFT JOIN integrated USING (clinic_id, patient_id, session_day, session_number)
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
