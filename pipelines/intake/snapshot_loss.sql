-- Grain: one row: what a snapshot no longer holds. Inputs: the decided states of a table, withdrawn_patients.
-- Parameters: $snapshot its receipt, $previous the receipt of the snapshot before it (0 = none).
-- Denominator: standing_n, the keys that stood when it came: accepted before it, active, not of a patient who withdrew,
-- and held by the snapshot before or anything after that.
WITH keyed AS (
    SELECT
        /* key */ AS key_hash,
        max(typed.receipt) FILTER (WHERE typed.receipt < $snapshot) AS last_before,
        max_by(coalesce(typed.record_status, 'active'), (coalesce(typed.record_version, 0), typed.receipt))
            FILTER (WHERE typed.receipt < $snapshot AND typed.state = 'accepted') AS status,
        bool_or(typed.receipt = $snapshot) AS is_held
    FROM /* states */ AS typed
    WHERE typed.receipt <= $snapshot
        AND NOT (patient_id IN (SELECT patient_id FROM withdrawn_patients) IS TRUE)
    GROUP BY key_hash
)
SELECT count(*) AS standing_n, count(*) FILTER (WHERE NOT is_held) AS absent_n
FROM keyed
WHERE status = 'active' AND last_before >= $previous
