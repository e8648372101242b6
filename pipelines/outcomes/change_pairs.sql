-- How often each pair of scores occurs in each of the smallest cells: people who came and stand alike are judged once.
-- Grain: clinic_id x condition x route x scale x timepoint x baseline x followup x crossing.
-- Inputs: patient_outcomes, change_moments (block, scale, timepoint). crossing: see change_classes.sql.
SELECT
    clinic_id,
    condition,
    route,
    scale,
    timepoint,
    block,
    baseline,
    followup,
    CASE
        WHEN case_at_baseline AND NOT case_at_followup THEN 'out'
        WHEN NOT case_at_baseline AND case_at_followup THEN 'in'
        ELSE 'none'
    END AS crossing,
    count(*) AS pairs_n
FROM patient_outcomes
JOIN change_moments USING (scale, timepoint)
GROUP BY ALL
