-- Baseline and follow-up of each counted patient at each timepoint that is due and has a score: the analysed ones.
-- Grain: one row per row of unit_baselines x timepoint that has both.
-- Inputs: unit_baselines, timepoint_scores, timepoint_names (timepoint, due_rank).
SELECT member_number, scale, sex, timepoint, baseline, score AS followup
FROM timepoint_scores
JOIN unit_baselines USING (course_key, scale)
JOIN timepoint_names USING (timepoint)
WHERE followed_rank IS NULL OR due_rank <= followed_rank
