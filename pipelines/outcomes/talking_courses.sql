-- What NHS Talking Therapies would say of each counted course.
-- Grain: one row per counted unit (the first courses).
-- Inputs: counted_units, courses_of_care, unit_baselines, judged_scales, patient_outcomes, talking_measures (condition, depression, anxiety, back_up).
-- Parameter: least_sessions.
-- First score = baseline, last score = the latest follow-up. The anxiety measure is the condition's own where both its
-- scores are there, else the back-up. A scale without caseness or reliable change is no measure of the pair.
-- has_baselines: a first score on both measures, whatever followed. why_not: why the course is not finished, the first that holds; NULL = finished. Flags are NULL then.
WITH scored AS (
    SELECT course_key, scale, case_at_baseline, case_at_followup, reliably_improved, reliably_deteriorated
    FROM patient_outcomes
    WHERE timepoint = 'last' AND case_at_baseline IS NOT NULL AND reliably_improved IS NOT NULL
),
first_scores AS (
    SELECT course_key, array_agg(scale) AS scales
    FROM unit_baselines
    JOIN judged_scales USING (scale, sex)
    WHERE caseness_defined AND reliable_defined
    GROUP BY course_key
),
units AS (
    SELECT counted_units.*, n_sessions, depression, anxiety, back_up
    FROM counted_units
    JOIN courses_of_care USING (course_key)
    JOIN talking_measures ON talking_measures.condition = counted_units.condition
),
paired AS (
    SELECT
        units.clinic_id,
        units.condition,
        units.route,
        units.is_first,
        list_contains(scales, depression) AND list_has_any(scales, [anxiety, back_up]) AS has_baselines,
        CASE
            WHEN n_sessions < $least_sessions THEN 'one_session'
            WHEN low.course_key IS NULL OR coalesce(own.course_key, other.course_key) IS NULL THEN 'too_few_scores'
        END AS why_not,
        own.course_key IS NULL AS on_back_up,
        low.case_at_baseline OR CASE WHEN on_back_up THEN other.case_at_baseline ELSE own.case_at_baseline END
            AS at_caseness,
        low.case_at_followup OR CASE WHEN on_back_up THEN other.case_at_followup ELSE own.case_at_followup END
            AS still_at_caseness,
        low.reliably_improved OR CASE WHEN on_back_up THEN other.reliably_improved ELSE own.reliably_improved END
            AS any_better,
        low.reliably_deteriorated
            OR CASE WHEN on_back_up THEN other.reliably_deteriorated ELSE own.reliably_deteriorated END AS any_worse
    FROM units
    LEFT JOIN first_scores ON first_scores.course_key = units.course_key
    LEFT JOIN scored AS low ON low.course_key = units.course_key AND low.scale = depression
    LEFT JOIN scored AS own ON own.course_key = units.course_key AND own.scale = anxiety
    LEFT JOIN scored AS other ON other.course_key = units.course_key AND other.scale = back_up
)
SELECT
    clinic_id,
    condition,
    route,
    is_first,
    has_baselines,
    why_not,
    CASE WHEN why_not IS NULL THEN on_back_up END AS on_back_up,
    CASE WHEN why_not IS NULL THEN at_caseness END AS at_caseness,
    CASE WHEN why_not IS NULL THEN at_caseness AND NOT still_at_caseness END AS recovered,
    CASE WHEN why_not IS NULL THEN any_better END AS any_better,
    CASE WHEN why_not IS NULL THEN any_worse END AS any_worse
FROM paired
