-- Grain: one usable adverse event. Inputs: usable_adverse_events, usable_sessions, usable_scores, usable_contacts,
-- usable_courses, patient_care. Parameters: none.
-- Adds whether the patient has a session on its day and what was read in it (the highest of several), whether adverse
-- events were asked for, and when the patient was next seen or asked: a session or contact after the day, or a score.
WITH people AS (
    SELECT DISTINCT patient_number FROM usable_adverse_events
),
sessions AS (
    SELECT
        patient_number,
        session_day,
        bool_or(ae_assessed) AS ae_assessed,
        max(sbp_peak) AS highest_sbp,
        max(dbp_peak) AS highest_dbp,
        min(spo2_min) AS lowest_spo2,
        max(dosing_minutes + monitoring_minutes + recovery_minutes) AS session_minutes
    FROM usable_sessions
    GROUP BY patient_number, session_day
),
seen AS (
    SELECT patient_number, session_day AS seen_day, TRUE AS is_record FROM usable_sessions SEMI JOIN people USING (patient_number)
    UNION ALL
    SELECT patient_number, score_day, respondent IS DISTINCT FROM 'proxy'
    FROM usable_scores SEMI JOIN people USING (patient_number)
    UNION ALL
    SELECT patient_number, contact_day, FALSE
    FROM usable_contacts SEMI JOIN people USING (patient_number)
    WHERE coalesce(attended, TRUE)
),
days AS (
    SELECT patient_number, list(seen_day) AS seen_days, max(seen_day) FILTER (WHERE is_record) AS last_record_day
    FROM seen
    GROUP BY patient_number
),
own_sessions AS (
    SELECT patient_number, list(session_id) FILTER (WHERE session_id IS NOT NULL) AS patient_sessions
    FROM usable_sessions SEMI JOIN people USING (patient_number)
    GROUP BY patient_number
),
deaths AS (
    SELECT patient_number, count(*) AS patient_deaths_n
    FROM usable_adverse_events
    WHERE event = 'death'
    GROUP BY patient_number
),
conditions AS (
    SELECT patient_number, list(DISTINCT condition) AS patient_conditions
    FROM (
        SELECT patient_number, condition FROM usable_courses
        UNION ALL
        SELECT patient_number, condition FROM usable_sessions
    )
    WHERE condition IS NOT NULL
    GROUP BY patient_number
)
SELECT
    events.* EXCLUDE (patient_number),
    sessions.patient_number IS NOT NULL AS has_session,
    coalesce(sessions.ae_assessed, FALSE) AS was_assessed,
    sessions.highest_sbp,
    sessions.highest_dbp,
    sessions.lowest_spo2,
    sessions.session_minutes,
    own_sessions.patient_sessions,
    deaths.patient_deaths_n,
    conditions.patient_conditions,
    days.last_record_day,
    list_min(list_filter(days.seen_days, lambda day: day > events.session_day)) AS next_seen_day,
    care.care_route,
    care.care_condition
FROM usable_adverse_events AS events
LEFT JOIN sessions ON sessions.patient_number = events.patient_number AND sessions.session_day = events.session_day
LEFT JOIN own_sessions ON own_sessions.patient_number = events.patient_number
LEFT JOIN days ON days.patient_number = events.patient_number
LEFT JOIN deaths ON deaths.patient_number = events.patient_number
LEFT JOIN conditions ON conditions.patient_number = events.patient_number
LEFT JOIN patient_care AS care ON care.patient_number = events.patient_number
