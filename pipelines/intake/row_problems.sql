-- Grain: one row per rule and column that quarantined a record or blanked a value of one file.
-- Input: the typed records of the file. No parameters. of_n = all records of the file.
WITH found AS (
    SELECT row_number, split_part(place, ':', 1) AS code, split_part(place, ':', 2) AS column_name
    FROM (SELECT row_number, unnest(list_concat(quarantined_at, blanked_by)) AS place FROM /* typed */)
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
