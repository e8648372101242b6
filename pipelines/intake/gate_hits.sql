-- Which detectors fire, per column.
-- Grain: one column x detector with at least one hit. rows_n: rows hit; first_row: the first of them.
-- Inputs: gate_texts. Parameters: $p1 ... $pn, the detectors' patterns, in the place of the conditions.
SELECT
    position,
    code, 
    -- Malformed rows (position 0) give several texts a row.
    CASE WHEN position = 0 THEN count(DISTINCT first_row) ELSE sum(rows_n) END AS rows_n,
    min(first_row) AS first_row
FROM (
    SELECT position, rows_n, first_row, unnest(list_distinct([/* conditions */])) AS code
    FROM gate_texts
)
WHERE code IS NOT NULL
GROUP BY position, code
ORDER BY position, code
