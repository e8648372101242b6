-- Grain: one record of scores, as read. Inputs: the relation to judge; scale_limits (one row per id a record may carry)
--   and scoring_rules (one row per outcome scale) of the instrument catalogue, and its macro asked_answers.
-- Adds to the record what the rules on instruments need. Parameters: none. Denominators: none.
-- The place of the items is filled by flags.py.
WITH rules AS (
    SELECT *, flatten(item_groups) AS numbers, len(flatten(item_groups)) = len(item_groups) AS is_ungrouped
    FROM scoring_rules
),
answered AS (
    SELECT
        delivered.*,
        [/* items */]::DOUBLE[] AS items
    FROM /* relation */ AS delivered
),
limited AS (
    SELECT
        answered.*,
        limits.scale IS NOT NULL AS scale_known,
        limits.n_items,
        limits.total_minimum,
        coalesce(list_contains(rules.raw_forms, answered.scale_form), FALSE) AS is_raw,
        CASE WHEN is_raw THEN limits.raw_maximum ELSE limits.total_maximum END AS total_maximum,
        CASE WHEN is_raw THEN limits.total_step / rules.raw_factor ELSE limits.total_step END AS total_step,
        limits.total_other_steps,
        limits.accepts_total,
        limits.needs_source,
        answered.scale_form IS NOT NULL AND NOT list_contains(limits.forms, answered.scale_form) AS has_other_form,
        rules.max_missing,
        coalesce(len(rules.safety_items) > 0, FALSE) AS has_safety_items,
        rules.combine,
        rules.factor,
        rules.raw_factor,
        list_count(items) AS items_n,
        list_bool_or([
            items[i] < limits.item_minimum[i] OR items[i] > limits.item_maximum[i]
            OR (limits.item_maximum[i] IS NOT NULL AND items[i] <> round(items[i]))
            FOR i IN range(1, len(items) + 1)
        ]) OR (limits.item_legal IS NOT NULL AND list_bool_or([
            items[i] IS NOT NULL AND NOT list_contains(limits.item_legal[i], items[i]) FOR i IN range(1, len(items) + 1)
        ])) AS has_answer_off_range,
        list_bool_or([
            items[i] IS NOT NULL AND limits.item_maximum[i] IS NULL FOR i IN range(1, len(items) + 1)
        ]) AS has_answer_beyond_last,
        asked_answers(items, rules.skips, rules.item_minimum) AS asked,
        -- Most scales with a safety item have one.
        CASE WHEN len(rules.safety_items) = 1 THEN asked[rules.safety_items[1].item] IS NULL
            WHEN has_safety_items THEN list_bool_or([asked[safety.item] IS NULL FOR safety IN rules.safety_items])
        END AS safety_item_unanswered,
        -- All at the lowest answer is what a patient without symptoms ticks.
        list_min(items) = list_max(items) AND list_min(items) > list_min(limits.item_minimum) AS has_same_answers,
        -- A reversed item counts from the other end of its range; most scales have none.
        CASE WHEN len(rules.reversed) = 0 THEN asked ELSE list_transform(
            asked,
            lambda answer, n: CASE WHEN list_contains(rules.reversed, n)
                THEN rules.item_minimum[n] + rules.item_maximum[n] - answer ELSE answer END
        ) END AS points,
        -- A group counts as its highest answer; most are a single item.
        CASE WHEN is_ungrouped THEN list_select(points, numbers) ELSE list_transform(
            rules.item_groups, lambda numbers: list_max(list_select(points, numbers))
        ) END AS group_points
    FROM answered
    LEFT JOIN scale_limits AS limits ON limits.scale = answered.scale
    LEFT JOIN rules ON rules.scale = answered.scale
)
SELECT
    * EXCLUDE (items, asked, is_raw, combine, factor, raw_factor, points, group_points),
    len(group_points) - list_count(group_points) AS missing_n,
    CASE WHEN missing_n = 0 THEN
        (CASE combine WHEN 'mean' THEN list_avg(group_points) ELSE list_sum(group_points) END)
        * factor / (CASE WHEN is_raw THEN raw_factor ELSE 1 END)
    END AS expected_total,
    /* version_in_doubt */ AS version_in_doubt
FROM limited
