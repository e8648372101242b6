-- Steps of care as measures: done (1) or not (0), minutes and delays where it was done.
-- Grain: one row per step that was recorded and each figure of it. Inputs: pathway_steps. route is the course's.
SELECT clinic_id, patient_number, condition, route, step AS measure, CAST(is_done AS DOUBLE) AS value
FROM pathway_steps
UNION ALL
SELECT clinic_id, patient_number, condition, route, step || ':minutes', minutes
FROM pathway_steps
WHERE minutes IS NOT NULL
UNION ALL
SELECT clinic_id, patient_number, condition, route, step || ':delay_days', delay_days
FROM pathway_steps
WHERE delay_days IS NOT NULL
UNION ALL
SELECT clinic_id, patient_number, condition, route, step || ':delay_minutes', delay_minutes
FROM pathway_steps
WHERE delay_minutes IS NOT NULL
