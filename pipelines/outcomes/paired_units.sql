-- Baseline and follow-up of each counted patient at each timepoint.
-- Grain: one row per counted unit x scale with a baseline x timepoint.
-- Inputs: counted_units, baselines, follow_ups, timepoint_scores, primary_scales,
-- timepoint_names (timepoint, due_rank). followup is NULL unless the timepoint is due and has a score.
WITH followed AS (
    SELECT DISTINCT clinic_id, patient_id, course_number, scale
    FROM follow_ups
)
SELECT
    units.*,
    baselines.scale,
    names.timepoint,
    coalesce(primary_scales.scale = baselines.scale, false) AS is_primary,
    followed_rank IS NULL OR due_rank <= followed_rank AS is_due,
    followed.patient_id IS NOT NULL AS has_followup,
    baseline,
    CASE WHEN followed_rank IS NULL OR due_rank <= followed_rank THEN timepoint_scores.score END AS followup,
    CASE WHEN followed_rank IS NULL OR due_rank <= followed_rank THEN timepoint_scores.c_day END AS followup_c_day
FROM counted_units AS units
JOIN baselines USING (clinic_id, patient_id, course_number)
CROSS JOIN timepoint_names AS names
LEFT JOIN followed
    ON followed.clinic_id = units.clinic_id
    AND followed.patient_id = units.patient_id
    AND followed.course_number = units.course_number
    AND followed.scale = baselines.scale
LEFT JOIN primary_scales
    ON primary_scales.clinic_id = units.clinic_id
    AND primary_scales.patient_id = units.patient_id
    AND primary_scales.course_number = units.course_number
LEFT JOIN timepoint_scores
    ON timepoint_scores.clinic_id = units.clinic_id
    AND timepoint_scores.patient_id = units.patient_id
    AND timepoint_scores.course_number = units.course_number
    AND timepoint_scores.scale = baselines.scale
    AND timepoint_scores.timepoint = names.timepoint
