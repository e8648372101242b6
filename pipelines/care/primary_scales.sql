-- The primary scale of each course.
-- Grain: one row per course that has one.
-- Inputs: courses_of_care, baselines, primary_scale_order (condition, scale, place).
-- The first scale of the condition's list with a baseline; never switched because a follow-up is missing.
SELECT
    clinic_id,
    patient_id,
    course_number,
    arg_min(scale, place) AS scale
FROM courses_of_care
JOIN baselines USING (clinic_id, patient_id, course_number)
JOIN primary_scale_order USING (condition, scale)
GROUP BY clinic_id, patient_id, course_number
