-- The primary scale of each course.
-- Grain: one row per course that has one.
-- Inputs: courses_of_care, baselines, primary_scale_order (condition, scale, place).
-- The first scale of the condition's list with a baseline; never switched because a follow-up is missing.
SELECT
    any_value(courses_of_care.clinic_id) AS clinic_id,
    any_value(courses_of_care.patient_id) AS patient_id,
    any_value(courses_of_care.course_number) AS course_number,
    course_key,
    arg_min(scale, place) AS scale
FROM courses_of_care
JOIN baselines USING (course_key)
JOIN primary_scale_order USING (condition, scale)
GROUP BY course_key
