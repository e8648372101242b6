-- Grain: one record of scores, as read. Inputs: the relation to judge; scale_limits (one row per id a record may carry)
--   and scoring_rules (one row per outcome scale) of the instrument catalogue.
-- Adds to the record what the rules on instruments need. Parameters: none. Denominators: none.
WITH answered AS (
    SELECT
        delivered.*,
        [
            item_01, item_02, item_03, item_04, item_05, item_06, item_07, item_08, item_09, item_10,
            item_11, item_12, item_13, item_14, item_15, item_16, item_17, item_18, item_19, item_20,
            item_21, item_22, item_23, item_24, item_25, item_26, item_27, item_28, item_29, item_30
        ]::DOUBLE[] AS items
    FROM /* relation */ AS delivered
),
limited AS (
    SELECT
        answered.*,
        limits.scale IS NOT NULL AS scale_known,
        limits.n_items,
        limits.item_minimum,
        limits.item_maximum,
        limits.total_minimum,
        coalesce(answered.scale_form = 'raw' AND rules.raw_factor IS NOT NULL, FALSE) AS is_raw,
        CASE WHEN is_raw THEN limits.raw_maximum ELSE limits.total_maximum END AS total_maximum,
        CASE WHEN is_raw THEN limits.total_step / rules.raw_factor ELSE limits.total_step END AS total_step,
        limits.accepts_total,
        rules.max_missing,
        rules.safety_item,
        rules.combine,
        rules.factor,
        rules.raw_factor,
        list_count(items) AS items_n,
        -- A reversed item counts from the other end of its range; a group counts as its highest answer.
        list_transform(
            rules.item_groups,
            lambda numbers: list_max([
                CASE WHEN list_contains(rules.reversed, n)
                    THEN rules.item_minimum[n] + rules.item_maximum[n] - items[n] ELSE items[n]
                END
                for n in numbers
            ])
        ) AS group_points
    FROM answered
    LEFT JOIN scale_limits AS limits ON limits.scale = answered.scale
    LEFT JOIN scoring_rules AS rules ON rules.scale = answered.scale
)
SELECT
    * EXCLUDE (is_raw, combine, factor, raw_factor, group_points),
    len(group_points) - list_count(group_points) AS missing_n,
    CASE WHEN missing_n = 0 THEN
        (CASE combine WHEN 'mean' THEN list_avg(group_points) ELSE list_sum(group_points) END)
        * factor / (CASE WHEN is_raw THEN raw_factor ELSE 1 END)
    END AS expected_total,
    /* version_in_doubt */ AS version_in_doubt
FROM limited
