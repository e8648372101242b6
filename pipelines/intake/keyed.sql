-- Grain: one typed record, narrow. Input: typed records of all receipts of one clinic; the marked places are filled by
-- versions.py from the contract. No parameters.
-- key_hash and content_hash are never stored: they hold within one run of one DuckDB version.
SELECT
    typed.receipt,
    typed.row_number,
    typed.record_number,
    /* key */ AS key_hash,
    /* content */ AS content_hash,
    coalesce(typed.record_version, 0) AS version,
    NOT typed.malformed AND len(typed.quarantined_by) = 0 AS is_clean
FROM /* typed */ AS typed
