-- Grain: one thing compared between a clinic's pending records (new_) and those that stand (old_). Inputs: the counts of
--   filled values by table and column (filled in by drift.py), usable_scores, pending_deliveries, scale_limits.
-- Parameters: none. Denominators: old_n, new_n = records not quarantined; of `baseline`, scores on or before day 0.
WITH completeness AS (
    /* completeness */
),
scores AS (
    SELECT
        scores.scale,
        coalesce(receipt IN (SELECT receipt FROM pending_deliveries), TRUE) AS is_new,
        score_day,
        coalesce(scores.expected_total, scores.total) AS score,
        score > (limits.total_minimum + limits.total_maximum) / 2 AS in_upper_half
    FROM usable_scores AS scores
    LEFT JOIN scale_limits AS limits ON limits.scale = scores.scale
),
scales AS (
    SELECT
        scale,
        count_if(NOT is_new) AS old_n,
        count_if(is_new) AS new_n,
        sum(old_n) OVER () AS old_all_n,
        sum(new_n) OVER () AS new_all_n
    FROM scores
    GROUP BY scale
),
baselines AS (
    SELECT
        scale,
        count(score) FILTER (WHERE NOT is_new) AS old_n,
        count(score) FILTER (WHERE is_new) AS new_n,
        avg(score) FILTER (WHERE NOT is_new) AS old_mean,
        avg(score) FILTER (WHERE is_new) AS new_mean,
        stddev_samp(score) FILTER (WHERE NOT is_new) AS old_sd,
        stddev_samp(score) FILTER (WHERE is_new) AS new_sd,
        count_if(in_upper_half AND is_new) AS new_filled
    FROM scores
    WHERE score_day <= 0
    GROUP BY scale
),
tables AS (
    SELECT table_name, any_value(old_n) AS old_n, any_value(new_n) AS new_n, sum(any_value(new_n)) OVER () AS new_all_n
    FROM completeness
    GROUP BY table_name
)
SELECT 'completeness' AS kind, * FROM completeness
UNION ALL BY NAME
SELECT 'table' AS kind, table_name, '' AS measured, * EXCLUDE (table_name) FROM tables
UNION ALL BY NAME
SELECT 'scale' AS kind, 'scores' AS table_name, scale AS measured, * EXCLUDE (scale) FROM scales
UNION ALL BY NAME
SELECT 'baseline' AS kind, 'scores' AS table_name, scale AS measured, * EXCLUDE (scale) FROM baselines
