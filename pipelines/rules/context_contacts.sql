-- Grain: one usable contact. Inputs: usable_contacts, usable_sessions, patient_care. Parameters: none.
-- Adds the patient's sessions around the contact (previous and next: its own day included) and first consultation.
WITH sessions AS (
    SELECT patient_number, list(session_day) AS session_days
    FROM usable_sessions
    GROUP BY patient_number
),
consultations AS (
    SELECT patient_number, min(contact_day) AS first_consultation_day
    FROM usable_contacts
    WHERE kind = 'consultation'
    GROUP BY patient_number
)
SELECT
    contacts.* EXCLUDE (patient_number),
    sessions.patient_number IS NOT NULL AS patient_has_sessions,
    list_max(list_filter(session_days, lambda day: day <= contact_day)) AS previous_session_day,
    list_min(list_filter(session_days, lambda day: day >= contact_day)) AS next_session_day,
    consultations.first_consultation_day,
    care.care_route,
    care.care_condition
FROM usable_contacts AS contacts
LEFT JOIN sessions ON sessions.patient_number = contacts.patient_number
LEFT JOIN consultations ON consultations.patient_number = contacts.patient_number
LEFT JOIN patient_care AS care ON care.patient_number = contacts.patient_number
