-- Baselines of the counted patients.
-- Grain: one row per counted unit x scale with a baseline.
-- Inputs: counted_units, baselines, primary_scales, timepoint_scores.
-- member_number: any number of its own, so that what follows joins on a number and not on the text of pseudonyms.
-- has_followup: whether the course has any follow-up on the scale, and so a `last` one.
SELECT
    CAST(row_number() OVER () AS INTEGER) AS member_number,
    unit_number,
    units.clinic_id,
    units.patient_id,
    units.course_number,
    condition,
    route,
    sex,
    is_first,
    followed_rank,
    baselines.scale,
    baseline,
    coalesce(primary_scales.scale = baselines.scale, false) AS is_primary,
    lasts.score IS NOT NULL AS has_followup
FROM counted_units AS units
JOIN baselines USING (clinic_id, patient_id, course_number)
LEFT JOIN primary_scales USING (clinic_id, patient_id, course_number)
LEFT JOIN (SELECT * FROM timepoint_scores WHERE timepoint = 'last') AS lasts
    ON lasts.clinic_id = units.clinic_id
    AND lasts.patient_id = units.patient_id
    AND lasts.course_number = units.course_number
    AND lasts.scale = baselines.scale
