-- Pairs of scores in research samples that lie open: no sessions, no courses, exact days.
-- Grain: one row per person, scale, from_day, to_day and group (`all`, and each reference group that is given).
-- Inputs: scored_reference_scores, scale_definitions. sex is not known of a sample.
-- A row with to_day = from_day is the level of all who have a score that day. A row with a later to_day holds the
-- pairs of those whose earliest score on the scale lies on from_day and who have a score on exactly to_day: n counts
-- pairs and is the denominator of every class. group = the group of the first score of the pair.
-- Never post_session. One score per patient, scale and day, chosen and put on its legal value as in eligible_scores.
WITH eligible AS (
    SELECT
        scores.clinic_id AS sample,
        scores.patient_id,
        scores.scale,
        scores.score_day,
        CASE
            WHEN step > 0 AND abs(score - step * round(score / step)) < 1e-6 THEN step * round(score / step)
            ELSE score
        END AS score,
        scores.reference_group
    FROM scored_reference_scores AS scores
    LEFT JOIN scale_definitions USING (scale)
    WHERE scores.score IS NOT NULL AND administration <> 'post_session'
    QUALIFY row_number() OVER (
        PARTITION BY scores.clinic_id, scores.patient_id, scores.scale, scores.score_day
        ORDER BY
            CASE WHEN respondent = own_respondent THEN 0 WHEN respondent IS NULL THEN 1 ELSE 2 END,
            list_position(['pre_session', 'baseline', 'follow_up', 'unspecified'], scores.administration),
            receipt,
            "row_number"
    ) = 1
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
