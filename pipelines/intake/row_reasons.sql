-- Grain: one row per record, rule and column that quarantined it or blanked a value. Input: typed records of one file.
-- No parameters, no values: the row number, the rule's code and the column's name only.
SELECT row_number, split_part(place, ':', 1) AS code, split_part(place, ':', 2) AS column_name
FROM (SELECT row_number, unnest(list_concat(quarantined_at, blanked_by)) AS place FROM /* typed */)
ORDER BY row_number, code, column_name
