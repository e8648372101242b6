-- Grain: one pending delivery (receipt). Input: pending_deliveries. Parameters: none.
-- Denominators: quarantined_pct over records_n of a delivery with a usable key, conflict_pct over keys_n, lost_pct
-- over the keys that stood before a snapshot; earlier_median_n of the records of earlier_deliveries_n deliveries of the
-- same table that stand. NULL = none.
SELECT
    receipt,
    CASE WHEN records_n > 0 AND keys_n > 0 THEN 100.0 * quarantined_n / records_n END AS quarantined_pct,
    CASE WHEN keys_n > 0 THEN 100.0 * conflict_keys_n / keys_n END AS conflict_pct,
    CASE WHEN records_n > 0 THEN keys_n END AS keys_n,
    CASE WHEN standing_n > 0 THEN 100.0 * unconfirmed_loss_n / standing_n END AS lost_pct,
    records_n,
    earlier_deliveries_n,
    earlier_median_n
FROM pending_deliveries
ORDER BY receipt
