-- Counted patients and the groups that contrasts lay side by side.
-- Grain: one row per row of counted_units (the first courses). Inputs: counted_units, courses_of_care, session_facts,
-- session_steps, session_groups (first_n, last_n, sessions_group). Parameters: presence_share_pct.
-- presence: the one recorded in that share or more of the induction sessions in which one was recorded, else `mixed`.
-- sessions_group: induction sessions. integration_group: of the induction sessions in which it was recorded whether
-- integration followed, the share in which it did: `every`, `most` (half or more), `few`, `none`.
-- Without a session in which it was recorded, presence and integration_group are `not_recorded`.
WITH presence_sessions AS (
    SELECT clinic_id, patient_id, course_number, therapist_presence, count(*) AS sessions_n
    FROM session_facts
    WHERE in_induction AND therapist_presence IS NOT NULL
    GROUP BY ALL
),
presences AS (
    SELECT
        clinic_id,
        patient_id,
        course_number,
        CASE
            WHEN 100 * max(sessions_n) >= $presence_share_pct * sum(sessions_n)
                THEN arg_max(therapist_presence, sessions_n)
            ELSE 'mixed'
        END AS presence
    FROM presence_sessions
    GROUP BY clinic_id, patient_id, course_number
),
integrations AS (
    SELECT
        clinic_id,
        patient_id,
        course_number,
        CASE
            WHEN bool_and(integration) THEN 'every'
            WHEN 2 * count(*) FILTER (integration) >= count(*) THEN 'most'
            WHEN bool_or(integration) THEN 'few'
            ELSE 'none'
        END AS integration_group
    FROM session_steps
    WHERE in_induction AND integration IS NOT NULL
    GROUP BY clinic_id, patient_id, course_number
)
SELECT
    units.*,
    coalesce(presence, 'not_recorded') AS presence,
    sessions_group,
    coalesce(integration_group, 'not_recorded') AS integration_group
FROM counted_units AS units
JOIN courses_of_care USING (clinic_id, patient_id, course_number)
JOIN session_groups ON n_induction_sessions BETWEEN first_n AND last_n
LEFT JOIN presences USING (clinic_id, patient_id, course_number)
LEFT JOIN integrations USING (clinic_id, patient_id, course_number)
