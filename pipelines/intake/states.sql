-- Grain: one typed record of one clinic, with its state. Inputs: the typed records; the decisions on them (a record
-- without one is accepted and current when clean, else quarantined). The marked places are filled by versions.py.
SELECT
    typed.* REPLACE (
        CASE
            WHEN coalesce(decided.in_conflict, false)
            THEN list_sort(list_append(typed.quarantined_by, /* conflict_rule */))
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
    coalesce(decided.is_withdrawn, false) AS is_withdrawn,
    coalesce(decided.is_absent, false) AS is_absent
FROM /* typed */ AS typed
LEFT JOIN /* decided */ AS decided USING (receipt, record_number)
