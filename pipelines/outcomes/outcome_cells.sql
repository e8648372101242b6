-- Every row of `outcomes_by_route_condition`, counts and moments.
-- Grain: clinic_id x condition x route x scale x timepoint. A cell has a row for each scale of which one of its
-- patients has a baseline, and always `primary`; condition `all` has only `primary`.
-- Inputs: cell_counts, cell_outcomes. due_basis says on what n_due rests for the patients of n_started.
WITH keys AS (
    SELECT clinic_id, condition, route, scale, timepoint FROM cell_outcomes WHERE scale <> 'primary'
    UNION ALL
    SELECT clinic_id, condition, route, 'primary' AS scale, timepoint FROM cell_counts
)
SELECT
    keys.*,
    n_started,
    n_courses,
    n_completed_induction,
    n_due,
    CASE WHEN assumed_n = 0 THEN 'declared' WHEN declared_n = 0 THEN 'assumed' ELSE 'mixed' END AS due_basis,
    cell_outcomes.* EXCLUDE (clinic_id, condition, route, scale, timepoint)
FROM keys
JOIN cell_counts USING (clinic_id, condition, route, timepoint)
LEFT JOIN cell_outcomes USING (clinic_id, condition, route, scale, timepoint)
ORDER BY keys.clinic_id, keys.condition, keys.route, keys.scale, keys.timepoint
