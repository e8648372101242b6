-- Baselines from which a reliable change threshold may be computed, where none is published.
-- Grain: scale. Inputs: counted_units, baselines, scale_definitions. Parameter: minimum_n.
-- n = patients of the network with a baseline in their first counted course. Exact sums, see cell_outcomes.sql.
WITH summed AS (
    SELECT
        scale,
        count(*) AS n,
        sum(CAST(round(1e9 * baseline) AS BIGINT)) AS total,
        sum(CAST(round(1e9 * baseline) AS HUGEINT) * CAST(round(1e9 * baseline) AS BIGINT)) AS squares
    FROM counted_units
    JOIN baselines USING (course_key)
    WHERE is_first
    GROUP BY scale
)
SELECT
    scale,
    n,
    sqrt(CAST(n * squares - total * total AS DOUBLE) / (n * (n - 1))) / 1e9 AS sd,
    alpha,
    step
FROM summed
JOIN scale_definitions USING (scale)
WHERE n >= $minimum_n AND reliable_change IS NULL AND alpha IS NOT NULL AND step > 0 AND direction IS NOT NULL
ORDER BY scale
