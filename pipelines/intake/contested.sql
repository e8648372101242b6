-- Grain: one record of a key that several records share. Input: keyed_records. No parameters.
-- Clean records only decide over each other; quarantined ones are kept to see whether they were mended.
WITH shared AS (
    SELECT key_hash FROM keyed_records GROUP BY key_hash HAVING count(*) > 1
)
SELECT
    keyed_records.*,
    is_clean
    AND (min(content_hash) FILTER (WHERE is_clean) OVER of_version)
    <> (max(content_hash) FILTER (WHERE is_clean) OVER of_version) AS in_conflict
FROM keyed_records
SEMI JOIN shared USING (key_hash)
WINDOW of_version AS (PARTITION BY key_hash, receipt, version)
