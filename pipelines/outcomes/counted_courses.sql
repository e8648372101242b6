-- Courses that may be counted, each with its place.
-- Grain: one row per course with a condition that is not left-truncated.
-- Inputs: courses_of_care.
-- course_place: among the patient's courses of that condition; counted_units are the rows of one place, so one per
-- patient and condition: 1 for outcomes, 2 for the table `retreatment`.
-- is_first marks the first of a patient's rows of that place: the one row that condition `all` counts.
-- courses_n, all_courses_n: the patient's courses of that condition, and of any condition, whatever their place.
-- followed_rank: place of the delivered followed_through in the order of timepoints (0 = none); NULL = not delivered.
-- Most patients have one course; only the others' courses are ranked.
WITH eligible AS (
    SELECT * FROM courses_of_care WHERE condition IS NOT NULL AND NOT left_truncated
),
several AS (
    SELECT DISTINCT clinic_id, patient_id FROM eligible WHERE course_number > 1
),
placed AS (
    SELECT
        clinic_id,
        patient_id,
        course_key,
        course_number,
        row_number() OVER (PARTITION BY clinic_id, patient_id, condition ORDER BY course_number) AS course_place,
        count(*) OVER (PARTITION BY clinic_id, patient_id, condition) AS courses_n,
        count(*) OVER (PARTITION BY clinic_id, patient_id) AS all_courses_n
    FROM eligible
    SEMI JOIN several USING (clinic_id, patient_id)
),
ranked AS (
    SELECT
        *,
        course_number = min(course_number) OVER (PARTITION BY clinic_id, patient_id, course_place) AS is_first
    FROM placed
)
SELECT
    course_key,
    eligible.clinic_id,
    eligible.patient_id,
    eligible.course_number,
    coalesce(course_place, 1) AS course_place,
    condition,
    route,
    sex,
    age_band,
    induction_completed,
    coalesce(courses_n, 1) AS courses_n,
    coalesce(all_courses_n, 1) AS all_courses_n,
    CASE
        WHEN followed_through IS NOT NULL
            THEN coalesce(list_position(['end_of_induction', 'week_4', 'month_3', 'month_6'], followed_through), 0)
    END AS followed_rank,
    coalesce(is_first, true) AS is_first
FROM eligible
LEFT JOIN ranked USING (course_key)
