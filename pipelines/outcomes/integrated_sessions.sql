-- Sessions followed by integration, by the session's own route.
-- Grain: clinic_id x condition x route, each also `all`. Inputs: session_steps.
SELECT
    CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
    CASE WHEN grouping(condition) = 1 THEN 'all' ELSE condition END AS condition,
    CASE WHEN grouping(session_route) = 1 THEN 'all' ELSE session_route END AS route,
    count(*) FILTER (integration) AS integrated_n
FROM session_steps
GROUP BY CUBE (clinic_id, condition, session_route)
