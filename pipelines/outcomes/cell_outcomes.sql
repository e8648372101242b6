-- Counts and moments of each cell.
-- Grain: clinic_id x condition x route x scale x timepoint, as `outcomes_by_route_condition`; only cells in which a
-- patient has a baseline on the scale.
-- Inputs: the outcomes (patient_outcomes, or the same with another group as route; named by tables.py).
-- Denominators: *_of_n = analysed patients whose scale defines the statistic, *_bounds_of_n = the same of n_baseline,
-- *_case_of_n = the same of n_case_baseline. Moments are over the analysed pairs.
-- Sums run over whole billionths of a point, so that they are exact and do not depend on the order of the rows.
-- Patients are counted once, by the smallest cells; the cells above them add those up.
WITH whole AS (
    SELECT
        *,
        CAST(round(1e9 * baseline) AS BIGINT) AS baseline_billionths,
        CAST(round(1e9 * followup) AS BIGINT) AS followup_billionths,
        CAST(round(1e9 * (followup - baseline)) AS BIGINT) AS change_billionths
    FROM /* outcomes */
),
smallest AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        any_value(direction) AS direction,
        bool_or(response_defined) AS response_defined,
        bool_or(remission_defined) AS remission_defined,
        bool_or(reliable_defined) AS reliable_defined,
        bool_or(caseness_defined) AS caseness_defined,
        bool_or(reliable_defined AND caseness_defined) AS recovery_defined,
        bool_or(response_defined AND caseness_defined) AS response_case_defined,
        bool_or(remission_defined AND caseness_defined) AS remission_case_defined,
        count(*) FILTER (is_due) AS n_baseline,
        count(*) FILTER (has_followup) AS n_any_followup,
        count(*) FILTER (is_analysed) AS n_analysed,
        count(*) FILTER (is_case) AS n_case_baseline,
        count(*) FILTER (is_analysed AND response_defined) AS response_of_n,
        count(*) FILTER (response) AS response_n,
        count(*) FILTER (is_due AND response_defined) AS response_bounds_of_n,
        count(*) FILTER (is_case AND response_defined) AS response_case_of_n,
        count(*) FILTER (is_case AND response) AS response_case_n,
        count(*) FILTER (is_analysed AND remission_defined) AS remission_of_n,
        count(*) FILTER (remission) AS remission_n,
        count(*) FILTER (is_due AND remission_defined) AS remission_bounds_of_n,
        count(*) FILTER (is_case AND remission_defined) AS remission_case_of_n,
        count(*) FILTER (is_case AND remission) AS remission_case_n,
        count(*) FILTER (is_analysed AND reliable_defined) AS reliable_improvement_of_n,
        count(*) FILTER (reliably_improved) AS reliable_improvement_n,
        count(*) FILTER (is_analysed AND reliable_defined) AS reliable_deterioration_of_n,
        count(*) FILTER (reliably_deteriorated) AS reliable_deterioration_n,
        count(*) FILTER (is_case AND reliable_defined) AS reliable_recovery_of_n,
        count(*) FILTER (reliably_recovered) AS reliable_recovery_n,
        sum(baseline_billionths) FILTER (is_analysed) AS baseline_sum,
        sum(followup_billionths) AS followup_sum,
        sum(change_billionths) AS change_sum,
        sum(CAST(baseline_billionths AS HUGEINT) * baseline_billionths) FILTER (is_analysed) AS baseline_squares,
        sum(CAST(followup_billionths AS HUGEINT) * followup_billionths) AS followup_squares,
        sum(CAST(change_billionths AS HUGEINT) * change_billionths) AS change_squares
    FROM whole
    GROUP BY clinic_id, condition, route, scale, timepoint, is_primary, is_first
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
        any_value(direction) AS direction,
        bool_or(COLUMNS('_defined$')) AS "\0",
        CAST(sum(COLUMNS('^n_|_n$')) AS BIGINT) AS "\0",
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
