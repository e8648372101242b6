-- Grain: one usable course. Inputs: usable_courses, usable_sessions, usable_scores, usable_adverse_events,
-- candidate_adverse_events, patient_care. Parameters: none.
-- Adds what the patient's other courses, sessions, scores and events say.
WITH patients AS (
    SELECT
        patient_id,
        count(*) AS patient_courses_n,
        count_if(status = 'active') AS patient_active_n,
        count(DISTINCT sex) FILTER (WHERE sex <> 'unknown') AS patient_sexes_n
    FROM usable_courses
    GROUP BY patient_id
),
sessions AS (
    SELECT patient_id, max(year) AS patient_last_year, max(session_day) AS last_session_day
    FROM usable_sessions
    GROUP BY patient_id
),
scores AS (
    SELECT patient_id, max(score_day) AS last_score_day
    FROM usable_scores
    WHERE patient_id IN (SELECT patient_id FROM patients)
    GROUP BY patient_id
)
SELECT
    courses.* EXCLUDE (patient_id),
    patients.* EXCLUDE (patient_id),
    sessions.patient_last_year,
    greatest(last_session_day, last_score_day) AS patient_last_day,
    sessions.patient_id IS NOT NULL AS patient_has_sessions,
    courses.patient_id IN (SELECT patient_id FROM usable_adverse_events) AS patient_has_adverse_events,
    EXISTS (FROM candidate_adverse_events) AS clinic_has_adverse_events,
    care.care_route,
    coalesce(courses.condition, care.care_condition) AS care_condition
FROM usable_courses AS courses
JOIN patients ON patients.patient_id = courses.patient_id
LEFT JOIN sessions ON sessions.patient_id = courses.patient_id
LEFT JOIN scores ON scores.patient_id = courses.patient_id
LEFT JOIN patient_care AS care ON care.patient_id = courses.patient_id
