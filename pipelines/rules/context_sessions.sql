-- Grain: one usable session. Inputs: usable_sessions, usable_courses, candidate_adverse_events. Parameters: none.
-- Adds the patient's own median doses (by the same route and drug) and weight, what the session before states, the
-- conditions and courses of the patient's courses, and what the clinic delivers at all. care_*: by what a failing rule is
-- broken down.
-- What a clinic does not deliver is asked of no patient: each of these is empty then.
WITH weights AS (
    SELECT
        patient_number,
        median(weight_kg) AS own_median_weight_kg,
        count(*) AS own_weight_kg_n,
        list({'day': session_day, 'kg': weight_kg}) AS weights
    FROM usable_sessions
    WHERE weight_kg IS NOT NULL
    GROUP BY patient_number
),
years AS (
    SELECT patient_number, list({'day': session_day, 'year': year}) AS years
    FROM usable_sessions
    WHERE year IS NOT NULL
    GROUP BY patient_number
),
readings AS (
    SELECT
        patient_number,
        list({'day': session_day, 'values': [sbp_pre, dbp_pre, sbp_peak, dbp_peak, sbp_end, dbp_end]}) AS readings
    FROM usable_sessions
    WHERE sbp_pre IS NOT NULL
    GROUP BY patient_number
),
doses AS (
    SELECT
        patient_number,
        route,
        drug,
        median(dose_mg) AS own_median_dose_mg,
        count(dose_mg) AS own_dose_mg_n,
        median(dose_mg_per_kg) AS own_median_dose_mg_per_kg,
        count(dose_mg_per_kg) AS own_dose_mg_per_kg_n
    FROM usable_sessions
    WHERE dose_mg IS NOT NULL OR dose_mg_per_kg IS NOT NULL
    GROUP BY patient_number, route, drug
),
courses AS (
    SELECT
        patient_number,
        list(DISTINCT condition) FILTER (WHERE condition IS NOT NULL) AS patient_conditions,
        list(DISTINCT course_id) FILTER (WHERE course_id IS NOT NULL) AS patient_courses,
        min(condition) AS any_condition
    FROM usable_courses
    GROUP BY patient_number
),
clinic AS (
    SELECT
        count(sbp_pre) > 0 AS clinic_reads_pressure,
        EXISTS (FROM candidate_adverse_events) AS clinic_has_adverse_events
    FROM usable_sessions
)
SELECT
    sessions.*,
    weights.own_median_weight_kg,
    coalesce(weights.own_weight_kg_n, 0) AS own_weight_kg_n,
    doses.* EXCLUDE (patient_number, route, drug),
    courses.patient_conditions,
    courses.patient_courses,
    clinic.*,
    -- A patient's sessions are a short list: looking through it costs a fifth of a sort of all sessions.
    list_max(list_filter(years, lambda each: each.day < session_day)) AS of_year,
    struct_extract(of_year, 'year') AS previous_year,
    struct_extract(of_year, 'day') AS previous_year_day,
    list_max(list_filter(weights, lambda each: each.day < session_day)) AS of_weight,
    struct_extract(of_weight, 'kg') AS previous_weight_kg,
    struct_extract(of_weight, 'day') AS previous_weight_day,
    coalesce(
        list_max(list_filter(readings, lambda each: each.day < session_day)).values
        = [sbp_pre, dbp_pre, sbp_peak, dbp_peak, sbp_end, dbp_end],
        FALSE
    ) AS has_readings_of_previous,
    sessions.route AS care_route,
    coalesce(sessions.condition, courses.any_condition) AS care_condition
FROM usable_sessions AS sessions
LEFT JOIN weights ON weights.patient_number = sessions.patient_number
LEFT JOIN years ON years.patient_number = sessions.patient_number
LEFT JOIN readings ON readings.patient_number = sessions.patient_number
LEFT JOIN doses
    ON doses.patient_number = sessions.patient_number
    AND doses.route IS NOT DISTINCT FROM sessions.route
    AND doses.drug IS NOT DISTINCT FROM sessions.drug
LEFT JOIN courses ON courses.patient_number = sessions.patient_number
CROSS JOIN clinic
