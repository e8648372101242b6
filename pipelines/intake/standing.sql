-- Grain: one decision on a record of one clinic (see decided.sql): those there were, and one on each record that a
-- withdrawal or a snapshot takes out. Inputs: the states of a table, the decisions on it, withdrawn_patients.
-- Parameters: $last_snapshot receipt of the table's latest snapshot, 0 = none; $conflict_rule.
-- A key is absent when its last record, sound or not, came before the latest snapshot.
WITH keyed AS (
    SELECT
        receipt,
        record_number,
        list_contains(quarantined_by, $conflict_rule) AS in_conflict,
        state,
        is_current,
        is_correction,
        is_mended,
        max(receipt) OVER (PARTITION BY /* key */) < $last_snapshot AS left_out,
        patient_id IN (SELECT patient_id FROM withdrawn_patients) IS TRUE AS of_withdrawn
    FROM /* states */ AS typed
),
taken_out AS (
    SELECT
        * EXCLUDE (left_out, of_withdrawn) REPLACE (false AS is_current),
        of_withdrawn AND state <> 'quarantined' AS is_withdrawn,
        is_current AND NOT of_withdrawn AND left_out AS is_absent
    FROM keyed
    WHERE of_withdrawn OR left_out
)
SELECT * FROM taken_out
UNION ALL BY NAME
SELECT * FROM /* decided */ ANTI JOIN taken_out USING (receipt, record_number)
