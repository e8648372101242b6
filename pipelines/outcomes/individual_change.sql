-- Classes of individual change in each cell.
-- Grain: clinic_id x condition x route x scale x timepoint x method that is defined; clinic and route also `all`.
-- Inputs: change_pairs, change_classes. n = analysed pairs and the denominator of every class.
-- Patients are counted once, by the smallest cells; the cells above them add those up.
WITH smallest AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        method,
        sum(pairs_n) AS n,
        sum(pairs_n) FILTER (class = 'improved') AS improved_n,
        sum(pairs_n) FILTER (class = 'unchanged') AS unchanged_n,
        sum(pairs_n) FILTER (class = 'deteriorated') AS deteriorated_n,
        sum(pairs_n) FILTER (class = 'recovered') AS recovered_n,
        sum(pairs_n) FILTER (class = 'harmed') AS harmed_n,
        sum(pairs_n) FILTER (could_not_improve) AS could_not_improve_n,
        sum(pairs_n) FILTER (could_not_worsen) AS could_not_worsen_n
    FROM change_pairs
    JOIN change_classes USING (block, baseline, followup, crossing)
    GROUP BY clinic_id, condition, route, scale, timepoint, method
)
SELECT
    CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
    condition,
    CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
    scale,
    timepoint,
    method,
    CAST(coalesce(sum(COLUMNS('^n$|_n$')), 0) AS BIGINT) AS "\0"
FROM smallest
GROUP BY GROUPING SETS (
    (clinic_id, condition, route, scale, timepoint, method),
    (clinic_id, condition, scale, timepoint, method),
    (condition, route, scale, timepoint, method),
    (condition, scale, timepoint, method)
)
