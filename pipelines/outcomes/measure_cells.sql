-- Each measure by cell.
-- Grain: clinic_id x condition x route x measure, for every cell given and every measure of measure_limits.
-- Inputs: the measures (one row per measure recorded: clinic_id, patient_number, condition, route, measure, value; a
-- yes is 1, a no 0), the cells (clinic_id, condition, route and their counts), measure_limits (measure, op, value:
-- where a limit is given). Both relations are named by session_tables.py.
-- Denominators: n = rows in which it was recorded, patients_n = their patients; with_n and beyond_n of n,
-- patients_beyond_n of patients_n. Equal values are counted before they are summed, sums run over whole millionths:
-- exact in any order. Quantiles lie between the two nearest ranks, as quantile_cont has them.
WITH counted AS (
    SELECT clinic_id, condition, route, measure, value, count(*) AS n
    FROM /* measures */
    GROUP BY clinic_id, condition, route, measure, value
),
valued AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        measure,
        value,
        CAST(sum(n) AS BIGINT) AS n
    FROM counted
    GROUP BY GROUPING SETS (
        (clinic_id, condition, route, measure, value),
        (clinic_id, condition, measure, value),
        (clinic_id, route, measure, value),
        (clinic_id, measure, value),
        (condition, route, measure, value),
        (condition, measure, value),
        (route, measure, value),
        (measure, value)
    )
),
ranked AS (
    SELECT
        valued.*,
        CAST(round(1e6 * valued.value) AS BIGINT) AS millionths,
        CASE op WHEN '>' THEN valued.value > limits.value WHEN '<' THEN valued.value < limits.value END AS is_beyond,
        sum(n) OVER (cell ORDER BY valued.value ROWS UNBOUNDED PRECEDING) AS up_to,
        sum(n) OVER cell AS total_n
    FROM valued
    JOIN measure_limits AS limits USING (measure)
    WINDOW cell AS (PARTITION BY clinic_id, condition, route, measure)
),
summed AS (
    SELECT
        clinic_id,
        condition,
        route,
        measure,
        sum(n) AS n,
        sum(n) FILTER (value = 1) AS with_n,
        sum(n) FILTER (is_beyond) AS beyond_n,
        sum(n * CAST(millionths AS HUGEINT)) AS total,
        sum(n * CAST(millionths AS HUGEINT) * millionths) AS squares
    FROM ranked
    GROUP BY clinic_id, condition, route, measure
),
-- The rank below is ((n - 1) x pct) / 100, in whole numbers.
between_ranks AS (
    SELECT
        clinic_id,
        condition,
        route,
        measure,
        pct,
        min(value) FILTER (up_to > (total_n - 1) * pct // 100) AS below,
        min(value) FILTER (up_to > ((total_n - 1) * pct + 99) // 100) AS above,
        any_value((total_n - 1) * pct % 100) AS hundredths
    FROM ranked
    CROSS JOIN (SELECT unnest([10, 25, 50, 75, 90]) AS pct)
    GROUP BY clinic_id, condition, route, measure, pct
),
quantiles AS (
    PIVOT (SELECT * EXCLUDE (below, above, hundredths), below + (above - below) * hundredths / 100 AS point
        FROM between_ranks)
    ON pct IN (10 AS p10, 25 AS p25, 50 AS median, 75 AS p75, 90 AS p90)
    USING any_value(point)
    GROUP BY clinic_id, condition, route, measure
),
people AS (
    SELECT
        clinic_id,
        patient_number,
        condition,
        route,
        measure,
        bool_or(CASE op WHEN '>' THEN measures.value > limits.value WHEN '<' THEN measures.value < limits.value END)
            AS is_beyond
    FROM /* measures */ AS measures
    JOIN measure_limits AS limits USING (measure)
    GROUP BY clinic_id, patient_number, condition, route, measure
),
people_of_cells AS (
    SELECT
        clinic_id,
        CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        measure,
        bool_or(is_beyond) AS is_beyond
    FROM people
    GROUP BY GROUPING SETS (
        (clinic_id, patient_number, condition, route, measure),
        (clinic_id, patient_number, condition, measure),
        (clinic_id, patient_number, route, measure),
        (clinic_id, patient_number, measure)
    )
),
patients AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        route,
        measure,
        count(*) AS patients_n,
        count(*) FILTER (is_beyond) AS patients_beyond_n
    FROM people_of_cells
    GROUP BY GROUPING SETS ((clinic_id, condition, route, measure), (condition, route, measure))
)
SELECT
    cells.*,
    limits.measure,
    coalesce(n, 0) AS n,
    coalesce(patients_n, 0) AS patients_n,
    coalesce(with_n, 0) AS with_n,
    CASE WHEN op IS NOT NULL THEN coalesce(beyond_n, 0) END AS beyond_n,
    CASE WHEN op IS NOT NULL THEN coalesce(patients_beyond_n, 0) END AS patients_beyond_n,
    CAST(total AS DOUBLE) / n / 1e6 AS mean,
    sqrt(CAST(n * squares - total * total AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e6 AS sd,
    p10,
    p25,
    median,
    p75,
    p90
FROM /* cells */ AS cells
CROSS JOIN measure_limits AS limits
LEFT JOIN summed USING (clinic_id, condition, route, measure)
LEFT JOIN quantiles USING (clinic_id, condition, route, measure)
LEFT JOIN patients USING (clinic_id, condition, route, measure)
ORDER BY cells.clinic_id, cells.condition, cells.route, limits.measure
