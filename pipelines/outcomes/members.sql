-- Who may be paired: baselines of the counted patients.
-- Grain: one row per counted unit x scale with a baseline.
-- Inputs: counted_units, baselines, primary_scales.
-- member_number: any number of its own, so that what follows joins on one number.
SELECT
    CAST(row_number() OVER () AS INTEGER) AS member_number,
    course_key,
    baselines.scale,
    baseline,
    coalesce(primary_scales.scale = baselines.scale, false) AS is_primary
FROM counted_units
JOIN baselines USING (course_key)
LEFT JOIN primary_scales USING (course_key)
