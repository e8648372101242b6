-- Counts and moments of each cell under another rule for the baseline.
-- Grain: clinic_id x condition x route x scale x timepoint x baseline_rule (but last_before), where an analysed patient
-- has more than one score in the baseline window; elsewhere every rule gives the same.
-- Inputs: smallest_cells, judged_baseline_pairs (baseline_pairs.sql with classes), baseline_rules.
-- A rule's sums are those of everyone analysed, less those of the patients in whom rules can differ, plus theirs under
-- the rule: so only they are judged again. Sums run over whole billionths of a point, so nothing is lost on the way.
WITH everyone AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        n_analysed,
        response_n,
        remission_n,
        reliable_improvement_n,
        baseline_sum,
        followup_sum,
        change_sum,
        baseline_squares,
        followup_squares,
        change_squares
    FROM smallest_cells
    WHERE n_analysed > 0
),
several AS (
    SELECT
        baseline_rule,
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        count(*) AS n_with_several,
        count(*) FILTER (response) AS response_n,
        count(*) FILTER (remission) AS remission_n,
        count(*) FILTER (reliably_improved) AS reliable_improvement_n,
        sum(CAST(round(1e9 * baseline) AS HUGEINT)) AS baseline_sum,
        sum(CAST(round(1e9 * (followup - baseline)) AS HUGEINT)) AS change_sum,
        sum(CAST(round(1e9 * baseline) AS HUGEINT) * CAST(round(1e9 * baseline) AS BIGINT)) AS baseline_squares,
        sum(CAST(round(1e9 * (followup - baseline)) AS HUGEINT) * CAST(round(1e9 * (followup - baseline)) AS BIGINT))
            AS change_squares
    FROM judged_baseline_pairs
    GROUP BY baseline_rule, clinic_id, condition, route, scale, timepoint, is_primary, is_first
),
other_rules AS (
    SELECT baseline_rule FROM baseline_rules WHERE baseline_rule <> 'last_before'
),
smallest AS (
    SELECT * FROM other_rules CROSS JOIN everyone
    UNION ALL BY NAME
    SELECT * FROM several WHERE baseline_rule <> 'last_before'
    UNION ALL BY NAME
    SELECT
        other_rules.baseline_rule,
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        -COLUMNS(several.* EXCLUDE (
            baseline_rule, clinic_id, condition, route, scale, timepoint, is_primary, is_first, n_with_several
        ))
    FROM other_rules
    CROSS JOIN several
    WHERE several.baseline_rule = 'last_before'
),
counted AS (
    SELECT * FROM smallest
    UNION ALL
    SELECT * REPLACE ('primary' AS scale) FROM smallest WHERE is_primary
    UNION ALL
    SELECT * REPLACE ('primary' AS scale, 'all' AS condition) FROM smallest WHERE is_primary AND is_first
),
summed AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        scale,
        timepoint,
        baseline_rule,
        CAST(sum(COLUMNS('^n_|_n$')) AS BIGINT) AS "\0",
        sum(COLUMNS('_sum$|_squares$')) AS "\0"
    FROM counted
    GROUP BY GROUPING SETS (
        (clinic_id, condition, route, scale, timepoint, baseline_rule),
        (clinic_id, condition, scale, timepoint, baseline_rule),
        (condition, route, scale, timepoint, baseline_rule),
        (condition, scale, timepoint, baseline_rule)
    )
)
SELECT
    summed.* EXCLUDE (baseline_sum, followup_sum, change_sum, baseline_squares, followup_squares, change_squares),
    direction,
    CAST(baseline_sum AS DOUBLE) / n_analysed / 1e9 AS baseline_mean,
    CAST(followup_sum AS DOUBLE) / n_analysed / 1e9 AS followup_mean,
    CAST(change_sum AS DOUBLE) / n_analysed / 1e9 AS change_mean,
    sqrt(CAST(n_analysed * baseline_squares - baseline_sum * baseline_sum AS DOUBLE)
        / nullif(n_analysed * (n_analysed - 1), 0)) / 1e9 AS baseline_sd,
    sqrt(CAST(n_analysed * followup_squares - followup_sum * followup_sum AS DOUBLE)
        / nullif(n_analysed * (n_analysed - 1), 0)) / 1e9 AS followup_sd,
    sqrt(CAST(n_analysed * change_squares - change_sum * change_sum AS DOUBLE)
        / nullif(n_analysed * (n_analysed - 1), 0)) / 1e9 AS change_sd
FROM summed
LEFT JOIN scale_definitions USING (scale)
WHERE n_with_several > 0
