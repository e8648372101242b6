-- Grain: one record in conflict: another record of its file has its key and version, and other content.
-- Inputs: decisions on a table's records, its delivered records. Parameters: receipts. No values: numbers of rows only.
SELECT delivered.receipt, delivered.row_number
FROM /* decided */ AS decided
INNER JOIN delivered
    ON delivered.receipt = decided.receipt AND delivered.record_number = decided.record_number
WHERE decided.in_conflict AND decided.receipt IN (SELECT unnest($receipts))
ORDER BY delivered.receipt, delivered.row_number
