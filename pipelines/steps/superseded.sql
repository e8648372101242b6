-- Grain: one row per blocked receipt of one clinic and table that newer deliveries correct.
-- Inputs: delivered (typed records of the receipts in question).
-- Parameters: $blocked receipts pending when the clinic was last blocked; $newer receipts that came after.
-- Corrected = every key the receipt could be read to hold comes again; a receipt without a readable key counts as such.
WITH keyed AS (
    SELECT DISTINCT receipt, (/* key */) AS key
    FROM delivered
    WHERE NOT malformed AND patient_id IS NOT NULL
),
again AS (
    SELECT DISTINCT key FROM keyed WHERE receipt IN (SELECT unnest($newer))
)
SELECT asked.receipt
FROM (SELECT unnest($blocked) AS receipt) AS asked
LEFT JOIN keyed ON keyed.receipt = asked.receipt
LEFT JOIN again ON again.key = keyed.key
GROUP BY asked.receipt
HAVING count(keyed.receipt) = count(*) FILTER (again.key IS NOT NULL)
ORDER BY asked.receipt
