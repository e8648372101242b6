-- Grain: one patient with a usable record in any table. Inputs: usable_<table> of every table, patient_care.
-- Parameters: none. Denominators: none.
WITH records AS (
    SELECT
        patient_id,
        count(*) AS sessions_n,
        min(session_day) AS first_session_day,
        -- Of a patient whose first session on file is that of day 0.
        count(*) FILTER (WHERE session_day <= 42) AS induction_sessions_n
    FROM usable_sessions
    GROUP BY patient_id
    UNION ALL BY NAME
    SELECT patient_id, scale, count(*) AS scores_n FROM usable_scores GROUP BY patient_id, scale
    UNION ALL BY NAME
    SELECT patient_id, count(*) AS courses_n FROM usable_courses GROUP BY patient_id
    UNION ALL BY NAME
    SELECT patient_id, count(*) AS contacts_n FROM usable_contacts GROUP BY patient_id
    UNION ALL BY NAME
    SELECT DISTINCT patient_id FROM usable_adverse_events
)
SELECT
    records.patient_id,
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
LEFT JOIN patient_care AS care ON care.patient_id = records.patient_id
GROUP BY records.patient_id
