-- How often each pair of scores occurs in each group of a research sample.
-- Grain: sample x scale x from_day x to_day x group x baseline x followup x crossing.
-- Inputs: judged_reference_pairs, reference_change_moments. crossing: see change_classes.sql.
SELECT
    sample,
    scale,
    from_day,
    to_day,
    "group",
    block,
    baseline,
    followup,
    CASE
        WHEN case_at_baseline AND NOT case_at_followup THEN 'out'
        WHEN NOT case_at_baseline AND case_at_followup THEN 'in'
        ELSE 'none'
    END AS crossing,
    count(*) AS pairs_n
FROM judged_reference_pairs
JOIN reference_change_moments USING (sample, scale, from_day, to_day)
GROUP BY ALL
