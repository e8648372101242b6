-- What stored indexes and T-scores were made with.
-- Grain: clinic_id x scale x source. Inputs: scores (validated), scale_limits. No parameters, no denominators.
SELECT DISTINCT clinic_id, scale, coalesce(score_source, '') AS source
FROM scores
JOIN scale_limits USING (scale)
WHERE needs_source AND total IS NOT NULL
ORDER BY ALL
