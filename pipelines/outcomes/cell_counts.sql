-- The part of the ladder that does not depend on a scale.
-- Grain: clinic_id x condition x route x timepoint, each of the first three also `all`.
-- Inputs: the units (counted_units, or the same with another group as route; named by tables.py), timepoint_names.
-- Counts are patients; declared_n and assumed_n are of n_started. n_courses alone counts courses: all that these
-- patients had of the condition.
WITH counted AS (
    SELECT clinic_id, condition, route, induction_completed, followed_rank, courses_n FROM /* units */
    UNION ALL
    SELECT clinic_id, 'all' AS condition, route, induction_completed, followed_rank, all_courses_n AS courses_n
    FROM /* units */
    WHERE is_first
)
SELECT
    CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
    condition,
    CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
    timepoint,
    count(*) AS n_started,
    CAST(sum(courses_n) AS BIGINT) AS n_courses,
    count(*) FILTER (induction_completed) AS n_completed_induction,
    count(*) FILTER (followed_rank IS NULL OR due_rank <= followed_rank) AS n_due,
    count(*) FILTER (followed_rank IS NOT NULL) AS declared_n,
    count(*) FILTER (followed_rank IS NULL) AS assumed_n
FROM counted
CROSS JOIN timepoint_names
GROUP BY GROUPING SETS (
    (clinic_id, condition, route, timepoint),
    (clinic_id, condition, timepoint),
    (condition, route, timepoint),
    (condition, timepoint)
)
