-- Changes that a route is laid beside: over a course, and over one session.
-- Grain: level `course`: one row per counted course and scale with a baseline and a score at end_of_induction, under
-- the route of the course. Level `session`: one row per two neighbouring scores of such a course and scale with exactly
-- one session between them, under the route of that session.
-- Inputs: unit_baselines, baselines, follow_ups, timepoint_scores, patient_outcomes, counted_units, course_sessions.
-- The scores of a course are its baseline and its follow-ups. One on the day of a session (pre_session) was given
-- before it: between two scores lie the sessions from the day of the first up to the day before the second.
-- Two sessions on one day are two. change_billionths: second minus first; days: between them.
WITH starts AS (
    SELECT member_number, course_key, baselines.scale, baselines.c_day, baselines.baseline AS score
    FROM unit_baselines
    JOIN baselines USING (course_key, scale)
),
points AS (
    SELECT member_number, course_key, c_day, score FROM starts
    UNION ALL
    SELECT member_number, course_key, c_day, score
    FROM unit_baselines
    JOIN follow_ups USING (course_key, scale)
),
session_days AS (
    SELECT course_key, c_day, max(session_number) AS sessions_n, arg_max(course_sessions.route, session_number) AS route
    FROM counted_units
    JOIN course_sessions USING (clinic_id, patient_id, course_number)
    GROUP BY course_key, c_day
),
placed AS (
    SELECT member_number, points.c_day, score, coalesce(sessions_n, 0) AS sessions_n, route
    FROM points
    ASOF LEFT JOIN session_days
        ON points.course_key = session_days.course_key AND points.c_day > session_days.c_day
),
neighbours AS (
    SELECT
        member_number,
        route,
        score - lag(score) OVER course AS change,
        c_day - lag(c_day) OVER course AS days,
        sessions_n - lag(sessions_n) OVER course AS between_n
    FROM placed
    WINDOW course AS (PARTITION BY member_number ORDER BY c_day)
),
ends AS (
    SELECT member_number, c_day
    FROM unit_baselines
    JOIN timepoint_scores USING (course_key, scale)
    WHERE timepoint = 'end_of_induction'
)
SELECT
    'course' AS level,
    member_number,
    route,
    CAST(round(1e9 * (followup - baseline)) AS BIGINT) AS change_billionths,
    ends.c_day - starts.c_day AS days
FROM patient_outcomes
JOIN starts USING (member_number)
JOIN ends USING (member_number)
WHERE timepoint = 'end_of_induction'
UNION ALL
SELECT 'session', member_number, route, CAST(round(1e9 * change) AS BIGINT), days
FROM neighbours
WHERE between_n = 1
