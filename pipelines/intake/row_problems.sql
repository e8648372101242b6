-- Grain: one row per rule and column that quarantined a record or blanked a value of one file.
-- Input: the typed records of the file. No parameters. of_n = all records of the file.
WITH found AS (
    SELECT row_number, unnest(quarantined_by) AS code, '' AS column_name FROM /* typed */
    UNION ALL
    SELECT row_number, split_part(blanked, ':', 1) AS code, split_part(blanked, ':', 2) AS column_name
    FROM (SELECT row_number, unnest(blanked_by) AS blanked FROM /* typed */)
)
SELECT
    code,
    column_name,
    min(row_number) AS first_row,
    count(*) AS failed_n,
    (SELECT count(*) FROM /* typed */) AS of_n
FROM found
GROUP BY code, column_name
ORDER BY code, column_name
