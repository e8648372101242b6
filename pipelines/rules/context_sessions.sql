-- Grain: one usable session. Inputs: usable_sessions, usable_courses. Parameters: none.
-- Adds patient_number (stands for the pseudonym, which is left behind here), the median dose of the patient by the same
-- route and drug over own_doses_n sessions, and the conditions of the patient's courses.
SELECT
    sessions.*,
    dense_rank() OVER (ORDER BY sessions.patient_id) AS patient_number,
    median(dose_mg) OVER same_way AS own_median_dose_mg,
    count(dose_mg) OVER same_way AS own_doses_n,
    courses.patient_conditions
FROM usable_sessions AS sessions
LEFT JOIN (
    SELECT patient_id, list(DISTINCT condition) AS patient_conditions
    FROM usable_courses
    WHERE condition IS NOT NULL
    GROUP BY patient_id
) AS courses ON courses.patient_id = sessions.patient_id
WINDOW same_way AS (PARTITION BY sessions.patient_id, route, drug)
