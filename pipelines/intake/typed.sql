-- Grain: one record of one delivery, malformed rows included (all contract columns NULL, malformed = true).
-- Inputs: records (text), spellings (column_name, text, words), the table of malformed rows; the marked places are
--   filled by accept.py from the contract and the names of the columns that hold a value.
-- Parameters: $clinic_id folder of the delivery, $receipt its sequence number.
-- damaged = columns whose cell holds something that is not of the column's type; unknown = words outside their list.
WITH cells AS (
    SELECT
    /* typed */,
    /* texts */records.row_number,
        records.record_number
    FROM records
    /* joins */
),
broken AS (
    SELECT
        row_number,
        (SELECT count(*) FROM records) + row_number() OVER (ORDER BY row_number) AS record_number
    FROM /* malformed */
)
SELECT
    /* columns */,
    CAST($receipt AS INTEGER) AS receipt,
    CAST(row_number AS BIGINT) AS row_number,
    CAST(record_number AS BIGINT) AS record_number,
    false AS malformed,
    CAST(/* damaged */ AS VARCHAR[]) AS damaged,
    CAST(/* unknown */ AS VARCHAR[]) AS unknown
FROM cells
UNION ALL
SELECT
    /* unread */,
    CAST($receipt AS INTEGER),
    CAST(row_number AS BIGINT),
    CAST(record_number AS BIGINT),
    true,
    CAST([] AS VARCHAR[]),
    CAST([] AS VARCHAR[])
FROM broken
