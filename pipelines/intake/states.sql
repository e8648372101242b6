-- Grain: one typed record of one clinic, with its state. Inputs: the typed records, decided_records (keys with several
-- records; a key with one record is accepted and current when clean, else quarantined).
-- Parameter: $conflict_rule code added to quarantined_by of a conflict.
SELECT
    typed.* REPLACE (
        CASE
            WHEN coalesce(decided.in_conflict, false) THEN list_sort(list_append(typed.quarantined_by, $conflict_rule))
            ELSE typed.quarantined_by
        END AS quarantined_by
    ),
    coalesce(
        decided.state,
        CASE WHEN typed.malformed OR len(typed.quarantined_by) > 0 THEN 'quarantined' ELSE 'accepted' END
    ) AS state,
    coalesce(decided.is_current, NOT typed.malformed AND len(typed.quarantined_by) = 0) AS is_current,
    coalesce(decided.is_correction, false) AS is_correction,
    coalesce(decided.is_mended, false) AS is_mended,
    false AS is_withdrawn,
    false AS is_absent
FROM /* typed */ AS typed
LEFT JOIN decided_records AS decided USING (receipt, record_number)
