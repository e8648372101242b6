-- The people that an individual change in a research sample is held against: its own pairs, whatever the group.
-- Grain: one row per sample, scale, from_day and to_day. Inputs: reference_pairs. Exact sums, see cell_outcomes.sql.
WITH pairs AS (
    SELECT
        sample,
        scale,
        from_day,
        to_day,
        CAST(round(1e9 * baseline) AS BIGINT) AS points,
        CAST(round(1e9 * followup) AS BIGINT) AS later_points,
        CAST(round(1e9 * (followup - baseline)) AS BIGINT) AS change
    FROM reference_pairs
    WHERE to_day > from_day AND "group" = 'all'
),
summed AS (
    SELECT
        sample,
        scale,
        from_day,
        to_day,
        count(*) AS n,
        sum(points) AS total,
        sum(CAST(points AS HUGEINT) * points) AS squares,
        sum(later_points) AS later_total,
        sum(change) AS change_total,
        sum(CAST(change AS HUGEINT) * change) AS change_squares
    FROM pairs
    GROUP BY sample, scale, from_day, to_day
)
SELECT
    CAST(row_number() OVER (ORDER BY sample, scale, from_day, to_day) AS INTEGER) AS block,
    sample,
    scale,
    from_day,
    to_day,
    n AS baseline_n,
    CAST(total AS DOUBLE) / n / 1e9 AS baseline_mean,
    sqrt(CAST(n * squares - total * total AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9 AS baseline_sd,
    n AS pair_n,
    CAST(total AS DOUBLE) / n / 1e9 AS pair_baseline_mean,
    CAST(later_total AS DOUBLE) / n / 1e9 AS followup_mean,
    CAST(change_total AS DOUBLE) / n / 1e9 AS change_mean,
    sqrt(CAST(n * change_squares - change_total * change_total AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9 AS change_sd
FROM summed
ORDER BY block
