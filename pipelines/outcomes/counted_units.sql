-- Who is counted.
-- Grain: one row per patient and condition: the course at place $course_place of the patient's courses of that condition
-- that are not left-truncated; 1 = the first, for outcomes, 2 = the second, for the table `retreatment`.
-- Inputs: courses_of_care. Parameters: course_place.
-- is_first marks the first of them over all conditions: the one row that condition `all` counts.
-- courses_n, all_courses_n: the patient's courses of that condition, and of any condition, whatever their place.
-- followed_rank: place of the delivered followed_through in the order of timepoints (0 = none); NULL = not delivered.
WITH chosen AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY clinic_id, patient_id, condition) AS courses_n,
        count(*) OVER (PARTITION BY clinic_id, patient_id) AS all_courses_n
    FROM courses_of_care
    WHERE condition IS NOT NULL AND NOT left_truncated
    QUALIFY row_number() OVER (PARTITION BY clinic_id, patient_id, condition ORDER BY course_number) = $course_place
)
SELECT
    clinic_id,
    patient_id,
    course_number,
    condition,
    route,
    sex,
    age_band,
    induction_completed,
    courses_n,
    all_courses_n,
    CASE
        WHEN followed_through IS NOT NULL
            THEN coalesce(list_position(['end_of_induction', 'week_4', 'month_3', 'month_6'], followed_through), 0)
    END AS followed_rank,
    course_number = min(course_number) OVER (PARTITION BY clinic_id, patient_id) AS is_first
FROM chosen
