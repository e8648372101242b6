-- Baseline and follow-up of each counted patient at each timepoint.
-- Grain: one row per row of unit_baselines x timepoint.
-- Inputs: unit_baselines, timepoint_scores, timepoint_names (timepoint, due_rank).
-- followup is NULL unless the timepoint is due and has a score.
WITH due AS (
    SELECT
        unit_baselines.* EXCLUDE (patient_id, course_number, followed_rank),
        timepoint,
        followed_rank IS NULL OR due_rank <= followed_rank AS is_due
    FROM unit_baselines
    CROSS JOIN timepoint_names
),
reached AS (
    SELECT member_number, timepoint, score
    FROM timepoint_scores
    JOIN unit_baselines USING (clinic_id, patient_id, course_number, scale)
)
SELECT due.*, CASE WHEN is_due THEN score END AS followup
FROM due
LEFT JOIN reached USING (member_number, timepoint)
