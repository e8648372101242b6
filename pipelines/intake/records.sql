-- Grain: one record of a contract table, only the columns that its entries fill; everything VARCHAR.
-- Inputs: the delivered file as text (row_number, one column each); the marked places are filled by records.py from
--   the contract's column names and the file's quoted column names; a row with nothing in it gives no record.
-- Parameters: $mapped_0 ... texts, codes and factors of the mapping.
-- Rows come in the order of the file; only where a row gives several records are they put in order again.
-- Denominator: rows that gave a record + empty rows = rows of the file (checked in records.py).
WITH cells AS (
    SELECT row_number, /* cells */
    FROM /* source */
),
entries AS (
    /* one SELECT for each record of a row */
)
SELECT /* columns */, row_number
FROM entries
/* order */
