-- Pairs under each rule for the baseline, of those in whom the rules can differ.
-- Grain: one row per row of patient_outcomes with more than one score in the baseline window, and rule.
-- Inputs: patient_outcomes, baseline_choices, baseline_rules (baseline_rule).
-- last_before: the baseline as it is. Columns beside baseline_rule: what judged_pairs.sql needs.
SELECT
    baseline_rule,
    clinic_id,
    condition,
    route,
    scale,
    timepoint,
    is_primary,
    is_first,
    sex,
    CASE baseline_rule
        WHEN 'first' THEN first_score
        WHEN 'highest' THEN coalesce(worst_score, baseline)
        WHEN 'mean' THEN mean_score
        ELSE baseline
    END AS baseline,
    followup
FROM patient_outcomes
JOIN baseline_choices USING (course_key, scale)
CROSS JOIN baseline_rules
