-- Grain: one list of keys that lines share, in order of first appearance. Input: json_rows. No parameters.
SELECT keys, min(row_number) AS first_row FROM json_rows WHERE reason IS NULL GROUP BY keys ORDER BY first_row
