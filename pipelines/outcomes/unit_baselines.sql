-- Baselines of the counted patients, with what each patient brings.
-- Grain: one row per row of members. Inputs: members, counted_units.
SELECT members.*, clinic_id, condition, route, sex, is_first, followed_rank
FROM members
JOIN counted_units USING (course_key)
