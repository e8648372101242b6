-- Who got worse after the beginning: safety items, adverse events, courses that ended for a bad reason.
-- Grain: clinic_id x condition x route (the course's), each also `all`, x measure.
-- Inputs: counted_units, courses_of_care, scored_scores, adverse_events, session_facts, watched_items (scale, place of
-- the item among the scale's safety items, measure), watched_events (event, measure), watched_stops (stop_reason,
-- measure), watched (measure, kind: every measure). Parameters: baseline_first_day, baseline_last_day (c-days).
-- An item's answer at baseline: the last one in the baseline window and after the previous course, never post_session;
-- of several on that day a positive one. Later: every other validated administration until the day before the next
-- course, post_session too, also where the form gives no score: an answer to a safety item is never left out.
-- An event or session belongs to the course under way on its day.
-- Denominators: patients_n = with the scale administered later; asked about adverse events (in a session, at a clinic
-- that delivers events) or with the event; with a reason for the course's end. unanswered_n = of these, the item never
-- answered later, or the reason unknown. new_of_n = answered at baseline and not positive, and answered later; for
-- events and ends patients_n less unanswered_n. any_of_n and at_last_of_n = answered later.
WITH units AS (
    SELECT
        course_key,
        counted.clinic_id,
        counted.patient_id,
        counted.course_number,
        counted.condition,
        counted.route,
        is_first,
        start_day,
        coalesce(previous_last_day, start_day - 100000) AS previous_last_day,
        coalesce(next_start_day, start_day + 100000) AS next_start_day,
        stop_reason
    FROM counted_units AS counted
    JOIN courses_of_care USING (course_key)
),
administered AS (
    SELECT
        course_key,
        scale,
        score_day - start_day AS c_day,
        score_day < start_day
            OR (score_day = start_day AND administration IN ('pre_session', 'baseline', 'unspecified')) AS is_before,
        administration,
        safety_answers
    FROM scored_scores
    JOIN (SELECT DISTINCT scale FROM watched_items) AS scales USING (scale)
    JOIN units USING (clinic_id, patient_id)
    WHERE score_day > previous_last_day AND score_day < next_start_day
        AND score_day - start_day >= $baseline_first_day
),
answers AS (
    SELECT course_key, measure, c_day, is_before, safety_answers[place] AS is_positive
    FROM administered
    JOIN watched_items USING (scale)
    WHERE NOT is_before OR (c_day <= $baseline_last_day AND administration <> 'post_session')
),
items AS (
    SELECT
        course_key,
        measure,
        bool_or(NOT is_before) AS is_counted,
        -- One number orders by day and, within it, a positive answer last.
        arg_max(is_positive, 2 * c_day + CAST(is_positive AS INTEGER))
            FILTER (is_before AND is_positive IS NOT NULL) AS at_baseline,
        bool_or(is_positive) FILTER (NOT is_before) AS later,
        arg_max(is_positive, 2 * c_day + CAST(is_positive AS INTEGER))
            FILTER (NOT is_before AND is_positive IS NOT NULL) AS at_last
    FROM answers
    GROUP BY course_key, measure
),
asked AS (
    SELECT DISTINCT clinic_id, patient_id, course_number
    FROM session_facts
    WHERE ae_assessed AND clinic_id IN (SELECT clinic_id FROM adverse_events)
),
had AS (
    SELECT DISTINCT course_key, measure
    FROM adverse_events
    JOIN units USING (clinic_id, patient_id)
    JOIN watched_events ON watched_events.event = adverse_events.event
        OR (watched_events.event = 'serious' AND adverse_events.serious)
    WHERE session_day >= start_day AND session_day < next_start_day
),
facts AS (
    SELECT
        course_key,
        measure,
        is_counted,
        is_counted AND later IS NULL AS is_unanswered,
        at_baseline,
        CASE WHEN NOT at_baseline THEN later END AS "new",
        later,
        at_last
    FROM items
    UNION ALL
    SELECT
        units.course_key,
        watched_events.measure,
        true AS is_counted,
        false AS is_unanswered,
        NULL AS at_baseline,
        had.course_key IS NOT NULL AS "new",
        NULL AS later,
        NULL AS at_last
    FROM units
    CROSS JOIN watched_events
    LEFT JOIN asked USING (clinic_id, patient_id, course_number)
    LEFT JOIN had ON had.course_key = units.course_key AND had.measure = watched_events.measure
    WHERE asked.patient_id IS NOT NULL OR had.course_key IS NOT NULL
    UNION ALL
    SELECT
        course_key,
        measure,
        true AS is_counted,
        units.stop_reason = 'unknown' AS is_unanswered,
        NULL AS at_baseline,
        CASE WHEN units.stop_reason <> 'unknown' THEN units.stop_reason = watched_stops.stop_reason END AS "new",
        NULL AS later,
        NULL AS at_last
    FROM units
    CROSS JOIN watched_stops
    WHERE units.stop_reason IS NOT NULL
),
counted AS (
    SELECT clinic_id, condition, route, facts.* FROM facts JOIN units USING (course_key)
    UNION ALL
    SELECT clinic_id, 'all' AS condition, route, facts.* FROM facts JOIN units USING (course_key) WHERE is_first
),
counts AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        measure,
        count(*) FILTER (is_counted) AS patients_n,
        count(*) FILTER (is_unanswered) AS unanswered_n,
        count(at_baseline) AS at_baseline_of_n,
        count(*) FILTER (at_baseline) AS at_baseline_n,
        count("new") AS new_of_n,
        count(*) FILTER ("new") AS new_n,
        count(later) AS any_of_n,
        count(*) FILTER (later) AS any_n,
        count(at_last) AS at_last_of_n,
        count(*) FILTER (at_last) AS at_last_n
    FROM counted
    GROUP BY GROUPING SETS (
        (clinic_id, condition, route, measure),
        (clinic_id, condition, measure),
        (condition, route, measure),
        (condition, measure)
    )
),
started AS (
    SELECT clinic_id, condition, route FROM units
    UNION ALL
    SELECT clinic_id, 'all' AS condition, route FROM units WHERE is_first
),
cells AS (
    SELECT
        CASE WHEN grouping(clinic_id) = 1 THEN 'all' ELSE clinic_id END AS clinic_id,
        condition,
        CASE WHEN grouping(route) = 1 THEN 'all' ELSE route END AS route,
        count(*) AS n_started
    FROM started
    GROUP BY GROUPING SETS ((clinic_id, condition, route), (clinic_id, condition), (condition, route), (condition))
)
SELECT cells.*, watched.measure, kind, coalesce(COLUMNS(counts.* EXCLUDE (clinic_id, condition, route, measure)), 0)
FROM cells
CROSS JOIN watched
LEFT JOIN counts
    ON counts.clinic_id = cells.clinic_id
    AND counts.condition = cells.condition
    AND counts.route = cells.route
    AND counts.measure = watched.measure
ORDER BY cells.clinic_id, cells.condition, cells.route, watched.measure
