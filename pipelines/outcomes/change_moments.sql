-- The people that an individual change is held against: the network's first courses.
-- Grain: one row per scale with a baseline and timepoint. Inputs: unit_baselines, patient_outcomes, timepoint_names.
-- Parameter: minimum_n: below it a mean or SD is NULL. is_first: each patient once. Exact sums, see cell_outcomes.sql.
-- baseline_*: everyone with a baseline. The others: the analysed pairs of the timepoint; change is raw.
WITH before AS (
    SELECT scale, count(*) AS n, sum(points) AS total, sum(CAST(points AS HUGEINT) * points) AS squares
    FROM (SELECT scale, CAST(round(1e9 * baseline) AS BIGINT) AS points FROM unit_baselines WHERE is_first)
    GROUP BY scale
),
pairs AS (
    SELECT
        scale,
        timepoint,
        count(*) AS n,
        sum(CAST(round(1e9 * baseline) AS BIGINT)) AS baseline_total,
        sum(CAST(round(1e9 * followup) AS BIGINT)) AS followup_total,
        sum(change) AS change_total,
        sum(CAST(change AS HUGEINT) * change) AS change_squares
    FROM (SELECT *, CAST(round(1e9 * (followup - baseline)) AS BIGINT) AS change FROM patient_outcomes)
    WHERE is_first
    GROUP BY scale, timepoint
)
SELECT
    CAST(row_number() OVER (ORDER BY scale, timepoint) AS INTEGER) AS block,
    scale,
    timepoint,
    before.n AS baseline_n,
    CASE WHEN before.n >= $minimum_n THEN CAST(total AS DOUBLE) / before.n / 1e9 END AS baseline_mean,
    CASE WHEN before.n >= $minimum_n
        THEN sqrt(CAST(before.n * squares - total * total AS DOUBLE) / (before.n * (before.n - 1))) / 1e9
    END AS baseline_sd,
    CASE WHEN pairs.n >= $minimum_n THEN pairs.n END AS pair_n,
    CASE WHEN pairs.n >= $minimum_n THEN CAST(baseline_total AS DOUBLE) / pairs.n / 1e9 END AS pair_baseline_mean,
    CASE WHEN pairs.n >= $minimum_n THEN CAST(followup_total AS DOUBLE) / pairs.n / 1e9 END AS followup_mean,
    CASE WHEN pairs.n >= $minimum_n THEN CAST(change_total AS DOUBLE) / pairs.n / 1e9 END AS change_mean,
    CASE WHEN pairs.n >= $minimum_n
        THEN sqrt(
            CAST(pairs.n * change_squares - change_total * change_total AS DOUBLE) / (pairs.n * (pairs.n - 1))
        ) / 1e9
    END AS change_sd
FROM before
CROSS JOIN timepoint_names
LEFT JOIN pairs USING (scale, timepoint)
ORDER BY scale, timepoint
