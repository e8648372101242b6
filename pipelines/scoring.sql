-- From item answers or stored totals to scores. One form for every scale; what differs stands in the rules.
-- Grain: one row per score row and scale it gives (a `bam` row gives three, `pcl5` answers its total and its parts).
-- Inputs: score_rows (columns of `scores`), scoring_rules (one row per outcome scale). The place of the items is filled
--   by scoring.py: the item columns up to the last one that any row answers.
-- Parameters: none. Denominators: none.
WITH rules AS (
    -- A scale can be delivered under its own id or, as items, under the id of the form it belongs to.
    SELECT
        unnest(list_distinct([scale, source_scale])) AS delivered_scale,
        *,
        flatten(item_groups) AS numbers,
        len(flatten(item_groups)) = len(item_groups) AS is_ungrouped
    FROM scoring_rules
    WHERE combine <> 'all_reached'
),
answered AS (
    SELECT
        delivered.clinic_id,
        delivered.patient_id,
        delivered.score_day,
        delivered.administration,
        delivered.respondent,
        delivered.reference_group,
        delivered.receipt,
        delivered.row_number,
        delivered.scale AS source_scale,
        rules.scale AS scale,
        rules.* EXCLUDE (scale, source_scale, delivered_scale, parts),
        delivered.scale = rules.scale AS is_own_id,
        CASE WHEN list_contains(raw_forms, delivered.scale_form)
            THEN delivered.total * raw_factor ELSE delivered.total
        END AS total,
        [/* items */]::DOUBLE[] AS answers
    FROM score_rows AS delivered
    LEFT JOIN rules ON rules.delivered_scale = delivered.scale
    -- The parts of a form that is a scale itself are scored from answers; its stored total says nothing of them.
    WHERE is_own_id OR form_is_scale IS NOT TRUE OR list_count(answers) > 0
),
asked AS (
    SELECT * REPLACE (asked_answers(answers, skips, item_minimum) AS answers)
    FROM answered
),
valued AS (
    SELECT
        *,
        list_filter(numbers, lambda number: answers[number] IS NOT NULL) AS answered_items,
        -- A reversed item counts from the other end of its range; most scales have none.
        CASE WHEN len(reversed) = 0 THEN answers ELSE list_transform(
            answers,
            lambda answer, number: CASE WHEN list_contains(reversed, number)
                THEN item_minimum[number] + item_maximum[number] - answer ELSE answer END
        ) END AS points
    FROM asked
),
grouped AS (
    SELECT
        *,
        -- A group counts as its highest answer; most are a single item.
        CASE WHEN is_ungrouped THEN list_select(points, answered_items) ELSE list_filter(
            list_transform(item_groups, lambda numbers: list_max(list_select(points, numbers))),
            lambda value: value IS NOT NULL
        ) END AS group_points,
        len(list_filter(
            answered_items,
            lambda number: NOT answers[number] BETWEEN item_minimum[number] AND item_maximum[number]
        )) + CASE WHEN item_legal IS NULL THEN 0 ELSE len(list_filter(
            answered_items,
            lambda number: NOT list_contains(item_legal[number], answers[number])
        )) END AS out_of_range_n,
        len(item_groups) AS groups_n,
        len(answered_items) > 0 AS has_items
    FROM valued
),
judged AS (
    SELECT
        *,
        groups_n - len(group_points) AS missing_n,
        CASE
            WHEN scale IS NULL THEN 'scale_not_in_catalogue'
            WHEN has_items AND out_of_range_n > 0 THEN 'item_out_of_range'
            WHEN has_items AND groups_n - len(group_points) > max_missing THEN 'too_many_items_missing'
            WHEN has_items THEN NULL
            WHEN total IS NULL AND list_count(answers) > 0 AND not_from_items IS NOT NULL THEN not_from_items
            WHEN total IS NULL THEN 'no_answers'
            WHEN NOT (is_own_id AND accepts_total) THEN 'no_total_of_its_own'
            WHEN NOT total BETWEEN minimum AND maximum THEN 'total_out_of_range'
        END AS why_absent
    FROM grouped
),
scored AS (
    SELECT
        *,
        CASE
            WHEN why_absent IS NOT NULL THEN NULL
            WHEN NOT has_items THEN total
            WHEN combine = 'highest_level' THEN coalesce(list_max(list_transform(
                levels,
                lambda level: CASE WHEN list_bool_and(list_transform(
                    level.conditions,
                    lambda asked: len(list_filter(
                        list_select(points, asked.items), lambda value: value >= asked.at_least
                    )) >= asked.needed
                )) THEN level.score END
            )), minimum)
            WHEN combine = 'mean' THEN factor * list_sum(group_points) / len(group_points)
            WHEN missing_n = 0 THEN factor * list_sum(group_points)
            -- person_mean_round: an unanswered item counts as the mean of the answered ones; half away from zero.
            WHEN prorate_method = 'person_mean_round'
                THEN factor * round(list_sum(group_points) * groups_n / len(group_points))
        END AS exact_score,
        CASE
            WHEN NOT has_items THEN NULL
            WHEN safety_item IS NOT NULL THEN [answers[safety_item] >= safety_positive_at]
            WHEN len(safety_items) > 1
                THEN list_transform(safety_items, lambda safety: answers[safety.item] >= safety.positive_at)
        END AS safety_answers
    FROM judged
)
SELECT
    clinic_id,
    patient_id,
    coalesce(scale, source_scale) AS scale,
    source_scale,
    score_day,
    administration,
    respondent,
    round(exact_score, 6) AS score,
    CASE WHEN has_items THEN len(answered_items)::INTEGER WHEN total IS NULL THEN 0 END AS items_used,
    coalesce(has_items AND missing_n > 0 AND why_absent IS NULL, FALSE) AS prorated,
    why_absent,
    -- Empty where nobody can tell: no safety item, or no items delivered. The answer itself is never filled in.
    len(safety_answers) > list_count(safety_answers) AS safety_item_unanswered,
    -- Of several, one answered so is enough; without one, an unanswered item leaves it open.
    list_bool_or(safety_answers) OR nullif(safety_item_unanswered, TRUE) AS safety_item_positive,
    -- Of each safety item, in the order of the catalogue: whether its answer asks for same-day attention.
    safety_answers,
    coalesce(NOT has_items AND why_absent IS NULL, FALSE) AS from_total,
    reference_group,
    receipt,
    row_number
FROM scored
