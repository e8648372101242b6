-- Every contact, and whether it took place: it did unless `attended` says no.
-- Grain: one row per contact. Inputs: contacts.
SELECT clinic_id, patient_id, contact_day, kind, minutes, coalesce(attended, true) AS took_place
FROM contacts
