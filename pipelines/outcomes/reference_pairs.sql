-- Pairs of scores in research samples that lie open: no sessions, no courses, exact days.
-- Grain: one row per person, scale, from_day, to_day and group (`all`, and each reference group that is given).
-- Inputs: eligible_reference_scores (care/eligible_scores.sql without dosing days). sex is not known of a sample.
-- A row with to_day = from_day is the level of all who have a score that day. A row with a later to_day holds the
-- pairs of those whose earliest score on the scale lies on from_day and who have a score on exactly to_day: n counts
-- pairs and is the denominator of every class. group = the group of the first score of the pair.
WITH eligible AS (
    SELECT clinic_id AS sample, patient_id, scale, score_day, score, reference_group
    FROM eligible_reference_scores
),
firsts AS (
    SELECT
        sample,
        patient_id,
        scale,
        min(score_day) AS from_day,
        arg_min(score, score_day) AS baseline,
        min_by(coalesce(reference_group, ''), score_day) AS first_group
    FROM eligible
    GROUP BY sample, patient_id, scale
),
pairs AS (
    SELECT
        sample,
        scale,
        score_day AS from_day,
        score_day AS to_day,
        coalesce(reference_group, '') AS reference_group,
        score AS baseline,
        CAST(NULL AS DOUBLE) AS followup
    FROM eligible
    UNION ALL
    SELECT sample, scale, from_day, score_day AS to_day, first_group AS reference_group, baseline, score AS followup
    FROM firsts
    JOIN eligible USING (sample, patient_id, scale)
    WHERE score_day > from_day
)
SELECT *, CAST(NULL AS VARCHAR) AS sex, 'all' AS "group" FROM pairs
UNION ALL
SELECT *, CAST(NULL AS VARCHAR) AS sex, reference_group AS "group" FROM pairs WHERE reference_group NOT IN ('', 'all')
