-- Kinds of members: those alike in all that a cell, being due and a definition by sex ask for.
-- Grain: one row per kind that occurs. kind: a number that stands for the texts from here on.
-- Inputs: the members (unit_baselines, or the same with another group as route; named by tables.py).
SELECT CAST(row_number() OVER () AS INTEGER) AS kind, *
FROM (
    SELECT DISTINCT clinic_id, condition, route, scale, sex, is_primary, is_first, followed_rank FROM /* members */
)
