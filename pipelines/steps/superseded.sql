-- Grain: one row per blocked receipt of one clinic and table that newer deliveries correct.
-- Inputs: delivered (typed records of the receipts in question).
-- Parameters: $blocked receipts pending when the clinic was last blocked; $newer receipts that came after; $named those
-- of $blocked whose file name came again.
-- Corrected = every usable key of the receipt comes again; under the same file name one of them is enough, or none when
-- it had none. Another month's export under the same name shares no key, so it pushes nothing out.
WITH keyed AS (
    SELECT DISTINCT receipt, (/* key */) AS key
    FROM delivered
    WHERE NOT malformed AND /* usable */
),
again AS (
    SELECT DISTINCT key FROM keyed WHERE receipt IN (SELECT unnest($newer))
),
counted AS (
    SELECT
        asked.receipt,
        count(keyed.receipt) AS keys_n,
        count(again.key) AS again_n
    FROM (SELECT unnest($blocked) AS receipt) AS asked
    LEFT JOIN keyed ON keyed.receipt = asked.receipt
    LEFT JOIN again ON again.key = keyed.key
    GROUP BY asked.receipt
)
SELECT receipt
FROM counted
WHERE (keys_n > 0 AND again_n = keys_n)
    OR (list_contains($named, receipt) AND (again_n > 0 OR keys_n = 0))
ORDER BY receipt
