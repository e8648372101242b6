-- The scales as pairs without scores: what judged_pairs.sql says of them is what each scale defines.
-- Grain: scale x sex. Inputs: scale_definitions, counted_units.
SELECT scale, sex, CAST(NULL AS DOUBLE) AS baseline, CAST(NULL AS DOUBLE) AS followup
FROM scale_definitions
CROSS JOIN (SELECT DISTINCT sex FROM counted_units) AS sexes
