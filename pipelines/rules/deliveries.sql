-- Grain: one pending delivery (receipt). Input: pending_deliveries. Parameters: none.
-- Denominators: quarantined_pct over records_n of a delivery with a usable key, conflict_pct over keys_n. NULL = none.
SELECT
    receipt,
    CASE WHEN records_n > 0 AND keys_n > 0 THEN 100.0 * quarantined_n / records_n END AS quarantined_pct,
    CASE WHEN keys_n > 0 THEN 100.0 * conflict_keys_n / keys_n END AS conflict_pct,
    CASE WHEN records_n > 0 THEN keys_n END AS keys_n
FROM pending_deliveries
ORDER BY receipt
