-- Grain: one row, for one contract column. Inputs: records (text) and the typed records of the same file.
-- Parameter: $column the column's name. Denominator: records that are rows of cells (malformed rows are not counted).
SELECT
    count(*) FILTER (
        WHERE records./* column */ IS NOT NULL
        AND NOT list_contains(typed.damaged, $column) AND NOT list_contains(typed.unknown, $column)
    ) AS read_n,
    count(*) FILTER (WHERE list_contains(typed.damaged, $column)) AS damaged_n,
    count(*) FILTER (WHERE list_contains(typed.unknown, $column)) AS unknown_n,
    count(*) FILTER (WHERE records./* column */ IS NULL) AS empty_n
FROM records
INNER JOIN /* typed */ AS typed USING (record_number)
