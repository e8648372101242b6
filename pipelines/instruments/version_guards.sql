-- Grain: one row per scale and look-alike form or version of it. Gives the columns their types.
-- Inputs: _version_guards (frame of `Catalogue.version_guards`). Parameters: none. Denominators: none.
SELECT
    scale,
    kind,
    own_forms::VARCHAR[] AS own_forms,
    own_minimum::DOUBLE AS own_minimum,
    own_maximum::DOUBLE AS own_maximum,
    own_step::DOUBLE AS own_step,
    other_minimum::DOUBLE AS other_minimum,
    other_maximum::DOUBLE AS other_maximum,
    other_step::DOUBLE AS other_step,
    same_at_zero::BOOLEAN AS same_at_zero,
    converted_step::DOUBLE AS converted_step,
    refuses_alike::BOOLEAN AS refuses_alike
FROM _version_guards
ORDER BY scale, kind, other_minimum
