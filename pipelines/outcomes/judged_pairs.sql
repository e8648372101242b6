-- What a baseline and a follow-up on one scale mean: the one place of response, remission, reliable change, caseness.
-- Grain: that of the pairs given. Inputs: the pairs (scale, sex, baseline, followup and any other column),
-- scale_definitions, frozen_reliable_change (scale, value). No parameters.
-- Scores stay as scored; improvements and percentages are rounded to 6 decimals before they meet a threshold.
-- Caseness by sex where the instrument has it; an unknown or intersex patient meets the general threshold.
-- A percentage response is defined for scales where lower is better: improvement / (baseline - scale minimum); from a
-- baseline at the minimum it is no response. Without a follow-up, or where a scale does not define it: NULL.
-- `round(1e6 * x) / 1e6` is round(x, 6) without a power to be computed in each row.
WITH definitions AS (
    SELECT
        scale,
        direction,
        CASE direction WHEN 'lower_is_better' THEN 1 WHEN 'higher_is_better' THEN -1 END AS improves_by,
        minimum,
        coalesce(response_unit = 'points' AND direction IS NOT NULL, false) AS responds_in_points,
        coalesce(response_unit = 'pct' AND direction = 'lower_is_better' AND minimum IS NOT NULL, false)
            AS responds_in_pct,
        response_value,
        remission_op,
        remission_value,
        caseness_op,
        caseness_value,
        coalesce(caseness_value_male, caseness_value) AS caseness_value_male,
        coalesce(caseness_value_female, caseness_value) AS caseness_value_female,
        coalesce(reliable_change, frozen_reliable_change.value) AS reliable_threshold,
        response_value IS NOT NULL AND (responds_in_points OR responds_in_pct) AS response_defined,
        remission_op IS NOT NULL AND remission_value IS NOT NULL AS remission_defined,
        reliable_threshold IS NOT NULL AND direction IS NOT NULL AS reliable_defined
    FROM scale_definitions
    LEFT JOIN frozen_reliable_change USING (scale)
),
measured AS (
    SELECT
        pairs.*,
        definitions.* EXCLUDE (scale, caseness_value, caseness_value_male, caseness_value_female),
        CASE sex
            WHEN 'male' THEN caseness_value_male
            WHEN 'female' THEN caseness_value_female
            ELSE caseness_value
        END AS caseness_value,
        round(1e6 * baseline) / 1e6 AS rounded_baseline,
        round(1e6 * followup) / 1e6 AS rounded_followup,
        round(1e6 * improves_by * (baseline - followup)) / 1e6 AS improvement
    FROM /* pairs */ AS pairs
    LEFT JOIN definitions USING (scale)
)
SELECT
    * EXCLUDE (
        improves_by, minimum, responds_in_points, responds_in_pct, response_value, remission_op, remission_value,
        caseness_op, caseness_value, reliable_threshold, rounded_baseline, rounded_followup, improvement
    ) REPLACE (
        coalesce(response_defined, false) AS response_defined,
        coalesce(remission_defined, false) AS remission_defined,
        coalesce(reliable_defined, false) AS reliable_defined
    ),
    caseness_op IS NOT NULL AND caseness_value IS NOT NULL AS caseness_defined,
    CASE
        WHEN followup IS NULL OR NOT response_defined THEN NULL
        WHEN responds_in_points THEN improvement >= response_value
        ELSE baseline > minimum
            AND round(1e6 * (100 * (baseline - followup) / (baseline - minimum))) / 1e6 >= response_value
    END AS response,
    CASE remission_op
        WHEN '<' THEN rounded_followup < remission_value
        WHEN '<=' THEN rounded_followup <= remission_value
        WHEN '>' THEN rounded_followup > remission_value
        WHEN '>=' THEN rounded_followup >= remission_value
    END AS remission,
    improvement >= reliable_threshold AS reliably_improved,
    -improvement >= reliable_threshold AS reliably_deteriorated,
    CASE caseness_op
        WHEN '<' THEN rounded_baseline < caseness_value
        WHEN '<=' THEN rounded_baseline <= caseness_value
        WHEN '>' THEN rounded_baseline > caseness_value
        WHEN '>=' THEN rounded_baseline >= caseness_value
    END AS case_at_baseline,
    CASE caseness_op
        WHEN '<' THEN rounded_followup < caseness_value
        WHEN '<=' THEN rounded_followup <= caseness_value
        WHEN '>' THEN rounded_followup > caseness_value
        WHEN '>=' THEN rounded_followup >= caseness_value
    END AS case_at_followup
FROM measured
