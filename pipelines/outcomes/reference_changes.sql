-- Changes in research samples that lie open.
-- Grain: sample x scale x from_day x to_day x group.
-- Inputs: judged_reference_pairs (reference_pairs with what judged_pairs.sql says of each pair). n counts pairs and is
-- the denominator of every class; where to_day = from_day it counts all who have a score that day.
WITH measured AS (
    SELECT
        *,
        CAST(round(1e9 * baseline) AS BIGINT) AS baseline_billionths,
        CAST(round(1e9 * followup) AS BIGINT) AS followup_billionths,
        CAST(round(1e9 * (followup - baseline)) AS BIGINT) AS change_billionths
    FROM judged_reference_pairs
),
summed AS (
    SELECT
        sample,
        scale,
        from_day,
        to_day,
        "group",
        count(*) AS n,
        sum(baseline_billionths) AS baseline_sum,
        sum(followup_billionths) AS followup_sum,
        sum(change_billionths) AS change_sum,
        sum(CAST(baseline_billionths AS HUGEINT) * baseline_billionths) AS baseline_squares,
        sum(CAST(followup_billionths AS HUGEINT) * followup_billionths) AS followup_squares,
        sum(CAST(change_billionths AS HUGEINT) * change_billionths) AS change_squares,
        -- A sum of an undefined class is NULL, of a defined one a count.
        CAST(sum(CAST(case_at_baseline AS INTEGER)) AS BIGINT) AS n_case_baseline,
        CAST(sum(CAST(response AS INTEGER)) AS BIGINT) AS response_n,
        CAST(sum(CAST(remission AS INTEGER)) AS BIGINT) AS remission_n,
        CAST(sum(CAST(reliably_improved AS INTEGER)) AS BIGINT) AS reliable_improvement_n,
        CAST(sum(CAST(reliably_deteriorated AS INTEGER)) AS BIGINT) AS reliable_deterioration_n,
        CAST(sum(CAST(NOT reliably_improved AND NOT reliably_deteriorated AS INTEGER)) AS BIGINT)
            AS no_reliable_change_n
    FROM measured
    GROUP BY sample, scale, from_day, to_day, "group"
)
SELECT
    sample,
    scale,
    from_day,
    to_day,
    "group",
    n,
    CAST(baseline_sum AS DOUBLE) / n / 1e9 AS baseline_mean,
    sqrt(CAST(n * baseline_squares - baseline_sum * baseline_sum AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9
        AS baseline_sd,
    CAST(followup_sum AS DOUBLE) / n / 1e9 AS followup_mean,
    sqrt(CAST(n * followup_squares - followup_sum * followup_sum AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9
        AS followup_sd,
    CAST(change_sum AS DOUBLE) / n / 1e9 AS change_mean,
    sqrt(CAST(n * change_squares - change_sum * change_sum AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9 AS change_sd,
    n_case_baseline,
    response_n,
    remission_n,
    reliable_improvement_n,
    reliable_deterioration_n,
    no_reliable_change_n
FROM summed
ORDER BY sample, scale, from_day, to_day, "group"
