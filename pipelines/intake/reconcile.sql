-- Grain: one receipt. Input: states of one table of one clinic. Parameter: $conflict_rule.
-- Denominators: records = accepted + quarantined + duplicate + stale; conflict_keys_n is over keys_n.
WITH hashed AS (
    SELECT typed.receipt, typed.state, typed.is_correction, typed.is_mended, typed.is_withdrawn,
        list_contains(typed.quarantined_by, $conflict_rule) AS in_conflict,
        /* key */ AS key_hash
    FROM /* states */ AS typed
)
SELECT
    receipt,
    count(*) AS records,
    count(*) FILTER (WHERE state = 'accepted') AS accepted,
    count(*) FILTER (WHERE state = 'quarantined') AS quarantined,
    count(*) FILTER (WHERE state = 'duplicate') AS duplicate,
    count(*) FILTER (WHERE state = 'stale') AS stale,
    count(*) FILTER (WHERE is_correction) AS corrected,
    count(*) FILTER (WHERE is_mended) AS mended,
    count(*) FILTER (WHERE is_withdrawn) AS withdrawn,
    count(DISTINCT key_hash) FILTER (WHERE state <> 'quarantined' OR in_conflict) AS keys_n,
    count(DISTINCT key_hash) FILTER (WHERE in_conflict) AS conflict_keys_n
FROM hashed
GROUP BY receipt
ORDER BY receipt
