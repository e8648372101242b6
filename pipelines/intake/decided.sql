-- Grain: one decision: a record of a key that several records share. Input: contested_records. No parameters.
-- Rules and their order: versions.py.
WITH counted AS (
    SELECT
        *,
        is_clean AND NOT in_conflict AS counts,
        row_number() OVER (
            PARTITION BY key_hash, is_clean AND NOT in_conflict, content_hash
            ORDER BY receipt, row_number, record_number
        ) AS copy_number,
        -- RANGE takes in every record of the same receipt.
        max(version) FILTER (WHERE is_clean AND NOT in_conflict) OVER (
            PARTITION BY key_hash ORDER BY receipt RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS highest_version
    FROM contested_records
),
stated AS (
    SELECT
        *,
        CASE
            WHEN NOT counts THEN 'quarantined'
            WHEN copy_number > 1 THEN 'duplicate'
            WHEN version < highest_version THEN 'stale'
            ELSE 'accepted'
        END AS state
    FROM counted
)
SELECT
    receipt,
    record_number,
    in_conflict,
    state,
    coalesce(
        state = 'accepted'
        AND (version, receipt) = (max((version, receipt)) FILTER (WHERE state = 'accepted') OVER of_key),
        false
    ) AS is_current,
    coalesce(
        state = 'accepted' AND receipt > (min(receipt) FILTER (WHERE state = 'accepted') OVER of_key), false
    ) AS is_correction,
    coalesce(
        state = 'quarantined' AND receipt < (max(receipt) FILTER (WHERE state = 'accepted') OVER of_key), false
    ) AS is_mended,
    false AS is_withdrawn,
    false AS is_absent
FROM stated
WINDOW of_key AS (PARTITION BY key_hash)
