-- Outcome of each patient at each timepoint.
-- Grain: one row per counted unit x scale with a baseline x timepoint.
-- Inputs: judged_units (paired_units with what judged_pairs.sql says of each pair).
-- response, remission, improved, deteriorated and recovered are NULL where there is no follow-up, and where the scale
-- does not define them.
SELECT
    unit_number,
    clinic_id,
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
    direction,
    response_defined,
    remission_defined,
    reliable_defined,
    caseness_defined,
    response,
    remission,
    reliably_improved,
    reliably_deteriorated,
    case_at_baseline AND followup IS NOT NULL AS is_case,
    case_at_followup,
    case_at_baseline AND NOT case_at_followup AND reliably_improved AS reliably_recovered
FROM judged_units
