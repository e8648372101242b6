-- Grain: one row of the delivered file. Input: source (text). No parameters; the marked places are its columns.
-- day: whole days since the patient's first dosing session, as text; `unreadable` where a date is no ISO date or the
-- patient's rows name several first sessions; NULL where the date is empty. period: calendar month of the date.
WITH texts AS (
    SELECT
        row_number,
        nullif(trim(/* date */), '') AS date_text,
        nullif(trim(/* first */), '') AS first_text,
        /* patient */ AS patient
    FROM source
),
dates AS (
    SELECT
        row_number,
        date_text,
        patient,
        CASE WHEN regexp_full_match(date_text, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(date_text AS DATE) END AS date_at,
        CASE WHEN regexp_full_match(first_text, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(first_text AS DATE) END
            AS first_at
    FROM texts
)
SELECT
    row_number,
    CASE
        WHEN date_text IS NULL THEN NULL
        WHEN date_at IS NULL OR first_at IS NULL OR min(first_at) OVER of_patient <> max(first_at) OVER of_patient
            THEN 'unreadable'
        ELSE CAST(date_diff('day', first_at, date_at) AS VARCHAR)
    END AS day,
    strftime(date_at, '%Y-%m') AS period
FROM dates
WINDOW of_patient AS (PARTITION BY patient)
