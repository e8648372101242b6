-- Outcomes of the counted patients with their groups, at the timepoints that contrasts show.
-- Grain: one row per counted unit x scale with a baseline x timepoint of timepoint_names.
-- Inputs: patient_outcomes, grouped_units, timepoint_names.
SELECT outcomes.*, presence, sessions_group, integration_group
FROM patient_outcomes AS outcomes
JOIN grouped_units USING (unit_number)
SEMI JOIN timepoint_names USING (timepoint)
