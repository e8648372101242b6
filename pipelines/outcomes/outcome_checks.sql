-- What the checks of an estimate count beside the outcomes.
-- Grain: clinic_id (also `all`) x condition x route (also `all`) x scale x timepoint, as `outcomes_by_route_condition`,
-- where a patient has a baseline on the scale. Inputs: smallest_cells, unit_baselines, patient_outcomes,
-- timepoint_names, baseline_choices.
-- analysed_*, lost_*: patients of n_baseline (baseline, and the timepoint due) with and without a score in the window,
-- at baseline; the lost are those who were due less the analysed.
-- screening_*: analysed patients with a score in the baseline window before their baseline; from it to the baseline.
-- change_*, response_*: over the clinics of an `all` row, k = clinics with a patient in the denominator and the sums of
-- T^2, T n and n^2 (T = a clinic's sum of changes or its responders, n = its patients). Sums run over whole billionths.
WITH alike AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        is_primary,
        is_first,
        followed_rank,
        count(*) AS patients_n,
        sum(billionths) AS total,
        sum(CAST(billionths AS HUGEINT) * billionths) AS squares
    FROM (SELECT *, CAST(round(1e9 * baseline) AS BIGINT) AS billionths FROM unit_baselines)
    GROUP BY ALL
),
due AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        coalesce(sum(patients_n) FILTER (is_due), 0) AS due_n,
        coalesce(sum(total) FILTER (is_due), 0) AS due_sum,
        coalesce(sum(squares) FILTER (is_due), 0) AS due_squares
    FROM (
        SELECT *, followed_rank IS NULL OR due_rank <= followed_rank AS is_due
        FROM alike
        CROSS JOIN timepoint_names
    )
    GROUP BY clinic_id, condition, route, scale, timepoint, is_primary, is_first
),
screened AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        count(*) AS screening_n,
        sum(CAST(round(1e9 * (baseline - screening)) AS BIGINT)) AS screening_sum
    FROM patient_outcomes
    JOIN baseline_choices USING (course_key, scale)
    WHERE screening IS NOT NULL
    GROUP BY clinic_id, condition, route, scale, timepoint, is_primary, is_first
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
        due_n - coalesce(n_analysed, 0) AS lost_n,
        due_sum - coalesce(baseline_sum, 0) AS lost_sum,
        due_squares - coalesce(baseline_squares, 0) AS lost_squares,
        screening_n,
        screening_sum,
        n_analysed AS change_n,
        baseline_sum AS analysed_sum,
        baseline_squares AS analysed_squares,
        change_sum AS change_total,
        response_of_n AS response_n,
        response_n AS response_total
    FROM due
    JOIN smallest_cells USING (clinic_id, condition, route, scale, timepoint, is_primary, is_first)
    LEFT JOIN screened USING (clinic_id, condition, route, scale, timepoint, is_primary, is_first)
),
counted AS (
    SELECT * FROM smallest
    UNION ALL
    SELECT * REPLACE ('primary' AS scale) FROM smallest WHERE is_primary
    UNION ALL
    SELECT * REPLACE ('primary' AS scale, 'all' AS condition) FROM smallest WHERE is_primary AND is_first
),
clinics AS (
    SELECT
        clinic_id,
        condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        scale,
        timepoint,
        CAST(coalesce(sum(COLUMNS('^(lost|screening|change|response)_n$')), 0) AS HUGEINT) AS "\0",
        sum(COLUMNS('_sum$|_squares$')) AS "\0",
        coalesce(sum(change_total), 0) AS change_total,
        coalesce(sum(response_total), 0) AS response_total
    FROM counted
    GROUP BY GROUPING SETS ((clinic_id, condition, route, scale, timepoint), (clinic_id, condition, scale, timepoint))
),
summed AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        route,
        scale,
        timepoint,
        sum(COLUMNS('_n$|_sum$|_squares$|_total$')) AS "\0",
        count(*) FILTER (change_n > 0) AS clinics_n,
        sum(change_total * change_total) AS change_total_squares,
        sum(change_total * change_n) AS change_products,
        sum(change_n * change_n) AS change_n_squares,
        count(*) FILTER (response_n > 0) AS response_clinics_n,
        sum(response_total * response_total) AS response_total_squares,
        sum(response_total * response_n) AS response_products,
        sum(response_n * response_n) AS response_n_squares
    FROM clinics
    GROUP BY GROUPING SETS ((clinic_id, condition, route, scale, timepoint), (condition, route, scale, timepoint))
)
SELECT
    clinic_id,
    condition,
    route,
    scale,
    timepoint,
    CAST(analysed_sum AS DOUBLE) / nullif(change_n, 0) / 1e9 AS analysed_baseline_mean,
    sqrt(CAST(change_n * analysed_squares - analysed_sum * analysed_sum AS DOUBLE)
        / nullif(change_n * (change_n - 1), 0)) / 1e9 AS analysed_baseline_sd,
    CAST(lost_sum AS DOUBLE) / nullif(lost_n, 0) / 1e9 AS lost_baseline_mean,
    sqrt(CAST(lost_n * lost_squares - lost_sum * lost_sum AS DOUBLE) / nullif(lost_n * (lost_n - 1), 0)) / 1e9
        AS lost_baseline_sd,
    CAST(screening_n AS BIGINT) AS screening_n,
    CAST(screening_sum AS DOUBLE) / nullif(screening_n, 0) / 1e9 AS screening_change_mean,
    clinics_n,
    CAST(change_n AS DOUBLE) AS change_cluster_n,
    CAST(change_total AS DOUBLE) / 1e9 AS change_total,
    CAST(change_total_squares AS DOUBLE) / 1e18 AS change_total_squares,
    CAST(change_products AS DOUBLE) / 1e9 AS change_products,
    CAST(change_n_squares AS DOUBLE) AS change_n_squares,
    response_clinics_n,
    CAST(response_n AS DOUBLE) AS response_cluster_n,
    CAST(response_total AS DOUBLE) AS response_total,
    CAST(response_total_squares AS DOUBLE) AS response_total_squares,
    CAST(response_products AS DOUBLE) AS response_products,
    CAST(response_n_squares AS DOUBLE) AS response_n_squares
FROM summed
