-- The score of each timepoint.
-- Grain: one row per course, scale and timepoint that has one.
-- Inputs: follow_ups, courses_of_care, timepoints.
-- Nearest to the target within the window, of two equally near the earlier; `last` = the latest follow-up.
-- One score may serve several timepoints.
WITH near AS (
    SELECT
        follow_ups.*,
        timepoint,
        c_day - target_day - CASE WHEN anchor = 'last_induction_session' THEN induction_last_c_day ELSE 0 END
            AS days_off
    FROM follow_ups
    JOIN courses_of_care USING (course_key)
    JOIN timepoints
        ON c_day - CASE WHEN anchor = 'last_induction_session' THEN induction_last_c_day ELSE 0 END
        BETWEEN first_day AND last_day
)
-- abs(4 x days off + 1) ranks on the day, a day before, a day after, two days before, ...: one number, no ties.
SELECT
    any_value(clinic_id) AS clinic_id,
    any_value(patient_id) AS patient_id,
    any_value(course_number) AS course_number,
    course_key,
    scale,
    timepoint,
    arg_min(c_day, abs(4 * days_off + 1)) AS c_day,
    arg_min(score, abs(4 * days_off + 1)) AS score
FROM near
GROUP BY course_key, scale, timepoint
UNION ALL
SELECT
    any_value(clinic_id) AS clinic_id,
    any_value(patient_id) AS patient_id,
    any_value(course_number) AS course_number,
    course_key,
    scale,
    'last' AS timepoint,
    max(c_day) AS c_day,
    arg_max(score, c_day) AS score
FROM follow_ups
GROUP BY course_key, scale
