-- Changes by route, of whole courses and of single sessions: counts and moments.
-- Grain: clinic_id (also `all`) x condition x route (also `all`) x scale x level, where a patient of the cell has a
-- baseline on the scale. Inputs: route_pairs, unit_baselines, counted_units, course_sessions.
-- patients_treated_n: counted patients of the route: of their course, or of any of its sessions. n_baseline: those of
-- them with a baseline on the scale. several_routes_n: those of patients_treated_n whose course used more than one
-- route. patients_n: patients with a pair; total_squares, products, n_squares: over patients, the sums of T^2, T n and
-- n^2, T = sum and n = number of a patient's changes. Sums run over whole billionths: no order of the rows matters.
WITH session_routes AS (
    SELECT DISTINCT course_key, course_sessions.route
    FROM counted_units
    JOIN course_sessions USING (clinic_id, patient_id, course_number)
),
units AS (
    SELECT course_key, clinic_id, condition, route, routes_n > 1 AS has_several_routes
    FROM counted_units
    JOIN (SELECT course_key, count(*) AS routes_n FROM session_routes GROUP BY course_key) USING (course_key)
),
treated AS (
    SELECT 'course' AS level, route, * EXCLUDE (route) FROM units
    UNION ALL
    SELECT 'session', session_routes.route, units.* EXCLUDE (route)
    FROM units
    JOIN session_routes USING (course_key)
    UNION ALL
    SELECT unnest(['course', 'session']), 'all', * EXCLUDE (route) FROM units
),
treated_cells AS (
    SELECT
        level,
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        route,
        count(*) AS patients_treated_n,
        count(*) FILTER (has_several_routes) AS several_routes_n
    FROM treated
    GROUP BY GROUPING SETS ((level, clinic_id, condition, route), (level, condition, route))
),
based_cells AS (
    SELECT
        level,
        CASE WHEN grouping(treated.clinic_id) = 1 THEN 'all' ELSE treated.clinic_id END AS clinic_id,
        treated.condition,
        treated.route,
        scale,
        count(*) AS n_baseline
    FROM treated
    JOIN unit_baselines USING (course_key)
    GROUP BY GROUPING SETS (
        (level, treated.clinic_id, treated.condition, treated.route, scale),
        (level, treated.condition, treated.route, scale)
    )
),
patients AS (
    SELECT
        level,
        member_number,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        count(*) AS n,
        CAST(sum(change_billionths) AS HUGEINT) AS total,
        sum(CAST(change_billionths AS HUGEINT) * change_billionths) AS squares
    FROM route_pairs
    GROUP BY GROUPING SETS ((level, member_number, route), (level, member_number))
),
moments AS (
    SELECT
        level,
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        patients.route,
        scale,
        count(*) AS patients_n,
        sum(n) AS n_pairs,
        sum(total) AS total,
        sum(squares) AS squares,
        sum(total * total) AS total_squares,
        sum(total * n) AS products,
        sum(n * n) AS n_squares
    FROM patients
    JOIN unit_baselines USING (member_number)
    GROUP BY GROUPING SETS (
        (level, clinic_id, condition, patients.route, scale), (level, condition, patients.route, scale)
    )
),
spans AS (
    SELECT
        level,
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        CASE WHEN grouping(route_pairs.route) = 1 THEN 'all' ELSE route_pairs.route END AS route,
        scale,
        days,
        count(*) AS n
    FROM route_pairs
    JOIN unit_baselines USING (member_number)
    GROUP BY GROUPING SETS (
        (level, clinic_id, condition, route_pairs.route, scale, days),
        (level, clinic_id, condition, scale, days),
        (level, condition, route_pairs.route, scale, days),
        (level, condition, scale, days)
    )
),
counted_spans AS (
    SELECT *, sum(n) OVER (cell ORDER BY days) AS up_to_n, sum(n) OVER cell AS of_n
    FROM spans
    WINDOW cell AS (PARTITION BY level, clinic_id, condition, route, scale)
),
medians AS (
    SELECT
        level,
        clinic_id,
        condition,
        route,
        scale,
        (min(days) FILTER (2 * up_to_n >= of_n) + min(days) FILTER (2 * up_to_n >= of_n + 1)) / 2 AS median_days
    FROM counted_spans
    GROUP BY level, clinic_id, condition, route, scale
)
SELECT
    clinic_id,
    condition,
    route,
    scale,
    level,
    patients_treated_n,
    several_routes_n,
    n_baseline,
    coalesce(patients_n, 0) AS patients_n,
    CAST(coalesce(n_pairs, 0) AS BIGINT) AS n_pairs,
    median_days,
    CAST(total AS DOUBLE) / 1e9 AS total,
    CAST(total AS DOUBLE) / n_pairs / 1e9 AS change_mean,
    sqrt(CAST(n_pairs * squares - total * total AS DOUBLE) / nullif(n_pairs * (n_pairs - 1), 0)) / 1e9 AS change_sd,
    CAST(total_squares AS DOUBLE) / 1e18 AS total_squares,
    CAST(products AS DOUBLE) / 1e9 AS products,
    CAST(n_squares AS DOUBLE) AS n_squares
FROM based_cells
JOIN treated_cells USING (level, clinic_id, condition, route)
LEFT JOIN moments USING (level, clinic_id, condition, route, scale)
LEFT JOIN medians USING (level, clinic_id, condition, route, scale)
ORDER BY clinic_id, condition, route, scale, level
