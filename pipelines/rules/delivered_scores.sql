-- Grain: one record of scores, as read. Inputs: the relation to judge; scale_limits (one row per id a record may carry)
--   and scoring_rules (one row per outcome scale) of the instrument catalogue, and its macro asked_answers.
-- Adds to the record what the rules on instruments need. Parameters: none. Denominators: none.
-- The places of the items are filled by flags.py: a column for each answer, for of a million records lists of answers
-- cost ten times as much. Lists are left to scales that need them.
WITH limits AS (
    SELECT *, list_min(item_minimum) AS lowest_answer/* limits of answers */
    FROM scale_limits
),
counted AS (
    SELECT
        *,
        flatten(item_groups) AS numbers,
        len(numbers) = len(item_groups) AS is_ungrouped,
        -- Each item counts as answered, once and as a whole: a sum tells the score.
        is_ungrouped AND len(coalesce(skips, [])) = 0 AND len(numbers) > 0 AS is_sum_of_answers,
        len(numbers) AS points_n,
        -- Each of its items counts as it stands: of a form without an answer beyond the last, all answers do.
        is_sum_of_answers AND len(coalesce(reversed, [])) = 0 AND list_sort(numbers) = range(1, len(item_minimum) + 1)
            AS is_plain_sum,
        -- A reversed item counts from the other end of its range.
        coalesce(list_sum([
            item_minimum[number] + item_maximum[number] FOR number IN numbers IF list_contains(reversed, number)
        ]), 0) AS turned_points/* weights of answers */
    FROM scoring_rules
),
-- A record of a sum asks for no list: they would be copied to each.
rules AS (
    SELECT
        * REPLACE (
            CASE WHEN NOT is_sum_of_answers THEN item_groups END AS item_groups,
            CASE WHEN NOT is_sum_of_answers THEN reversed END AS reversed,
            CASE WHEN NOT is_sum_of_answers THEN skips END AS skips,
            CASE WHEN NOT is_sum_of_answers THEN item_minimum END AS item_minimum,
            CASE WHEN NOT is_sum_of_answers THEN item_maximum END AS item_maximum,
            CASE WHEN NOT is_sum_of_answers THEN safety_items END AS safety_items,
            nullif(raw_forms, []) AS raw_forms
        ),
        len(safety_items) AS safety_items_n
    FROM counted
),
limited AS (
    SELECT
        delivered.*,
        limits.scale IS NOT NULL AS scale_known,
        limits.n_items,
        limits.total_minimum,
        coalesce(list_contains(rules.raw_forms, delivered.scale_form), FALSE) AS is_raw,
        CASE WHEN is_raw THEN limits.raw_maximum ELSE limits.total_maximum END AS total_maximum,
        CASE WHEN is_raw THEN limits.total_step / rules.raw_factor ELSE limits.total_step END AS total_step,
        limits.total_other_steps,
        limits.accepts_total,
        limits.needs_source,
        delivered.scale_form IS NOT NULL AND NOT list_contains(limits.forms, delivered.scale_form) AS has_other_form,
        rules.max_missing,
        coalesce(rules.safety_items_n > 0, FALSE) AS has_safety_items,
        rules.combine,
        rules.factor,
        rules.raw_factor,
        (/* answers given */)::BIGINT AS items_n,
        (/* answers off range */) OR CASE WHEN limits.item_legal IS NOT NULL THEN list_bool_or([
            answer IS NOT NULL AND NOT list_contains(limits.item_legal[n], answer)
            FOR answer, n IN [/* items */]::DOUBLE[]
        ]) ELSE FALSE END AS has_answer_off_range,
        /* answers beyond the last item */ AS has_answer_beyond_last,
        -- All at the lowest answer is what a patient without symptoms ticks.
        /* lowest answer given */ = /* highest answer given */ AND /* lowest answer given */ > limits.lowest_answer
            AS has_same_answers,
        rules.is_sum_of_answers,
        rules.points_n,
        CASE
            WHEN rules.is_plain_sum AND NOT has_answer_beyond_last THEN items_n
            WHEN rules.is_sum_of_answers THEN /* points answered */
        END AS answered_points_n,
        CASE
            WHEN rules.is_plain_sum AND NOT has_answer_beyond_last THEN /* sum of answers */
            WHEN rules.is_sum_of_answers THEN rules.turned_points + /* sum of points */
        END AS sum_of_points,
        -- An item skipped by design counts as its lowest answer.
        CASE WHEN NOT rules.is_sum_of_answers
            THEN asked_answers([/* items */]::DOUBLE[], rules.skips, rules.item_minimum)
        END AS asked,
        CASE WHEN has_safety_items THEN CASE WHEN rules.is_sum_of_answers
            THEN rules.safety_items_n > /* safety items answered */
            ELSE list_bool_or([asked[safety.item] IS NULL FOR safety IN rules.safety_items])
        END END AS safety_item_unanswered,
        -- A group counts as its highest answer.
        CASE WHEN NOT rules.is_sum_of_answers THEN list_transform(
            rules.item_groups,
            lambda numbers: list_max([
                CASE WHEN list_contains(rules.reversed, n) THEN rules.item_minimum[n] + rules.item_maximum[n] - asked[n]
                ELSE asked[n] END FOR n IN numbers
            ])
        ) END AS group_points
    FROM /* relation */ AS delivered
    LEFT JOIN limits ON limits.scale = delivered.scale
    LEFT JOIN rules ON rules.scale = delivered.scale
)
SELECT
    * EXCLUDE (
        is_raw, combine, factor, raw_factor, is_sum_of_answers, points_n, answered_points_n, sum_of_points, asked,
        group_points
    ),
    CASE WHEN is_sum_of_answers THEN points_n - answered_points_n
        ELSE len(group_points) - list_count(group_points)
    END AS missing_n,
    CASE WHEN missing_n = 0 THEN
        CASE WHEN is_sum_of_answers THEN CASE combine WHEN 'mean' THEN sum_of_points / points_n ELSE sum_of_points END
            WHEN combine = 'mean' THEN list_avg(group_points)
            ELSE list_sum(group_points)
        END * factor / (CASE WHEN is_raw THEN raw_factor ELSE 1 END)
    END AS expected_total,
    /* version_in_doubt */ AS version_in_doubt
FROM limited
