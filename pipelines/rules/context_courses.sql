-- Grain: one usable course. Inputs: usable_courses, usable_sessions, usable_scores, usable_adverse_events,
-- candidate_adverse_events, patient_care. Parameters: none.
-- Adds what the patient's other courses, sessions, scores and events say.
WITH patients AS (
    SELECT
        patient_number,
        count(*) AS patient_courses_n,
        count_if(status = 'active') AS patient_active_n,
        count(DISTINCT sex) FILTER (WHERE sex <> 'unknown') AS patient_sexes_n
    FROM usable_courses
    GROUP BY patient_number
),
sessions AS (
    SELECT patient_number, max(year) AS patient_last_year, max(session_day) AS last_session_day
    FROM usable_sessions
    GROUP BY patient_number
),
scores AS (
    SELECT patient_number, max(score_day) AS last_score_day
    FROM usable_scores
    WHERE patient_number IN (SELECT patient_number FROM patients)
    GROUP BY patient_number
)
SELECT
    courses.* EXCLUDE (patient_number),
    patients.* EXCLUDE (patient_number),
    sessions.patient_last_year,
    greatest(last_session_day, last_score_day) AS patient_last_day,
    sessions.patient_number IS NOT NULL AS patient_has_sessions,
    courses.patient_number IN (SELECT patient_number FROM usable_adverse_events) AS patient_has_adverse_events,
    EXISTS (FROM candidate_adverse_events) AS clinic_has_adverse_events,
    care.care_route,
    coalesce(courses.condition, care.care_condition) AS care_condition
FROM usable_courses AS courses
JOIN patients ON patients.patient_number = courses.patient_number
LEFT JOIN sessions ON sessions.patient_number = courses.patient_number
LEFT JOIN scores ON scores.patient_number = courses.patient_number
LEFT JOIN patient_care AS care ON care.patient_number = courses.patient_number
