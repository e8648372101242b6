-- Classes of individual change in research samples.
-- Grain: sample x scale x from_day x to_day x group x method that is defined.
-- Inputs: change_pairs, change_classes. n = pairs and the denominator of every class.
SELECT
    sample,
    scale,
    from_day,
    to_day,
    "group",
    method,
    CAST(sum(pairs_n) AS BIGINT) AS n,
    CAST(sum(pairs_n) FILTER (class = 'improved') AS BIGINT) AS improved_n,
    CAST(sum(pairs_n) FILTER (class = 'unchanged') AS BIGINT) AS unchanged_n,
    CAST(sum(pairs_n) FILTER (class = 'deteriorated') AS BIGINT) AS deteriorated_n,
    CAST(sum(pairs_n) FILTER (class = 'recovered') AS BIGINT) AS recovered_n,
    CAST(sum(pairs_n) FILTER (class = 'harmed') AS BIGINT) AS harmed_n,
    CAST(sum(pairs_n) FILTER (could_not_improve) AS BIGINT) AS could_not_improve_n,
    CAST(sum(pairs_n) FILTER (could_not_worsen) AS BIGINT) AS could_not_worsen_n
FROM change_pairs
JOIN change_classes USING (block, baseline, followup, crossing)
GROUP BY ALL
