-- The plain paired aggregate: what anyone would write of courses, baselines and the scores of each timepoint.
-- Grain: clinic_id x condition x route x scale x timepoint. Inputs: courses_of_care, baselines, timepoint_scores.
SELECT
    clinic_id,
    condition,
    route,
    scale,
    timepoint,
    count(*) AS n,
    avg(baseline) AS baseline_mean,
    stddev(baseline) AS baseline_sd,
    avg(score) AS followup_mean,
    stddev(score) AS followup_sd,
    avg(score - baseline) AS change_mean,
    stddev(score - baseline) AS change_sd,
    count(*) FILTER (score <= baseline / 2) AS response_n
FROM courses_of_care
JOIN baselines USING (clinic_id, patient_id, course_number)
JOIN timepoint_scores USING (clinic_id, patient_id, course_number, scale)
GROUP BY ALL
