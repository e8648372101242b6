-- What was recorded of the steps around each session: the one place of what makes a step done.
-- Grain: one row per row of session_facts. Inputs: session_facts, course_sessions, contact_facts.
-- preparation, intention, dosing, monitoring, recovery, integration: done, not done, or NULL = not recorded. route is the
-- course's, session_route the session's own. A preparation contact belongs to the patient's next session, an integration
-- contact to the last one, however long between, and even where that session is not counted.
-- minutes: of the step; delay_days: from the last preparation to its session, from the session to the first integration
-- contact; integration_after_minutes: from the end of dosing to integration.
WITH dosing_days AS (
    SELECT clinic_id, patient_id, session_day, min(session_number) AS first_number, max(session_number) AS last_number
    FROM course_sessions
    SEMI JOIN contact_facts USING (clinic_id, patient_id)
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
    FROM contact_facts AS met
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
    FROM contact_facts AS met
    ASOF JOIN dosing_days AS days
        ON days.clinic_id = met.clinic_id AND days.patient_id = met.patient_id AND met.contact_day >= days.session_day
    WHERE kind = 'integration'
    GROUP BY met.clinic_id, met.patient_id, days.session_day
)
SELECT
    facts.clinic_id,
    facts.patient_id,
    patient_number,
    course_number,
    in_induction,
    condition,
    course_route AS route,
    facts.route AS session_route,
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
