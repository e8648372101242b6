-- Adverse events by cell.
-- Grain: clinic_id x condition x route (the session's own), each also `all`, x event (also `any`, `serious`).
-- Inputs: patient_sessions, adverse_events, event_sessions, event_names (event: every word of the contract, any,
-- serious).
-- Denominators: events_n of sessions_assessed_n, the sessions in which adverse events were asked for;
-- patients_with_event_n of patients_n, the patients with such a session. What was told where nobody asked is counted
-- in events_not_assessed_n, what belongs to no session in events_unlinked_n (in route `all` alone).
-- assessed_without_table_n = those of sessions_assessed_n whose clinic has no row of adverse_events at all: in the rate
-- they count as without an event, though perhaps the table is missing.
-- event_squares, cross and assessed_squares = sums over patients of e x e, e x s and s x s, e events in s sessions.
WITH exposures AS (
    SELECT
        clinic_id,
        patient_number,
        CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        CAST(sum(sessions_n) AS BIGINT) AS sessions_n,
        CAST(sum(assessed_n) AS BIGINT) AS assessed_n
    FROM patient_sessions
    GROUP BY GROUPING SETS (
        (clinic_id, patient_number, condition, route),
        (clinic_id, patient_number, condition),
        (clinic_id, patient_number, route),
        (clinic_id, patient_number)
    )
),
cells AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        route,
        sum(sessions_n) AS sessions_n,
        sum(assessed_n) AS sessions_assessed_n,
        coalesce(sum(assessed_n) FILTER (has_table IS NULL), 0) AS assessed_without_table_n,
        count(*) AS patients_treated_n,
        count(*) FILTER (assessed_n > 0) AS patients_n,
        sum(assessed_n * assessed_n) AS assessed_squares
    FROM exposures
    LEFT JOIN (SELECT DISTINCT clinic_id, true AS has_table FROM adverse_events) AS told USING (clinic_id)
    GROUP BY GROUPING SETS ((clinic_id, condition, route), (condition, route))
),
named AS (
    SELECT * FROM event_sessions
    UNION ALL
    SELECT * REPLACE ('any' AS event) FROM event_sessions
    UNION ALL
    SELECT * REPLACE ('serious' AS event) FROM event_sessions WHERE is_serious
),
patient_events AS (
    SELECT
        clinic_id,
        patient_number,
        CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        event,
        count(*) AS events_n
    FROM named
    WHERE is_assessed
    GROUP BY GROUPING SETS (
        (clinic_id, patient_number, condition, route, event),
        (clinic_id, patient_number, condition, event),
        (clinic_id, patient_number, route, event),
        (clinic_id, patient_number, event)
    )
),
assessed_events AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        route,
        event,
        sum(events_n) AS events_n,
        count(*) AS patients_with_event_n,
        sum(events_n * events_n) AS event_squares,
        sum(events_n * assessed_n) AS "cross"
    FROM patient_events
    JOIN exposures USING (clinic_id, patient_number, condition, route)
    GROUP BY GROUPING SETS ((clinic_id, condition, route, event), (condition, route, event))
),
other_events AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        event,
        count(*) FILTER (is_linked) AS events_not_assessed_n,
        count(*) FILTER (NOT is_linked) AS events_unlinked_n
    FROM named
    WHERE NOT is_assessed
    GROUP BY GROUPING SETS (
        (clinic_id, condition, route, event),
        (clinic_id, condition, event),
        (clinic_id, route, event),
        (clinic_id, event),
        (condition, route, event),
        (condition, event),
        (route, event),
        (event)
    )
)
SELECT
    cells.* EXCLUDE (assessed_squares),
    event_names.event,
    coalesce(events_n, 0) AS events_n,
    coalesce(patients_with_event_n, 0) AS patients_with_event_n,
    coalesce(events_not_assessed_n, 0) AS events_not_assessed_n,
    CASE WHEN cells.route = 'all' THEN coalesce(events_unlinked_n, 0) END AS events_unlinked_n,
    coalesce(event_squares, 0) AS event_squares,
    coalesce("cross", 0) AS "cross",
    assessed_squares
FROM cells
CROSS JOIN event_names
LEFT JOIN assessed_events USING (clinic_id, condition, route, event)
LEFT JOIN other_events USING (clinic_id, condition, route, event)
ORDER BY cells.clinic_id, cells.condition, cells.route, event_names.event
