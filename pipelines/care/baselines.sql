-- Baselines.
-- Grain: one row per course and scale that has one.
-- Inputs: courses_of_care, eligible_scores.
-- Parameters: baseline_first_day, baseline_last_day (c-days, both inside the window).
-- The last eligible score of the window and after the previous course's last session.
SELECT
    any_value(clinic_id) AS clinic_id,
    any_value(patient_id) AS patient_id,
    any_value(course_number) AS course_number,
    course_key,
    scale,
    arg_max(score, score_day) AS baseline,
    max(score_day) - any_value(start_day) AS c_day
FROM courses_of_care
JOIN eligible_scores USING (clinic_id, patient_id)
WHERE score_day BETWEEN start_day + $baseline_first_day AND start_day + $baseline_last_day
    AND score_day > coalesce(previous_last_day, score_day - 1)
GROUP BY course_key, scale
