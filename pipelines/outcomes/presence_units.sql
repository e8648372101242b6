-- Counted patients by the presence of the therapist, for the chain of SQL that makes outcomes: `route` holds the group.
-- Grain: one row per row of route_units (counted_units of the first courses). Inputs: route_units, session_facts.
-- Parameters: presence_share_pct.
-- The group is the presence recorded in that share or more of the induction sessions in which one was recorded, else
-- `mixed`; without any, `not_recorded`. own_route keeps the route of the course.
WITH recorded AS (
    SELECT clinic_id, patient_id, course_number, therapist_presence, count(*) AS sessions_n
    FROM session_facts
    WHERE in_induction AND therapist_presence IS NOT NULL
    GROUP BY ALL
),
grouped AS (
    SELECT
        clinic_id,
        patient_id,
        course_number,
        CASE
            WHEN 100 * max(sessions_n) >= $presence_share_pct * sum(sessions_n)
                THEN arg_max(therapist_presence, sessions_n)
            ELSE 'mixed'
        END AS presence
    FROM recorded
    GROUP BY clinic_id, patient_id, course_number
)
SELECT units.* EXCLUDE (route), coalesce(presence, 'not_recorded') AS route, units.route AS own_route
FROM route_units AS units
LEFT JOIN grouped USING (clinic_id, patient_id, course_number)
