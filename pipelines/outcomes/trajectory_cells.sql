-- Course of the scores, by session and by week.
-- Grain: clinic_id x condition x route x scale x axis x position; positions run without a hole from the baseline to
-- the last one at which a patient of the cell has a score.
-- Inputs: counted_units, unit_baselines, follow_ups, course_sessions, cell_counts.
-- Parameters: week_slack_days, last_week.
-- Population: counted units of the cell with a baseline on the scale. Axis session: 1 = the baseline, k = the last
-- follow-up after session k-1 up to and including session k. Axis week: 0 = the baseline, w = the follow-up nearest
-- to c-day 7w within the slack, of two equally near the earlier.
-- n_stopped = patients of the population with no score at that position or a later one of the axis (for weeks also
-- beyond the last week shown). Sums run over whole billionths of a point: exact in any order.
WITH starts AS (
    SELECT member_number, clinic_id, condition, route, scale, CAST(round(1e9 * baseline) AS BIGINT) AS billionths
    FROM unit_baselines
),
followed AS MATERIALIZED (
    SELECT course_key, member_number, c_day, CAST(round(1e9 * score) AS BIGINT) AS billionths
    FROM follow_ups
    JOIN unit_baselines USING (course_key, scale)
),
-- Of several sessions on one day the first ends the span; the first session of all ends none.
spans AS (
    SELECT course_key, c_day, min(session_number) AS session_number
    FROM course_sessions
    JOIN counted_units USING (clinic_id, patient_id, course_number)
    GROUP BY course_key, c_day
    HAVING min(session_number) > 1
),
by_session AS (
    SELECT member_number, session_number AS position, arg_max(billionths, followed.c_day) AS billionths
    FROM followed
    ASOF JOIN spans ON followed.course_key = spans.course_key AND followed.c_day <= spans.c_day
    GROUP BY member_number, session_number
),
weeks AS (
    SELECT
        member_number,
        CAST(floor((c_day + 3) / 7) AS INTEGER) AS position,
        c_day - 7 * CAST(floor((c_day + 3) / 7) AS INTEGER) AS days_off,
        billionths
    FROM followed
    WHERE c_day > 3
),
-- abs(4 x days off + 1) ranks on the day, a day before, a day after, two days before, ...: one number, no ties.
by_week AS (
    SELECT member_number, position, arg_min(billionths, abs(4 * days_off + 1)) AS billionths
    FROM weeks
    WHERE abs(days_off) <= $week_slack_days
    GROUP BY member_number, position
),
placed AS MATERIALIZED (
    SELECT member_number, 'session' AS axis, 1 AS position, billionths FROM starts
    UNION ALL
    SELECT member_number, 'session', position, billionths FROM by_session
    UNION ALL
    SELECT member_number, 'week', 0, billionths FROM starts
    UNION ALL
    SELECT member_number, 'week', position, billionths FROM by_week
),
scored AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        axis,
        position,
        count(*) AS n,
        sum(placed.billionths) AS score_sum,
        sum(CAST(placed.billionths AS HUGEINT) * placed.billionths) AS score_squares,
        0 AS last_n,
        0 AS last_baseline_sum
    FROM placed
    JOIN starts USING (member_number)
    GROUP BY clinic_id, condition, route, scale, axis, position
),
ended AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        axis,
        position,
        0 AS n,
        NULL AS score_sum,
        NULL AS score_squares,
        count(*) AS last_n,
        sum(billionths) AS last_baseline_sum
    FROM (SELECT member_number, axis, max(position) AS position FROM placed GROUP BY member_number, axis)
    JOIN starts USING (member_number)
    GROUP BY clinic_id, condition, route, scale, axis, position
),
summed AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        scale,
        axis,
        position,
        sum(n) AS n,
        sum(score_sum) AS score_sum,
        sum(score_squares) AS score_squares,
        sum(last_n) AS last_n,
        sum(last_baseline_sum) AS last_baseline_sum
    FROM (FROM scored UNION ALL FROM ended)
    GROUP BY GROUPING SETS (
        (clinic_id, condition, route, scale, axis, position),
        (clinic_id, condition, scale, axis, position),
        (condition, route, scale, axis, position),
        (condition, scale, axis, position)
    )
),
grid AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        axis,
        unnest(range(min(position), 1 + max(position))) AS position
    FROM summed
    WHERE axis = 'session' OR position <= $last_week
    GROUP BY clinic_id, condition, route, scale, axis
),
filled AS (
    SELECT
        grid.*,
        coalesce(n, 0) AS n,
        score_sum,
        score_squares,
        coalesce(sum(last_n) OVER earlier, 0) AS n_stopped,
        sum(last_baseline_sum) OVER earlier AS stopped_baseline_sum
    FROM grid
    LEFT JOIN summed USING (clinic_id, condition, route, scale, axis, position)
    WINDOW earlier AS (
        PARTITION BY clinic_id, condition, route, scale, axis
        ORDER BY position
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
)
SELECT
    clinic_id,
    condition,
    route,
    scale,
    axis,
    CAST(position AS INTEGER) AS position,
    CAST(n AS BIGINT) AS n,
    CAST(score_sum AS DOUBLE) / nullif(n, 0) / 1e9 AS mean,
    sqrt(CAST(n * score_squares - score_sum * score_sum AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9 AS sd,
    CAST(n_stopped AS BIGINT) AS n_stopped,
    CAST(stopped_baseline_sum AS DOUBLE) / nullif(n_stopped, 0) / 1e9 AS baseline_mean_of_stopped,
    n_started
FROM filled
JOIN (SELECT DISTINCT clinic_id, condition, route, n_started FROM cell_counts) AS started
    USING (clinic_id, condition, route)
ORDER BY clinic_id, condition, route, scale, axis, position
