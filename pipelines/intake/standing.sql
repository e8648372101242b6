-- Grain: one typed record of one clinic, with its state. Inputs: the decided states of a table, withdrawn_patients.
-- Parameter: $last_snapshot receipt of the table's latest snapshot, 0 = none.
-- A key is absent when its last record, sound or not, came before the latest snapshot.
WITH keyed AS (
    SELECT
        typed.*,
        max(receipt) OVER (PARTITION BY /* key */) < $last_snapshot AS left_out,
        patient_id IN (SELECT patient_id FROM withdrawn_patients) IS TRUE AS of_withdrawn
    FROM /* states */ AS typed
)
SELECT
    * EXCLUDE (left_out, of_withdrawn) REPLACE (
        is_current AND NOT of_withdrawn AND NOT left_out AS is_current,
        of_withdrawn AND state <> 'quarantined' AS is_withdrawn,
        is_current AND NOT of_withdrawn AND left_out AS is_absent
    )
FROM keyed
