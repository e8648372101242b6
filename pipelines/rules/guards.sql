-- Grain: one receipt and scale that has look-alike forms, with stored totals. Inputs: candidate_scores, deliveries,
--   scale_limits. Parameters: none. Denominators: totals_n = stored totals of the scale in the receipt.
-- Upper ends of the other forms: Y-BOCS-II 0 to 50 (clinical_facts.yaml YBOCS version_guard), sum of the PEG's three
-- answers 0 to 30. Records that a later receipt mended are left out: the delivery they came in was corrected.
SELECT
    receipt,
    scores.scale,
    count(*) AS totals_n,
    count(*) FILTER (
        WHERE total > limits.total_maximum AND total <= (CASE scores.scale WHEN 'ybocs' THEN 50 WHEN 'peg' THEN 30 END)
    ) AS other_n,
    count(*) FILTER (WHERE scale_form IS NULL) AS undeclared_n,
    max(total) FILTER (WHERE scale_form IS NULL) AS undeclared_maximum,
    count(*) FILTER (
        WHERE scale_form IS NULL AND total / limits.total_step <> round(total / limits.total_step)
    ) AS undeclared_off_step_n
FROM candidate_scores AS scores
INNER JOIN scale_limits AS limits ON limits.scale = scores.scale
WHERE
    scores.scale IN ('ybocs', 'peg', 'who5')
    AND total IS NOT NULL
    AND NOT is_mended
    AND receipt IN (SELECT receipt FROM pending_deliveries)
GROUP BY receipt, scores.scale
ORDER BY receipt, scores.scale
