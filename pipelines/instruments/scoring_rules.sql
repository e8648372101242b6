-- Grain: one row per outcome scale. Gives the list columns of the catalogue their types.
-- Inputs: _scoring_rules (frame of `Catalogue.scoring_rules`).
SELECT
    scale,
    source_scale,
    item_groups::INTEGER[][] AS item_groups,
    reversed::INTEGER[] AS reversed,
    item_minimum::DOUBLE[] AS item_minimum,
    item_maximum::DOUBLE[] AS item_maximum,
    combine,
    factor::DOUBLE AS factor,
    minimum::DOUBLE AS minimum,
    maximum::DOUBLE AS maximum,
    max_missing::INTEGER AS max_missing,
    prorate_method,
    safety_item::INTEGER AS safety_item,
    safety_positive_at::DOUBLE AS safety_positive_at,
    accepts_total::BOOLEAN AS accepts_total,
    raw_minimum::DOUBLE AS raw_minimum,
    raw_maximum::DOUBLE AS raw_maximum,
    raw_factor::DOUBLE AS raw_factor
FROM _scoring_rules
ORDER BY scale
