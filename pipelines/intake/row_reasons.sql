-- Grain: one row per record, rule and column that quarantined it or blanked a value. Input: typed records of one file.
-- No parameters, no values: the row number, the rule's code and the column's name only.
SELECT row_number, unnest(quarantined_by) AS code, '' AS column_name FROM /* typed */
UNION ALL
SELECT row_number, split_part(blanked, ':', 1) AS code, split_part(blanked, ':', 2) AS column_name
FROM (SELECT row_number, unnest(blanked_by) AS blanked FROM /* typed */)
ORDER BY row_number, code, column_name
