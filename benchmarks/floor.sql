-- The floor, in parts; each `$name$` stands for a quoted text.

-- Part: reading, writing Parquet
COPY (
    SELECT * EXCLUDE (filename), split_part(filename, '/', -2) AS clinic_id
    FROM read_csv($scores_csv$, auto_detect = false, header = true, filename = true, columns = {
        'patient_id': 'VARCHAR', 'scale': 'VARCHAR', 'score_day': 'INTEGER', 'administration': 'VARCHAR',
        'item_01': 'DOUBLE', 'item_02': 'DOUBLE', 'item_03': 'DOUBLE', 'item_04': 'DOUBLE', 'item_05': 'DOUBLE',
        'item_06': 'DOUBLE', 'item_07': 'DOUBLE', 'item_08': 'DOUBLE', 'item_09': 'DOUBLE'
    })
) TO $scores$ (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT * EXCLUDE (filename), split_part(filename, '/', -2) AS clinic_id
    FROM read_csv($sessions_csv$, auto_detect = false, header = true, filename = true, columns = {
        'patient_id': 'VARCHAR', 'session_day': 'INTEGER', 'condition': 'VARCHAR', 'route': 'VARCHAR',
        'dose_mg': 'DOUBLE'
    })
) TO $sessions$ (FORMAT parquet, COMPRESSION zstd);

-- Part: scanning text for identifiers
SELECT count(*) FROM read_parquet($scores$)
WHERE regexp_matches(patient_id, $identifiers$) OR regexp_matches(scale, $identifiers$)
    OR regexp_matches(administration, $identifiers$);
SELECT count(*) FROM read_parquet($sessions$)
WHERE regexp_matches(patient_id, $identifiers$) OR regexp_matches(condition, $identifiers$)
    OR regexp_matches(route, $identifiers$);

-- Part: counting violations
WITH days AS (
    SELECT DISTINCT patient_id, session_day FROM read_parquet($sessions$)
),
placed AS (
    SELECT
        scores.*,
        min(days.session_day) OVER (PARTITION BY scores.patient_id) IS NULL AS without_sessions,
        score_day - lag(score_day) OVER (PARTITION BY scores.patient_id, scale ORDER BY score_day) AS since_days,
        days.session_day IS NOT NULL AS on_dosing_day,
        count(*) OVER (PARTITION BY scores.patient_id, scale, score_day, administration) AS copies_n
    FROM read_parquet($scores$) AS scores
    LEFT JOIN days ON days.patient_id = scores.patient_id AND days.session_day = scores.score_day
)
SELECT
    count(*),
    count(*) FILTER (patient_id IS NULL OR NOT regexp_full_match(patient_id, '[A-Za-z0-9_-]{1,64}')),
    count(*) FILTER (scale IS NULL OR scale <> 'phq9'),
    count(*) FILTER (score_day IS NULL OR score_day NOT BETWEEN -3650 AND 3650),
    count(*) FILTER (administration NOT IN ('baseline', 'pre_session', 'post_session', 'follow_up', 'unspecified')),
    count(*) FILTER (item_01 NOT BETWEEN 0 AND 3 OR item_01 <> trunc(item_01)),
    count(*) FILTER (item_02 NOT BETWEEN 0 AND 3 OR item_02 <> trunc(item_02)),
    count(*) FILTER (item_03 NOT BETWEEN 0 AND 3 OR item_03 <> trunc(item_03)),
    count(*) FILTER (item_04 NOT BETWEEN 0 AND 3 OR item_04 <> trunc(item_04)),
    count(*) FILTER (item_05 NOT BETWEEN 0 AND 3 OR item_05 <> trunc(item_05)),
    count(*) FILTER (item_06 NOT BETWEEN 0 AND 3 OR item_06 <> trunc(item_06)),
    count(*) FILTER (item_07 NOT BETWEEN 0 AND 3 OR item_07 <> trunc(item_07)),
    count(*) FILTER (item_08 NOT BETWEEN 0 AND 3 OR item_08 <> trunc(item_08)),
    count(*) FILTER (item_09 NOT BETWEEN 0 AND 3 OR item_09 <> trunc(item_09)),
    count(*) FILTER (
        (item_01 IS NULL)::INT + (item_02 IS NULL)::INT + (item_03 IS NULL)::INT + (item_04 IS NULL)::INT
        + (item_05 IS NULL)::INT + (item_06 IS NULL)::INT + (item_07 IS NULL)::INT + (item_08 IS NULL)::INT
        + (item_09 IS NULL)::INT > 1
    ),
    count(*) FILTER (copies_n > 1),
    count(*) FILTER (without_sessions),
    count(*) FILTER (administration = 'baseline' AND score_day > 0),
    count(*) FILTER (administration = 'follow_up' AND score_day < 0),
    count(*) FILTER (administration = 'post_session' AND NOT on_dosing_day),
    count(*) FILTER (since_days < 14),
    count(*) FILTER (item_09 >= 1)
FROM placed;
SELECT
    count(*),
    count(*) FILTER (patient_id IS NULL OR NOT regexp_full_match(patient_id, '[A-Za-z0-9_-]{1,64}')),
    count(*) FILTER (session_day IS NULL OR session_day NOT BETWEEN -3650 AND 3650),
    count(*) FILTER (condition NOT IN ('trd', 'mdd', 'bipolar', 'anxiety', 'ptsd', 'ocd', 'addiction', 'chronic_pain')),
    count(*) FILTER (route NOT IN ('iv', 'im', 'intranasal', 'sublingual', 'oral', 'sc')),
    count(*) FILTER (dose_mg IS NULL),
    count(*) FILTER (dose_mg NOT BETWEEN 1 AND 1000),
    count(*) FILTER (route = 'iv' AND dose_mg > 150 OR route = 'sublingual' AND dose_mg < 25),
    count(*) FILTER (dose_mg > 3 * median_mg),
    count(*) FILTER (copies_n > 1)
FROM (
    SELECT
        *,
        median(dose_mg) OVER (PARTITION BY patient_id, route) AS median_mg,
        count(*) OVER (PARTITION BY patient_id, session_day) AS copies_n
    FROM read_parquet($sessions$)
);

-- Part: pairing and counting outcomes, writing Parquet
COPY (
    WITH courses AS (
        SELECT clinic_id, patient_id, arg_min(route, session_day) AS route, arg_min(condition, session_day) AS condition
        FROM read_parquet($sessions$)
        GROUP BY clinic_id, patient_id
    ),
    totals AS (
        SELECT
            clinic_id, patient_id, score_day,
            item_01 + item_02 + item_03 + item_04 + item_05 + item_06 + item_07 + item_08 + item_09 AS score
        FROM read_parquet($scores$)
    ),
    paired AS (
        SELECT
            clinic_id,
            patient_id,
            arg_max(score, score_day) FILTER (score_day BETWEEN -30 AND 0) AS baseline,
            arg_max(score, score_day) FILTER (score_day > 0) AS followup
        FROM totals
        GROUP BY clinic_id, patient_id
    )
    SELECT
        route,
        condition,
        count(*) AS n_started,
        count(baseline + followup) AS n_analysed,
        avg(baseline) AS baseline_mean,
        avg(followup) AS followup_mean,
        avg(followup - baseline) AS change_mean,
        stddev(followup - baseline) AS change_sd,
        count(*) FILTER (followup <= baseline / 2) AS response_n
    FROM courses
    JOIN paired USING (clinic_id, patient_id)
    GROUP BY route, condition
    ORDER BY route, condition
) TO $outcomes$ (FORMAT parquet);
