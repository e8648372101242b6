-- Courses of care.
-- Grain: one row per patient and course.
-- Inputs: course_sessions, courses.
-- course_key: the course's number among all of the lake, so that what follows joins on a number and not on the text of
-- pseudonyms.
-- Parameters: induction_completed_sessions, route_share_pct.
-- A courses row with a course_id belongs to the course that holds the earliest session with that id; of several for
-- one course, the one with the earliest session. A row without course_id, or whose id no session of the patient
-- bears, gives its condition to all the patient's courses; its followed_through and stop_reason only if there is one.
-- Condition: the delivered row's, else that of the earliest session that states one; with neither it is NULL and the
-- course is held out. Other conditions become secondary.
WITH cut AS (
    SELECT
        clinic_id,
        patient_id,
        course_number,
        min(session_day) AS start_day,
        max(session_day) AS last_session_day,
        count(*) AS n_sessions,
        count(*) FILTER (in_induction) AS n_induction_sessions,
        max(c_day) FILTER (in_induction) AS induction_last_c_day,
        arg_min(condition, session_number) FILTER (condition IS NOT NULL) AS session_condition,
        list(DISTINCT condition) FILTER (condition IS NOT NULL) AS session_conditions
    FROM course_sessions
    GROUP BY clinic_id, patient_id, course_number
),
neighboured AS (
    SELECT
        *,
        lead(start_day) OVER patient AS next_start_day,
        lag(last_session_day) OVER patient AS previous_last_day,
        count(*) OVER (PARTITION BY clinic_id, patient_id) AS courses_n
    FROM cut
    WINDOW patient AS (PARTITION BY clinic_id, patient_id ORDER BY course_number)
),
route_sessions AS (
    SELECT clinic_id, patient_id, course_number, route, count(*) AS sessions_n
    FROM course_sessions
    WHERE in_induction
    GROUP BY clinic_id, patient_id, course_number, route
),
main_routes AS (
    SELECT clinic_id, patient_id, course_number, arg_max(route, sessions_n) AS route, max(sessions_n) AS sessions_n
    FROM route_sessions
    GROUP BY clinic_id, patient_id, course_number
),
borne AS (
    SELECT
        clinic_id,
        patient_id,
        course_id,
        min(course_number) AS course_number,
        arg_min(session_number, (course_number, session_number)) AS session_number
    FROM course_sessions
    WHERE course_id IS NOT NULL
    GROUP BY clinic_id, patient_id, course_id
),
linked AS (
    SELECT courses.*, borne.course_number
    FROM courses
    JOIN borne USING (clinic_id, patient_id, course_id)
    QUALIFY row_number() OVER (
        PARTITION BY clinic_id, patient_id, borne.course_number ORDER BY borne.session_number, course_id
    ) = 1
),
unlinked AS (
    SELECT courses.*
    FROM courses
    ANTI JOIN borne USING (clinic_id, patient_id, course_id)
    QUALIFY row_number() OVER (
        PARTITION BY clinic_id, patient_id ORDER BY course_id NULLS FIRST, receipt, "row_number"
    ) = 1
),
described AS (
    SELECT
        neighboured.*,
        coalesce(linked.condition, unlinked.condition, session_condition) AS condition,
        coalesce(linked.secondary_conditions, unlinked.secondary_conditions, []) AS delivered_secondary,
        coalesce(linked.sex, unlinked.sex, 'unknown') AS sex,
        coalesce(linked.age_band, unlinked.age_band, 'unknown') AS age_band,
        CASE
            WHEN linked.patient_id IS NOT NULL THEN linked.followed_through
            WHEN courses_n = 1 THEN unlinked.followed_through
        END AS followed_through,
        CASE
            WHEN linked.patient_id IS NOT NULL THEN linked.stop_reason
            WHEN courses_n = 1 THEN unlinked.stop_reason
        END AS stop_reason
    FROM neighboured
    LEFT JOIN linked USING (clinic_id, patient_id, course_number)
    LEFT JOIN unlinked USING (clinic_id, patient_id)
)
SELECT
    clinic_id,
    patient_id,
    course_number,
    CAST(row_number() OVER (ORDER BY clinic_id, patient_id, course_number) AS INTEGER) AS course_key,
    condition,
    list_sort(list_distinct(list_filter(
        list_concat(delivered_secondary, coalesce(session_conditions, [])), lambda other: other <> condition
    ))) AS secondary_conditions,
    coalesce(len(session_conditions), 0) > CAST(coalesce(list_contains(session_conditions, condition), false) AS INTEGER)
        AS condition_changed,
    start_day,
    last_session_day,
    next_start_day,
    previous_last_day,
    course_number = 1 AND start_day > 0 AS left_truncated,
    n_sessions,
    n_induction_sessions,
    n_induction_sessions >= $induction_completed_sessions AS induction_completed,
    induction_last_c_day,
    CASE
        WHEN 100 * main_routes.sessions_n >= $route_share_pct * n_induction_sessions THEN main_routes.route
        ELSE 'mixed'
    END AS route,
    sex,
    age_band,
    followed_through,
    stop_reason
FROM described
JOIN main_routes USING (clinic_id, patient_id, course_number)
