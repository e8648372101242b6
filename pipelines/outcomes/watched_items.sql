-- The safety items of the catalogue. Grain: one row per scale and safety item. Inputs: scoring_rules.
-- place: among the scale's safety items, from 1, as in scored_scores.safety_answers.
SELECT scale, place, scale || '_item_' || safety_items[place].item AS measure
FROM (SELECT scale, safety_items, unnest(range(1, len(safety_items) + 1)) AS place FROM scoring_rules)
