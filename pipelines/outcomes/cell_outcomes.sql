-- Counts and moments of each cell.
-- Grain: clinic_id x condition x route x scale x timepoint, as `outcomes_by_route_condition`; only cells in which a
-- patient has a baseline on the scale. Inputs: smallest_cells, which the cells above them add up.
-- Moments are over the analysed pairs.
WITH counted AS (
    SELECT * FROM smallest_cells
    UNION ALL
    SELECT * REPLACE ('primary' AS scale) FROM smallest_cells WHERE is_primary
    UNION ALL
    SELECT * REPLACE ('primary' AS scale, 'all' AS condition) FROM smallest_cells WHERE is_primary AND is_first
),
summed AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        scale,
        timepoint,
        any_value(direction) AS direction,
        bool_or(COLUMNS('_defined$')) AS "\0",
        CAST(coalesce(sum(COLUMNS('^n_|_n$')), 0) AS BIGINT) AS "\0",
        sum(COLUMNS('_sum$|_squares$')) AS "\0"
    FROM counted
    GROUP BY GROUPING SETS (
        (clinic_id, condition, route, scale, timepoint),
        (clinic_id, condition, scale, timepoint),
        (condition, route, scale, timepoint),
        (condition, scale, timepoint)
    )
)
SELECT
    * EXCLUDE (baseline_sum, followup_sum, change_sum, baseline_squares, followup_squares, change_squares),
    CAST(baseline_sum AS DOUBLE) / nullif(n_analysed, 0) / 1e9 AS baseline_mean,
    CAST(followup_sum AS DOUBLE) / nullif(n_analysed, 0) / 1e9 AS followup_mean,
    CAST(change_sum AS DOUBLE) / nullif(n_analysed, 0) / 1e9 AS change_mean,
    sqrt(CAST(n_analysed * baseline_squares - baseline_sum * baseline_sum AS DOUBLE)
        / nullif(n_analysed * (n_analysed - 1), 0)) / 1e9 AS baseline_sd,
    sqrt(CAST(n_analysed * followup_squares - followup_sum * followup_sum AS DOUBLE)
        / nullif(n_analysed * (n_analysed - 1), 0)) / 1e9 AS followup_sd,
    sqrt(CAST(n_analysed * change_squares - change_sum * change_sum AS DOUBLE)
        / nullif(n_analysed * (n_analysed - 1), 0)) / 1e9 AS change_sd
FROM summed
