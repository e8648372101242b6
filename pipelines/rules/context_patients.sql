-- Grain: one patient with a usable record in any table. Inputs: usable_<table> of every table, patient_care.
-- Parameters: none. Denominators: none. <table>_place: the patient's first record of a table (places.py).
WITH records AS (
    SELECT
        patient_number,
        count(*) AS sessions_n,
        min(place) AS sessions_place,
        min(session_day) AS first_session_day,
        -- Of a patient whose first session on file is that of day 0.
        count(*) FILTER (WHERE session_day <= 42) AS induction_sessions_n
    FROM usable_sessions
    GROUP BY patient_number
    UNION ALL BY NAME
    SELECT patient_number, scale, count(*) AS scores_n, min(place) AS scores_place
    FROM usable_scores
    GROUP BY patient_number, scale
    UNION ALL BY NAME
    SELECT patient_number, count(*) AS courses_n, min(place) AS courses_place
    FROM usable_courses
    GROUP BY patient_number
    UNION ALL BY NAME
    SELECT patient_number, count(*) AS contacts_n, min(place) AS contacts_place
    FROM usable_contacts
    GROUP BY patient_number
    UNION ALL BY NAME
    SELECT DISTINCT patient_number FROM usable_adverse_events
)
SELECT
    records.patient_number,
    min(sessions_place) AS sessions_place,
    min(scores_place) AS scores_place,
    min(courses_place) AS courses_place,
    min(contacts_place) AS contacts_place,
    coalesce(sum(sessions_n), 0)::BIGINT AS sessions_n,
    coalesce(sum(scores_n), 0)::BIGINT AS scores_n,
    coalesce(sum(courses_n), 0)::BIGINT AS courses_n,
    coalesce(sum(contacts_n), 0)::BIGINT AS contacts_n,
    min(first_session_day) AS first_session_day,
    coalesce(sum(induction_sessions_n), 0)::BIGINT AS induction_sessions_n,
    coalesce(list(scale) FILTER (WHERE scale IS NOT NULL), []) AS scales,
    sum(sum(sessions_n)) OVER () > 0 AS clinic_has_sessions,
    sum(sum(scores_n)) OVER () > 0 AS clinic_has_scores,
    any_value(care.care_route) AS care_route,
    any_value(care.care_condition) AS care_condition,
    any_value(care.care_condition) AS condition
FROM records
LEFT JOIN patient_care AS care ON care.patient_number = records.patient_number
GROUP BY records.patient_number
