-- Courses that stand in no outcome table, and courses whose condition changed: for data_quality.
-- Grain: one row per clinic. Inputs: courses_of_care. All counts are courses, of courses_n.
SELECT
    clinic_id,
    count(*) AS courses_n,
    count(*) FILTER (condition IS NULL) AS no_condition,
    count(*) FILTER (left_truncated) AS left_truncated,
    count(*) FILTER (condition_changed) AS condition_changed
FROM courses_of_care
GROUP BY clinic_id
ORDER BY clinic_id
