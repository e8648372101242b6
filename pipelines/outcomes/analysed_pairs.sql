-- What each analysed pair means, without what its patient brings.
-- Grain: as due_pairs.sql. Inputs: judged_pairs (due_pairs with what judged_pairs.sql says of each pair).
-- A class is NULL where the scale does not define it.
SELECT
    member_number,
    timepoint,
    followup,
    response,
    remission,
    reliably_improved,
    reliably_deteriorated,
    case_at_baseline,
    case_at_followup
FROM judged_pairs
