-- Verdicts on several scales of one administration (method all_reached).
-- Grain: one row per verdict scale, patient, day, administration, respondent and delivery that scored one of its parts.
-- Inputs: the scored scores (named by scoring.py), scoring_rules. Parameters: none. Denominators: none.
-- 1 = every part stands at its cut or above; without all of them there is no verdict.
WITH wanted AS (
    SELECT scale, source_scale, len(parts) AS parts_n, unnest(parts) AS part
    FROM scoring_rules
    WHERE combine = 'all_reached'
)
SELECT
    clinic_id,
    patient_id,
    wanted.scale,
    wanted.source_scale,
    score_day,
    administration,
    respondent,
    CASE WHEN count(DISTINCT part.scale) FILTER (WHERE score IS NOT NULL) = any_value(parts_n)
        THEN bool_and(score >= part.cut)::DOUBLE
    END AS score,
    NULL::INTEGER AS items_used,
    FALSE AS prorated,
    CASE WHEN count(DISTINCT part.scale) FILTER (WHERE score IS NOT NULL) < any_value(parts_n)
        THEN coalesce(any_value(why_absent), 'part_missing')
    END AS why_absent,
    NULL::BOOLEAN AS safety_item_unanswered,
    NULL::BOOLEAN AS safety_item_positive,
    NULL::BOOLEAN[] AS safety_answers,
    bool_or(from_total) AS from_total,
    reference_group,
    receipt,
    min(row_number) AS row_number
FROM /* scored */ AS scored
INNER JOIN wanted ON part.scale = scored.scale
GROUP BY ALL
