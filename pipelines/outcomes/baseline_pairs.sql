-- Pairs under each rule for the baseline, of those in whom the rules can differ.
-- Grain: one row per analysed row of patient_outcomes with more than one score in the baseline window, and rule.
-- Inputs: patient_outcomes, baseline_choices, counted_units, baseline_rules (baseline_rule).
-- last_before: the baseline as it is. Columns beside baseline_rule: what judged_pairs.sql needs.
SELECT
    baseline_rule,
    outcomes.clinic_id,
    outcomes.condition,
    outcomes.route,
    scale,
    timepoint,
    is_primary,
    outcomes.is_first,
    sex,
    CASE baseline_rule
        WHEN 'first' THEN first_score
        WHEN 'highest' THEN coalesce(worst_score, baseline)
        WHEN 'mean' THEN mean_score
        ELSE baseline
    END AS baseline,
    followup
FROM patient_outcomes AS outcomes
JOIN baseline_choices USING (unit_number, scale)
JOIN counted_units USING (unit_number)
CROSS JOIN baseline_rules
WHERE is_analysed
