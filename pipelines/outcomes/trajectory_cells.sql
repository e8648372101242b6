-- Course of the scores, by session and by week.
-- Grain: clinic_id x condition x route x scale x axis x position; positions run without a hole from the baseline to
-- the last one at which a patient of the cell has a score.
-- Inputs: counted_units, baselines, follow_ups, course_sessions, cell_counts.
-- Parameters: week_slack_days, last_week.
-- Population: counted units of the cell with a baseline on the scale. Axis session: 1 = the baseline, k = the last
-- follow-up after session k-1 up to and including session k. Axis week: 0 = the baseline, w = the follow-up nearest
-- to c-day 7w within the slack, of two equally near the earlier.
-- n_stopped = patients of the population with no score at that position or a later one of the axis (for weeks also
-- beyond the last week shown). Sums run over whole billionths of a point: exact in any order.
WITH members AS (
    SELECT clinic_id, patient_id, course_number, condition, route, scale, baseline
    FROM counted_units
    JOIN baselines USING (clinic_id, patient_id, course_number)
),
session_spans AS (
    SELECT
        clinic_id,
        patient_id,
        course_number,
        session_number,
        c_day,
        lag(c_day) OVER (PARTITION BY clinic_id, patient_id, course_number ORDER BY session_number) AS previous_c_day
    FROM course_sessions
),
by_session AS (
    SELECT
        follow_ups.clinic_id,
        follow_ups.patient_id,
        follow_ups.course_number,
        follow_ups.scale,
        session_number AS position,
        arg_max(score, follow_ups.c_day) AS score
    FROM follow_ups
    ASOF JOIN (SELECT * FROM session_spans WHERE session_number > 1 AND c_day > previous_c_day) AS spans
        ON follow_ups.clinic_id = spans.clinic_id
        AND follow_ups.patient_id = spans.patient_id
        AND follow_ups.course_number = spans.course_number
        AND follow_ups.c_day <= spans.c_day
    GROUP BY ALL
),
by_week AS (
    SELECT
        clinic_id,
        patient_id,
        course_number,
        scale,
        CAST(floor((c_day + 3) / 7) AS INTEGER) AS position,
        arg_min(score, (abs(c_day - 7 * CAST(floor((c_day + 3) / 7) AS INTEGER)), c_day)) AS score
    FROM follow_ups
    WHERE c_day > 3 AND abs(c_day - 7 * CAST(floor((c_day + 3) / 7) AS INTEGER)) <= $week_slack_days
    GROUP BY clinic_id, patient_id, course_number, scale, position
),
placed AS (
    SELECT members.* EXCLUDE (baseline), 'session' AS axis, 1 AS position, baseline AS score, baseline FROM members
    UNION ALL
    SELECT members.* EXCLUDE (baseline), 'session' AS axis, position, score, baseline
    FROM members
    JOIN by_session USING (clinic_id, patient_id, course_number, scale)
    UNION ALL
    SELECT members.* EXCLUDE (baseline), 'week' AS axis, 0 AS position, baseline AS score, baseline FROM members
    UNION ALL
    SELECT members.* EXCLUDE (baseline), 'week' AS axis, position, score, baseline
    FROM members
    JOIN by_week USING (clinic_id, patient_id, course_number, scale)
),
lasts AS (
    SELECT clinic_id, patient_id, course_number, condition, scale, axis, max(position) AS last_position
    FROM placed
    GROUP BY clinic_id, patient_id, course_number, condition, scale, axis
),
marked AS (
    SELECT
        *,
        CAST(round(1e9 * score) AS BIGINT) AS score_billionths,
        CAST(round(1e9 * baseline) AS BIGINT) AS baseline_billionths,
        position = last_position AS is_last
    FROM placed
    JOIN lasts USING (clinic_id, patient_id, course_number, condition, scale, axis)
),
summed AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        scale,
        axis,
        position,
        count(*) AS n,
        sum(score_billionths) AS score_sum,
        sum(CAST(score_billionths AS HUGEINT) * score_billionths) AS score_squares,
        count(*) FILTER (is_last) AS last_n,
        coalesce(sum(baseline_billionths) FILTER (is_last), 0) AS last_baseline_sum
    FROM marked
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
