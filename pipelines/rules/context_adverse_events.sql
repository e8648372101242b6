-- Grain: one usable adverse event. Inputs: usable_adverse_events, usable_sessions. Parameters: none.
-- Adds whether the patient has a session on its day, and whether adverse events were asked for in one of them.
SELECT
    events.*,
    sessions.patient_id IS NOT NULL AS has_session,
    coalesce(sessions.ae_assessed, FALSE) AS was_assessed
FROM usable_adverse_events AS events
LEFT JOIN (
    SELECT patient_id, session_day, bool_or(ae_assessed) AS ae_assessed
    FROM usable_sessions
    GROUP BY patient_id, session_day
) AS sessions
    ON sessions.patient_id = events.patient_id AND sessions.session_day = events.session_day
