-- The score of each timepoint.
-- Grain: one row per course, scale and timepoint that has one.
-- Inputs: follow_ups, courses_of_care, timepoints.
-- Nearest to the target within the window, of two equally near the earlier; `last` = the latest follow-up.
-- One score may serve several timepoints.
WITH near AS (
    SELECT
        follow_ups.*,
        timepoint,
        abs(
            c_day - target_day - CASE WHEN anchor = 'last_induction_session' THEN induction_last_c_day ELSE 0 END
        ) AS distance_days
    FROM follow_ups
    JOIN courses_of_care USING (clinic_id, patient_id, course_number)
    JOIN timepoints
        ON c_day - CASE WHEN anchor = 'last_induction_session' THEN induction_last_c_day ELSE 0 END
        BETWEEN first_day AND last_day
)
SELECT
    clinic_id,
    patient_id,
    course_number,
    scale,
    timepoint,
    arg_min(c_day, (distance_days, c_day)) AS c_day,
    arg_min(score, (distance_days, c_day)) AS score
FROM near
GROUP BY clinic_id, patient_id, course_number, scale, timepoint
UNION ALL
SELECT
    clinic_id,
    patient_id,
    course_number,
    scale,
    'last' AS timepoint,
    max(c_day) AS c_day,
    arg_max(score, c_day) AS score
FROM follow_ups
GROUP BY clinic_id, patient_id, course_number, scale
