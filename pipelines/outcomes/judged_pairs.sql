-- What a baseline and a follow-up on one scale mean: the one place of response, remission, reliable change, caseness.
-- Grain: that of the pairs given. Inputs: the pairs (scale, sex, baseline, followup and any other column),
-- scale_definitions, frozen_reliable_change (scale, value). No parameters.
-- Scores stay as scored; improvements and percentages are rounded to 6 decimals before they meet a threshold.
-- Caseness by sex where the instrument has it; an unknown or intersex patient meets the general threshold.
-- A percentage response is defined for scales where lower is better: improvement / (baseline - scale minimum); from a
-- baseline at the minimum it is no response. Without a follow-up, or where a scale does not define it: NULL.
WITH definitions AS (
    SELECT
        scale_definitions.*,
        coalesce(reliable_change, frozen_reliable_change.value) AS reliable_threshold
    FROM scale_definitions
    LEFT JOIN frozen_reliable_change USING (scale)
),
measured AS (
    SELECT
        pairs.*,
        direction,
        CASE direction
            WHEN 'lower_is_better' THEN round(baseline - followup, 6)
            WHEN 'higher_is_better' THEN round(followup - baseline, 6)
        END AS improvement,
        CASE
            WHEN direction = 'lower_is_better' AND baseline > minimum
                THEN round(100 * (baseline - followup) / (baseline - minimum), 6)
        END AS improvement_pct,
        response_unit,
        response_value,
        remission_op,
        remission_value,
        caseness_op,
        CASE sex
            WHEN 'male' THEN coalesce(caseness_value_male, caseness_value)
            WHEN 'female' THEN coalesce(caseness_value_female, caseness_value)
            ELSE caseness_value
        END AS caseness_value,
        reliable_threshold,
        coalesce(
            response_value IS NOT NULL
            AND (
                (response_unit = 'points' AND direction IS NOT NULL)
                OR (response_unit = 'pct' AND direction = 'lower_is_better' AND minimum IS NOT NULL)
            ),
            false
        ) AS response_defined,
        remission_op IS NOT NULL AND remission_value IS NOT NULL AS remission_defined,
        reliable_threshold IS NOT NULL AND direction IS NOT NULL AS reliable_defined
    FROM /* pairs */ AS pairs
    LEFT JOIN definitions USING (scale)
),
judged AS (
    SELECT
        *,
        caseness_op IS NOT NULL AND caseness_value IS NOT NULL AS caseness_defined,
        CASE
            WHEN followup IS NOT NULL AND response_defined THEN
                CASE response_unit
                    WHEN 'points' THEN improvement >= response_value
                    ELSE coalesce(improvement_pct >= response_value, false)
                END
        END AS response,
        CASE remission_op
            WHEN '<' THEN round(followup, 6) < remission_value
            WHEN '<=' THEN round(followup, 6) <= remission_value
            WHEN '>' THEN round(followup, 6) > remission_value
            WHEN '>=' THEN round(followup, 6) >= remission_value
        END AS remission,
        improvement >= reliable_threshold AS reliably_improved,
        -improvement >= reliable_threshold AS reliably_deteriorated,
        CASE caseness_op
            WHEN '<' THEN round(baseline, 6) < caseness_value
            WHEN '<=' THEN round(baseline, 6) <= caseness_value
            WHEN '>' THEN round(baseline, 6) > caseness_value
            WHEN '>=' THEN round(baseline, 6) >= caseness_value
        END AS case_at_baseline,
        CASE caseness_op
            WHEN '<' THEN round(followup, 6) < caseness_value
            WHEN '<=' THEN round(followup, 6) <= caseness_value
            WHEN '>' THEN round(followup, 6) > caseness_value
            WHEN '>=' THEN round(followup, 6) >= caseness_value
        END AS case_at_followup
    FROM measured
)
SELECT * FROM judged
