-- Who is counted.
-- Grain: one row per patient and condition: the patient's first course of that condition that is not left-truncated.
-- Inputs: courses_of_care. Later courses of the same condition belong to the table `retreatment`.
-- is_first marks the first of them over all conditions: the one row that condition `all` counts.
-- followed_rank: place of the delivered followed_through in the order of timepoints (0 = none); NULL = not delivered.
WITH firsts AS (
    SELECT *
    FROM courses_of_care
    WHERE condition IS NOT NULL AND NOT left_truncated
    QUALIFY row_number() OVER (PARTITION BY clinic_id, patient_id, condition ORDER BY course_number) = 1
)
SELECT
    clinic_id,
    patient_id,
    course_number,
    condition,
    route,
    sex,
    induction_completed,
    CASE
        WHEN followed_through IS NOT NULL
            THEN coalesce(list_position(['end_of_induction', 'week_4', 'month_3', 'month_6'], followed_through), 0)
    END AS followed_rank,
    course_number = min(course_number) OVER (PARTITION BY clinic_id, patient_id) AS is_first
FROM firsts
