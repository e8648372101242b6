-- Grain: one usable session. Inputs: usable_sessions, usable_courses, candidate_adverse_events. Parameters: none.
-- Adds patient_number (stands for the pseudonym, which is left behind here), the median dose of the patient by the same
-- route and drug over own_doses_n sessions, the conditions of the patient's courses, and whether the clinic has delivered
-- an adverse event at all.
WITH patients AS (
    SELECT patient_id, row_number() OVER (ORDER BY patient_id) AS patient_number
    FROM (SELECT DISTINCT patient_id FROM usable_sessions)
),
doses AS (
    SELECT patient_id, route, drug, median(dose_mg) AS own_median_dose_mg, count(dose_mg) AS own_doses_n
    FROM usable_sessions
    GROUP BY patient_id, route, drug
),
courses AS (
    SELECT patient_id, list(DISTINCT condition) AS patient_conditions
    FROM usable_courses
    WHERE condition IS NOT NULL
    GROUP BY patient_id
)
SELECT
    sessions.* EXCLUDE (patient_id),
    patients.patient_number,
    doses.own_median_dose_mg,
    doses.own_doses_n,
    courses.patient_conditions,
    EXISTS (FROM candidate_adverse_events) AS clinic_has_adverse_events
FROM usable_sessions AS sessions
JOIN patients ON patients.patient_id = sessions.patient_id
LEFT JOIN doses
    ON doses.patient_id = sessions.patient_id
    AND doses.route IS NOT DISTINCT FROM sessions.route
    AND doses.drug IS NOT DISTINCT FROM sessions.drug
LEFT JOIN courses ON courses.patient_id = sessions.patient_id
