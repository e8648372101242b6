-- The outcome family of NHS Talking Therapies.
-- Grain: clinic_id x condition x route x version, each of the first three also `all`.
-- Inputs: talking_courses, talking_versions (version, with_clause).
-- Denominators: n_at_caseness of recovered and reliably_recovered; n_finished of the others.
-- with_clause: improved only if the other measure did not worsen reliably. In both versions a person is in one of
-- reliably_improved, reliably_deteriorated, no_reliable_change.
WITH counted AS (
    SELECT * FROM talking_courses
    UNION ALL
    SELECT * REPLACE ('all' AS condition) FROM talking_courses WHERE is_first
),
judged AS (
    SELECT
        *,
        any_better AND NOT (with_clause AND any_worse) AS improved,
        any_worse AND NOT any_better AS deteriorated
    FROM counted
    CROSS JOIN talking_versions
)
SELECT
    CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
    condition,
    CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
    version,
    count(*) AS n_started,
    count(*) FILTER (has_baselines) AS n_baseline,
    count(*) FILTER (why_not = 'one_session') AS n_one_session,
    count(*) FILTER (why_not = 'too_few_scores') AS n_too_few_scores,
    count(*) FILTER (why_not IS NULL) AS n_finished,
    count(*) FILTER (on_back_up) AS n_on_back_up,
    count(*) FILTER (NOT at_caseness) AS n_not_at_caseness,
    count(*) FILTER (at_caseness) AS n_at_caseness,
    count(*) FILTER (recovered) AS recovered_n,
    count(*) FILTER (recovered AND improved) AS reliably_recovered_n,
    count(*) FILTER (improved) AS reliably_improved_n,
    count(*) FILTER (deteriorated) AS reliably_deteriorated_n,
    count(*) FILTER (NOT improved AND NOT deteriorated) AS no_reliable_change_n
FROM judged
GROUP BY GROUPING SETS (
    (clinic_id, condition, route, version),
    (clinic_id, condition, version),
    (condition, route, version),
    (condition, version)
)
