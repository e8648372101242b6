-- Grain: one patient with a usable record in any table. Inputs: usable_<table> of every table, patient_care.
-- Parameters: none. Denominators: none. <table>_place: the patient's first record of a table (places.py).
WITH sessions AS (
    SELECT
        patient_number,
        count(*) AS sessions_n,
        min(place) AS sessions_place,
        min(session_day) AS first_session_day,
        -- Of a patient whose first session on file is that of day 0.
        count_if(session_day <= 42) AS induction_sessions_n
    FROM usable_sessions
    GROUP BY patient_number
),
scores AS (
    SELECT patient_number, sum(n)::BIGINT AS scores_n, min(first_place) AS scores_place, list(scale) AS scales
    FROM (
        SELECT patient_number, scale, count(*) AS n, min(place) AS first_place
        FROM usable_scores
        GROUP BY patient_number, scale
    )
    GROUP BY patient_number
),
courses AS (
    SELECT patient_number, count(*) AS courses_n, min(place) AS courses_place
    FROM usable_courses
    GROUP BY patient_number
),
contacts AS (
    SELECT patient_number, count(*) AS contacts_n, min(place) AS contacts_place
    FROM usable_contacts
    GROUP BY patient_number
),
events AS (
    SELECT DISTINCT patient_number FROM usable_adverse_events
)
SELECT
    patient_number,
    sessions_place,
    scores_place,
    courses_place,
    contacts_place,
    coalesce(sessions_n, 0) AS sessions_n,
    coalesce(scores_n, 0) AS scores_n,
    coalesce(courses_n, 0) AS courses_n,
    coalesce(contacts_n, 0) AS contacts_n,
    first_session_day,
    coalesce(induction_sessions_n, 0) AS induction_sessions_n,
    coalesce(scales, []) AS scales,
    EXISTS (FROM usable_sessions) AS clinic_has_sessions,
    EXISTS (FROM usable_scores) AS clinic_has_scores,
    care_route,
    care_condition,
    care_condition AS condition
FROM sessions
FULL JOIN scores USING (patient_number)
FULL JOIN courses USING (patient_number)
FULL JOIN contacts USING (patient_number)
FULL JOIN events USING (patient_number)
LEFT JOIN patient_care USING (patient_number)
