-- How alike the groups of therapist presence were before treatment.
-- Grain: clinic_id (also `all`) x condition (also `all`) x presence x characteristic x level, for every level that
-- anyone of the clinic and condition has. Inputs: grouped_units, unit_baselines.
-- Denominators: n = patients of the group (with a baseline on the scale, where characteristic = baseline), others_n =
-- those of all other groups together. Condition `all`: each patient once, and no baseline, since scales differ.
WITH counted AS (
    SELECT course_key, clinic_id, condition, condition AS own_condition, presence, route, sex, age_band
    FROM grouped_units
    UNION ALL
    SELECT course_key, clinic_id, 'all', condition, presence, route, sex, age_band
    FROM grouped_units
    WHERE is_first
),
described AS (
    SELECT clinic_id, condition, presence, 'age_band' AS characteristic, age_band AS level, NULL AS millionths
    FROM counted
    UNION ALL
    SELECT clinic_id, condition, presence, 'sex', sex, NULL FROM counted
    UNION ALL
    SELECT clinic_id, condition, presence, 'route', route, NULL FROM counted
    UNION ALL
    SELECT clinic_id, condition, presence, 'condition', own_condition, NULL FROM counted WHERE condition = 'all'
    UNION ALL
    SELECT counted.clinic_id, counted.condition, presence, 'baseline', scale, CAST(round(1e6 * baseline) AS BIGINT)
    FROM counted
    JOIN unit_baselines USING (course_key)
    WHERE is_primary AND counted.condition <> 'all'
),
groups AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        presence,
        count(*) AS n_started
    FROM counted
    GROUP BY GROUPING SETS ((clinic_id, condition, presence), (condition, presence))
),
levels AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        presence,
        characteristic,
        level,
        count(*) AS with_n,
        sum(millionths) AS total,
        sum(CAST(millionths AS HUGEINT) * millionths) AS squares
    FROM described
    GROUP BY GROUPING SETS (
        (clinic_id, condition, presence, characteristic, level), (condition, presence, characteristic, level)
    )
),
listed AS (
    SELECT
        groups.*,
        kinds.characteristic,
        kinds.level,
        coalesce(with_n, 0) AS with_n,
        coalesce(total, 0) AS total,
        coalesce(squares, 0) AS squares,
        sum(n_started) OVER kind - n_started AS others_started_n,
        sum(coalesce(with_n, 0)) OVER kind - coalesce(with_n, 0) AS others_with_n,
        sum(coalesce(total, 0)) OVER kind - coalesce(total, 0) AS others_total,
        sum(coalesce(squares, 0)) OVER kind - coalesce(squares, 0) AS others_squares
    FROM groups
    JOIN (SELECT DISTINCT clinic_id, condition, characteristic, level FROM levels) AS kinds USING (clinic_id, condition)
    LEFT JOIN levels USING (clinic_id, condition, presence, characteristic, level)
    WINDOW kind AS (PARTITION BY clinic_id, condition, kinds.characteristic, kinds.level)
)
SELECT
    clinic_id,
    condition,
    presence,
    characteristic,
    level,
    n_started,
    CASE characteristic WHEN 'baseline' THEN with_n ELSE n_started END AS n,
    CASE WHEN characteristic <> 'baseline' THEN with_n END AS with_n,
    CASE characteristic WHEN 'baseline' THEN others_with_n ELSE others_started_n END AS others_n,
    CASE WHEN characteristic <> 'baseline' THEN others_with_n END AS others_with_n,
    CASE characteristic WHEN 'baseline' THEN CAST(total AS DOUBLE) / nullif(with_n, 0) / 1e6 END AS mean,
    CASE characteristic WHEN 'baseline' THEN sqrt(CAST(with_n * squares - total * total AS DOUBLE)
        / nullif(with_n * (with_n - 1), 0)) / 1e6 END AS sd,
    CASE characteristic WHEN 'baseline' THEN CAST(others_total AS DOUBLE) / nullif(others_with_n, 0) / 1e6 END
        AS others_mean,
    CASE characteristic WHEN 'baseline' THEN sqrt(
        CAST(others_with_n * others_squares - others_total * others_total AS DOUBLE)
        / nullif(others_with_n * (others_with_n - 1), 0)) / 1e6 END AS others_sd
FROM listed
ORDER BY clinic_id, condition, presence, characteristic, level
