-- Grain: one row per outcome scale. Gives the list columns of the catalogue their types.
-- Inputs: _scoring_rules (frame of `Catalogue.scoring_rules`).
SELECT
    scale,
    source_scale,
    item_groups::INTEGER[][] AS item_groups,
    reversed::INTEGER[] AS reversed,
    item_legal::DOUBLE[][] AS item_legal,
    skips::STRUCT("after" INTEGER, items INTEGER[])[] AS skips,
    levels::STRUCT(score DOUBLE, conditions STRUCT(items INTEGER[], at_least DOUBLE, needed INTEGER)[])[] AS levels,
    parts::STRUCT(scale VARCHAR, cut DOUBLE)[] AS parts,
    not_from_items::VARCHAR AS not_from_items,
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
    safety_items::STRUCT(item INTEGER, positive_at DOUBLE)[] AS safety_items,
    accepts_total::BOOLEAN AS accepts_total,
    form_is_scale::BOOLEAN AS form_is_scale,
    raw_minimum::DOUBLE AS raw_minimum,
    raw_maximum::DOUBLE AS raw_maximum,
    raw_factor::DOUBLE AS raw_factor,
    raw_forms::VARCHAR[] AS raw_forms
FROM _scoring_rules
ORDER BY scale
