-- Grain: one typed record of one clinic, with its state. Inputs: the typed records, keyed_records, decided_records (keys
-- with several records; a key with one record is accepted and current when clean, else quarantined).
-- Parameter: $conflict_rule code added to quarantined_by of a conflict.
SELECT
    typed.* REPLACE (
        CASE
            WHEN coalesce(decided.in_conflict, false) THEN list_sort(list_append(typed.quarantined_by, $conflict_rule))
            ELSE typed.quarantined_by
        END AS quarantined_by
    ),
    coalesce(decided.state, CASE WHEN keyed.is_clean THEN 'accepted' ELSE 'quarantined' END) AS state,
    coalesce(decided.is_current, keyed.is_clean) AS is_current,
    coalesce(decided.is_correction, false) AS is_correction,
    coalesce(decided.is_mended, false) AS is_mended
FROM /* typed */ AS typed
INNER JOIN keyed_records AS keyed USING (receipt, record_number)
LEFT JOIN decided_records AS decided USING (receipt, record_number)
