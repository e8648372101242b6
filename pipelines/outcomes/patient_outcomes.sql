-- Outcome of each patient at each timepoint.
-- Grain: one row per counted unit x scale with a baseline x timepoint.
-- Inputs: counted_units, baselines, follow_ups, timepoint_scores, primary_scales, scale_definitions,
-- frozen_reliable_change (scale, value), timepoint_names (timepoint, due_rank).
-- followup is NULL unless the timepoint is due and has a score; then response, remission, improved, deteriorated and
-- recovered are NULL too, as they are where the scale does not define them.
-- Scores stay as scored; improvements and percentages are rounded to 6 decimals before they meet a threshold.
-- Caseness by sex where the instrument has it; an unknown or intersex patient meets the general threshold.
-- A percentage response is defined for scales where lower is better: improvement / (baseline - scale minimum).
WITH definitions AS (
    SELECT
        scale_definitions.*,
        coalesce(reliable_change, frozen_reliable_change.value) AS reliable_threshold
    FROM scale_definitions
    LEFT JOIN frozen_reliable_change USING (scale)
),
followed AS (
    SELECT DISTINCT clinic_id, patient_id, course_number, scale
    FROM follow_ups
),
paired AS (
    SELECT
        units.*,
        baselines.scale,
        names.timepoint,
        coalesce(primary_scales.scale = baselines.scale, false) AS is_primary,
        followed_rank IS NULL OR due_rank <= followed_rank AS is_due,
        followed.patient_id IS NOT NULL AS has_followup,
        baseline,
        CASE WHEN followed_rank IS NULL OR due_rank <= followed_rank THEN timepoint_scores.score END AS followup,
        CASE WHEN followed_rank IS NULL OR due_rank <= followed_rank THEN timepoint_scores.c_day END AS followup_c_day
    FROM counted_units AS units
    JOIN baselines USING (clinic_id, patient_id, course_number)
    CROSS JOIN timepoint_names AS names
    LEFT JOIN followed
        ON followed.clinic_id = units.clinic_id
        AND followed.patient_id = units.patient_id
        AND followed.course_number = units.course_number
        AND followed.scale = baselines.scale
    LEFT JOIN primary_scales
        ON primary_scales.clinic_id = units.clinic_id
        AND primary_scales.patient_id = units.patient_id
        AND primary_scales.course_number = units.course_number
    LEFT JOIN timepoint_scores
        ON timepoint_scores.clinic_id = units.clinic_id
        AND timepoint_scores.patient_id = units.patient_id
        AND timepoint_scores.course_number = units.course_number
        AND timepoint_scores.scale = baselines.scale
        AND timepoint_scores.timepoint = names.timepoint
),
measured AS (
    SELECT
        paired.*,
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
    FROM paired
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
SELECT
    clinic_id,
    patient_id,
    course_number,
    condition,
    route,
    is_first,
    scale,
    is_primary,
    timepoint,
    is_due,
    is_due AND has_followup AS has_followup,
    followup IS NOT NULL AS is_analysed,
    baseline,
    followup,
    followup_c_day,
    direction,
    improvement,
    response_defined,
    remission_defined,
    reliable_defined,
    caseness_defined,
    response,
    remission,
    reliably_improved,
    reliably_deteriorated,
    case_at_baseline AND followup IS NOT NULL AS is_case,
    case_at_baseline AND NOT case_at_followup AND reliably_improved AS reliably_recovered
FROM judged
