-- The other scores that could have been the baseline.
-- Grain: one row per counted patient and scale with more than one eligible score in the baseline window.
-- Inputs: unit_baselines, courses_of_care, eligible_scores, scale_definitions.
-- Parameters: baseline_first_day, baseline_last_day (c-days, both inside the window, which is that of baselines.sql).
-- first_score: the earliest. worst_score: the highest where lower is better, else the lowest. mean_score: of all of
-- them. screening: the last one before the baseline. Sums run over whole billionths: no order of the rows matters.
WITH eligible AS (
    SELECT course_key, scale, score_day, score
    FROM unit_baselines
    JOIN courses_of_care USING (clinic_id, course_key)
    JOIN eligible_scores USING (clinic_id, patient_id, scale)
    WHERE score_day BETWEEN start_day + $baseline_first_day AND start_day + $baseline_last_day
        AND score_day > coalesce(previous_last_day, score_day - 1)
),
listed AS (
    SELECT
        course_key,
        scale,
        arg_min(score, score_day) AS first_score,
        min(score) AS lowest,
        max(score) AS highest,
        CAST(sum(CAST(round(1e9 * score) AS BIGINT)) AS DOUBLE) / count(*) / 1e9 AS mean_score,
        arg_max(score, score_day, 2)[2] AS screening
    FROM eligible
    GROUP BY course_key, scale
    HAVING count(*) > 1
)
SELECT
    course_key,
    scale,
    first_score,
    CASE direction WHEN 'higher_is_better' THEN lowest WHEN 'lower_is_better' THEN highest END AS worst_score,
    mean_score,
    screening
FROM listed
LEFT JOIN scale_definitions USING (scale)
