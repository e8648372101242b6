-- Outcome of each analysed patient at each timepoint.
-- Grain: one row per counted unit x scale with a baseline x timepoint that is due and has a score.
-- Inputs: unit_baselines, analysed_pairs. A class is NULL where the scale does not define it.
SELECT unit_baselines.*, analysed_pairs.* EXCLUDE (member_number)
FROM analysed_pairs
JOIN unit_baselines USING (member_number)
