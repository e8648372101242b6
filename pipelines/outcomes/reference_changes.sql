-- Changes in research samples that lie open: no sessions, no courses, exact days.
-- Grain: sample x scale x from_day x to_day x group (`all`, and each reference group that is given).
-- Inputs: scored_reference_scores, scale_definitions, frozen_reliable_change.
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
),
grouped AS (
    SELECT *, 'all' AS "group" FROM pairs
    UNION ALL
    SELECT *, reference_group AS "group" FROM pairs WHERE reference_group NOT IN ('', 'all')
),
measured AS (
    SELECT
        grouped.*,
        CAST(round(1e9 * baseline) AS BIGINT) AS baseline_billionths,
        CAST(round(1e9 * followup) AS BIGINT) AS followup_billionths,
        CAST(round(1e9 * (followup - baseline)) AS BIGINT) AS change_billionths,
        CASE direction
            WHEN 'lower_is_better' THEN round(baseline - followup, 6)
            WHEN 'higher_is_better' THEN round(followup - baseline, 6)
        END AS improvement,
        coalesce(reliable_change, frozen_reliable_change.value) AS reliable_threshold,
        CASE caseness_op
            WHEN '<' THEN round(baseline, 6) < caseness_value
            WHEN '<=' THEN round(baseline, 6) <= caseness_value
            WHEN '>' THEN round(baseline, 6) > caseness_value
            WHEN '>=' THEN round(baseline, 6) >= caseness_value
        END AS case_at_baseline,
        CASE response_unit
            WHEN 'points' THEN improvement >= response_value
            WHEN 'pct' THEN
                CASE
                    WHEN direction = 'lower_is_better' AND followup IS NOT NULL AND minimum IS NOT NULL
                        THEN baseline > minimum
                        AND round(100 * (baseline - followup) / nullif(baseline - minimum, 0), 6) >= response_value
                END
        END AS response,
        CASE remission_op
            WHEN '<' THEN round(followup, 6) < remission_value
            WHEN '<=' THEN round(followup, 6) <= remission_value
            WHEN '>' THEN round(followup, 6) > remission_value
            WHEN '>=' THEN round(followup, 6) >= remission_value
        END AS remission,
        improvement >= reliable_threshold AS reliably_improved,
        -improvement >= reliable_threshold AS reliably_deteriorated
    FROM grouped
    LEFT JOIN scale_definitions USING (scale)
    LEFT JOIN frozen_reliable_change USING (scale)
),
summed AS (
    SELECT
        sample,
        scale,
        from_day,
        to_day,
        "group",
        count(*) AS n,
        sum(baseline_billionths) AS baseline_sum,
        sum(followup_billionths) AS followup_sum,
        sum(change_billionths) AS change_sum,
        sum(CAST(baseline_billionths AS HUGEINT) * baseline_billionths) AS baseline_squares,
        sum(CAST(followup_billionths AS HUGEINT) * followup_billionths) AS followup_squares,
        sum(CAST(change_billionths AS HUGEINT) * change_billionths) AS change_squares,
        -- A sum of an undefined class is NULL, of a defined one a count.
        CAST(sum(CAST(case_at_baseline AS INTEGER)) AS BIGINT) AS n_case_baseline,
        CAST(sum(CAST(response AS INTEGER)) AS BIGINT) AS response_n,
        CAST(sum(CAST(remission AS INTEGER)) AS BIGINT) AS remission_n,
        CAST(sum(CAST(reliably_improved AS INTEGER)) AS BIGINT) AS reliable_improvement_n,
        CAST(sum(CAST(reliably_deteriorated AS INTEGER)) AS BIGINT) AS reliable_deterioration_n,
        CAST(sum(CAST(NOT reliably_improved AND NOT reliably_deteriorated AS INTEGER)) AS BIGINT)
            AS no_reliable_change_n
    FROM measured
    GROUP BY sample, scale, from_day, to_day, "group"
)
SELECT
    sample,
    scale,
    from_day,
    to_day,
    "group",
    n,
    CAST(baseline_sum AS DOUBLE) / n / 1e9 AS baseline_mean,
    sqrt(CAST(n * baseline_squares - baseline_sum * baseline_sum AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9
        AS baseline_sd,
    CAST(followup_sum AS DOUBLE) / n / 1e9 AS followup_mean,
    sqrt(CAST(n * followup_squares - followup_sum * followup_sum AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9
        AS followup_sd,
    CAST(change_sum AS DOUBLE) / n / 1e9 AS change_mean,
    sqrt(CAST(n * change_squares - change_sum * change_sum AS DOUBLE) / nullif(n * (n - 1), 0)) / 1e9 AS change_sd,
    n_case_baseline,
    response_n,
    remission_n,
    reliable_improvement_n,
    reliable_deterioration_n,
    no_reliable_change_n
FROM summed
ORDER BY sample, scale, from_day, to_day, "group"
