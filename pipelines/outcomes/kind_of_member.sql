-- The kind of each member.
-- Grain: one row per member. Inputs: the members (as in kinds.sql), kinds.
SELECT member_number, kind, baseline
FROM /* members */ AS members
JOIN kinds
    ON members.clinic_id = kinds.clinic_id
    AND members.condition = kinds.condition
    AND members.route = kinds.route
    AND members.scale = kinds.scale
    AND members.sex = kinds.sex
    AND members.is_primary = kinds.is_primary
    AND members.is_first = kinds.is_first
    AND members.followed_rank IS NOT DISTINCT FROM kinds.followed_rank
