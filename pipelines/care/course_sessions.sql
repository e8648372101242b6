-- Sessions cut into courses and phases.
-- Grain: one row per dosing session, completed or not.
-- Inputs: sessions.
-- Parameters: course_gap_days, induction_days, induction_sessions, induction_gap_days.
-- A gap over course_gap_days starts a course. Induction: c-day 0 up to and including c-day induction_days, session
-- induction_sessions, or the last one before a gap of induction_gap_days or more, whichever comes first.
-- Order within a day: session_id, then the trace of the row. Intranasal esketamine is a route of its own.
-- patient_number stands for clinic and patient: windows over a number cost less than over the text of pseudonyms.
WITH patients AS (
    SELECT clinic_id, patient_id, row_number() OVER () AS patient_number
    FROM (SELECT DISTINCT clinic_id, patient_id FROM sessions)
),
ordered AS (
    SELECT
        *,
        row_number() OVER patient AS patient_session_number,
        session_day - lag(session_day) OVER patient AS gap_days
    FROM sessions
    JOIN patients USING (clinic_id, patient_id)
    WINDOW patient AS (
        PARTITION BY patient_number ORDER BY session_day, session_id NULLS LAST, receipt, "row_number"
    )
),
numbered AS (
    SELECT
        *,
        CAST(1 + count(*) FILTER (gap_days > $course_gap_days) OVER (
            PARTITION BY patient_number ORDER BY patient_session_number ROWS UNBOUNDED PRECEDING
        ) AS INTEGER) AS course_number
    FROM ordered
),
placed AS (
    SELECT
        *,
        CAST(row_number() OVER course AS INTEGER) AS session_number,
        session_day - first_value(session_day) OVER course AS c_day,
        count(*) FILTER (gap_days >= $induction_gap_days AND gap_days <= $course_gap_days) OVER course AS long_gaps
    FROM numbered
    WINDOW course AS (
        PARTITION BY patient_number, course_number ORDER BY patient_session_number ROWS UNBOUNDED PRECEDING
    )
)
SELECT
    clinic_id,
    patient_id,
    course_number,
    session_number,
    session_id,
    course_id,
    session_day,
    c_day,
    c_day <= $induction_days AND session_number <= $induction_sessions AND long_gaps = 0 AS in_induction,
    CASE WHEN route = 'intranasal' AND drug = 'esketamine' THEN 'intranasal_esketamine' ELSE route END AS route,
    condition
FROM placed
