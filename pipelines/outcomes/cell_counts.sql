-- The part of the ladder that does not depend on a scale.
-- Grain: clinic_id x condition x route x timepoint, each of the first three also `all`.
-- Inputs: the units (counted_units, or the same with another group as route; named by tables.py), timepoint_names.
-- Counts are patients; declared_n and assumed_n are of n_started. n_courses alone counts courses: all that these
-- patients had of the condition. Units that are alike are counted before they meet the timepoints.
WITH alike AS (
    SELECT
        clinic_id,
        condition,
        route,
        is_first,
        induction_completed,
        followed_rank,
        count(*) AS units_n,
        sum(courses_n) AS courses_n,
        sum(all_courses_n) AS all_courses_n
    FROM /* units */
    GROUP BY clinic_id, condition, route, is_first, induction_completed, followed_rank
),
counted AS (
    SELECT * EXCLUDE (all_courses_n) FROM alike
    UNION ALL
    SELECT * EXCLUDE (all_courses_n) REPLACE ('all' AS condition, all_courses_n AS courses_n) FROM alike WHERE is_first
)
SELECT
    CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
    condition,
    CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
    timepoint,
    CAST(sum(units_n) AS BIGINT) AS n_started,
    CAST(sum(courses_n) AS BIGINT) AS n_courses,
    CAST(coalesce(sum(units_n) FILTER (induction_completed), 0) AS BIGINT) AS n_completed_induction,
    CAST(coalesce(sum(units_n) FILTER (followed_rank IS NULL OR due_rank <= followed_rank), 0) AS BIGINT) AS n_due,
    CAST(coalesce(sum(units_n) FILTER (followed_rank IS NOT NULL), 0) AS BIGINT) AS declared_n,
    CAST(coalesce(sum(units_n) FILTER (followed_rank IS NULL), 0) AS BIGINT) AS assumed_n
FROM counted
CROSS JOIN timepoint_names
GROUP BY GROUPING SETS (
    (clinic_id, condition, route, timepoint),
    (clinic_id, condition, timepoint),
    (condition, route, timepoint),
    (condition, timepoint)
)
