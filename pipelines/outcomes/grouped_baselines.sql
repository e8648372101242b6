-- Baselines of the counted patients with their groups.
-- Grain: one row per row of unit_baselines. Inputs: unit_baselines, grouped_units.
SELECT unit_baselines.*, presence, sessions_group, integration_group
FROM unit_baselines
JOIN grouped_units USING (course_key)
