-- Grain: one thing compared between a clinic's pending records (new_) and those that stand (old_). Inputs: the counts of
--   filled values by table and column (filled in by drift.py), usable_scores, pending_deliveries, scale_limits.
-- Parameters: none. Denominators: old_n, new_n = records not quarantined; of `baseline`, scores on or before day 0.
WITH completeness AS MATERIALIZED (
    /* completeness */
),
counted AS MATERIALIZED (
    SELECT
        scores.scale,
        coalesce(receipt IN (SELECT receipt FROM pending_deliveries), TRUE) AS is_new,
        score_day <= 0 AS is_baseline,
        count(*) AS records_n,
        count(coalesce(scores.expected_total, scores.total)) AS n,
        avg(coalesce(scores.expected_total, scores.total)) AS mean,
        stddev_samp(coalesce(scores.expected_total, scores.total)) AS sd,
        count_if(
            coalesce(scores.expected_total, scores.total) > (limits.total_minimum + limits.total_maximum) / 2
        ) AS upper_n
    FROM usable_scores AS scores
    LEFT JOIN scale_limits AS limits ON limits.scale = scores.scale
    GROUP BY ALL
),
scales AS (
    SELECT
        scale,
        coalesce(sum(records_n) FILTER (WHERE NOT is_new), 0)::BIGINT AS old_n,
        coalesce(sum(records_n) FILTER (WHERE is_new), 0)::BIGINT AS new_n,
        (sum(old_n) OVER ())::BIGINT AS old_all_n,
        (sum(new_n) OVER ())::BIGINT AS new_all_n
    FROM counted
    GROUP BY scale
),
-- One row of each side: any_value only turns two rows into columns.
baselines AS (
    SELECT
        scale,
        coalesce(any_value(n) FILTER (WHERE NOT is_new), 0) AS old_n,
        coalesce(any_value(n) FILTER (WHERE is_new), 0) AS new_n,
        any_value(mean) FILTER (WHERE NOT is_new) AS old_mean,
        any_value(mean) FILTER (WHERE is_new) AS new_mean,
        any_value(sd) FILTER (WHERE NOT is_new) AS old_sd,
        any_value(sd) FILTER (WHERE is_new) AS new_sd,
        any_value(upper_n) FILTER (WHERE is_new) AS new_filled
    FROM counted
    WHERE is_baseline
    GROUP BY scale
),
tables AS (
    SELECT table_name, any_value(old_n) AS old_n, any_value(new_n) AS new_n, (sum(any_value(new_n)) OVER ())::BIGINT AS new_all_n
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
