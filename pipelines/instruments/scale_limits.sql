-- Grain: one row per id a score row may carry: every form and every scale. Gives the list columns their types.
-- Inputs: _scale_limits (frame of `Catalogue.scale_limits`).
SELECT
    scale,
    instrument,
    n_items::INTEGER AS n_items,
    item_minimum::DOUBLE[] AS item_minimum,
    item_maximum::DOUBLE[] AS item_maximum,
    item_legal::DOUBLE[][] AS item_legal,
    item_step::DOUBLE AS item_step,
    total_minimum::DOUBLE AS total_minimum,
    total_maximum::DOUBLE AS total_maximum,
    total_step::DOUBLE AS total_step,
    raw_maximum::DOUBLE AS raw_maximum,
    total_other_steps::DOUBLE[] AS total_other_steps,
    forms::VARCHAR[] AS forms,
    needs_source::BOOLEAN AS needs_source,
    accepts_total::BOOLEAN AS accepts_total
FROM _scale_limits
ORDER BY scale
