-- Follow-ups.
-- Grain: one row per course, scale and day.
-- Inputs: courses_of_care, eligible_scores, scale_definitions.
-- Eligible scores after c-day 0, not before the scale's first follow-up day, up to the day before the next course.
SELECT
    clinic_id,
    patient_id,
    course_number,
    course_key,
    scale,
    score_day - start_day AS c_day,
    score
FROM courses_of_care
JOIN eligible_scores USING (clinic_id, patient_id)
LEFT JOIN scale_definitions USING (scale)
WHERE score_day - start_day >= greatest(1, coalesce(first_followup_day, 0))
    AND score_day < coalesce(next_start_day, score_day + 1)
