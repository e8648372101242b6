-- Scores that may count.
-- Grain: one row per patient, scale and day.
-- Inputs: scored scores and the sessions that make dosing days (named by courses.py), scale_definitions.
-- Outcome scales only: parts of a form, screens, states of a session, changes and categories are scored, not followed.
-- Never post_session. On a dosing day only pre_session; on the first day of a course also baseline and unspecified,
-- both as baseline (unspecified is flagged). On other days everything else.
-- Several on one day: the instrument's own respondent, then an unstated one, then another; then pre_session,
-- baseline, follow_up, unspecified; then the trace of the row.
-- A score that its rounding to 6 decimals moved off a legal one (thirds) stands on it again: 30 % of 20/3 is then met
-- by 14/3.
WITH dosing_days AS (
    SELECT clinic_id, patient_id, session_day, min(c_day) = 0 AS starts_course
    FROM /* sessions */
    GROUP BY clinic_id, patient_id, session_day
)
SELECT
    scores.clinic_id,
    scores.patient_id,
    scores.scale,
    scores.score_day,
    CASE
        WHEN step > 0 AND abs(score - step * round(score / step)) < 1e-6 THEN step * round(score / step)
        ELSE score
    END AS score,
    CASE
        WHEN starts_course AND administration = 'unspecified' THEN 'baseline'
        ELSE administration
    END AS administration,
    coalesce(starts_course AND administration = 'unspecified', false) AS flagged_unspecified,
    scores.reference_group
FROM /* scores */ AS scores
LEFT JOIN scale_definitions USING (scale)
LEFT JOIN dosing_days
    ON scores.clinic_id = dosing_days.clinic_id
    AND scores.patient_id = dosing_days.patient_id
    AND scores.score_day = dosing_days.session_day
WHERE scores.score IS NOT NULL
    AND coalesce(role, 'outcome') = 'outcome'
    AND administration <> 'post_session'
    AND (
        starts_course IS NULL
        OR administration = 'pre_session'
        OR (starts_course AND administration IN ('baseline', 'unspecified'))
    )
QUALIFY row_number() OVER (
    PARTITION BY scores.clinic_id, scores.patient_id, scores.scale, scores.score_day
    ORDER BY
        CASE WHEN respondent = own_respondent THEN 0 WHEN respondent IS NULL THEN 1 ELSE 2 END,
        -- As delivered: an unspecified one on the first day ranks last, though it is then read as baseline.
        list_position(['pre_session', 'baseline', 'follow_up', 'unspecified'], scores.administration),
        receipt,
        "row_number"
) = 1
