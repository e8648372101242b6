-- Grain: one receipt, scale and look-alike form or version of it, with stored totals. Inputs: candidate_scores,
--   pending_deliveries, version_guards of the instrument catalogue. Parameters: none.
-- Denominators: totals_n = stored totals of the scale in the receipt that are not declared to be of another form;
--   undeclared_n = those without a declared form, within the scale's range, and of two meanings: a total of 0 has one
--   where a factor turns the other form into this one. Of these, alike_n are totals of the other one too; only_other_n
--   lie on no step of the scale's own; unconverted_n come of no total of the other form by its factor, even rounded to
--   a whole number. below_n = totals_n under the other one's lowest, NULL where it reaches as far down.
-- Records that a later receipt mended are left out: the delivery they came in was corrected.
WITH totals AS (
    -- A scale has few different totals: what is asked of each is asked once.
    SELECT receipt, scale, scale_form, total, count(*) AS n
    FROM candidate_scores
    WHERE
        scale IN (SELECT scale FROM version_guards)
        AND total IS NOT NULL
        AND NOT is_mended
        AND receipt IN (SELECT receipt FROM pending_deliveries)
    GROUP BY receipt, scale, scale_form, total
),
told AS (
    SELECT
        receipt,
        guards.scale,
        guards.kind,
        n,
        refuses_alike,
        scale_form IS NULL OR list_contains(own_forms, scale_form) AS is_own,
        total BETWEEN own_minimum AND own_maximum AS is_within,
        total BETWEEN other_minimum AND other_maximum AND is_on_step(total, other_minimum, other_step) AS is_of_other,
        scale_form IS NULL AND is_within AND NOT (same_at_zero AND total = 0) AS is_undeclared,
        is_on_step(total, own_minimum, own_step) AS is_of_own,
        is_on_step(total, own_minimum, converted_step)
        OR total = round(own_minimum + round((total - own_minimum) / converted_step) * converted_step) AS is_converted,
        total < other_minimum AS is_below,
        other_minimum > own_minimum AS can_be_below
    FROM totals
    INNER JOIN version_guards AS guards ON guards.scale = totals.scale
)
SELECT
    receipt,
    scale,
    kind,
    bool_or(refuses_alike) AS refuses_alike,
    coalesce(sum(n) FILTER (WHERE is_own), 0)::BIGINT AS totals_n,
    coalesce(sum(n) FILTER (WHERE is_own AND NOT is_within AND is_of_other), 0)::BIGINT AS beyond_n,
    coalesce(sum(n) FILTER (WHERE is_undeclared), 0)::BIGINT AS undeclared_n,
    coalesce(sum(n) FILTER (WHERE is_undeclared AND is_of_other), 0)::BIGINT AS alike_n,
    coalesce(sum(n) FILTER (WHERE is_undeclared AND is_of_other AND NOT is_of_own), 0)::BIGINT AS only_other_n,
    coalesce(sum(n) FILTER (WHERE is_undeclared AND is_of_other AND NOT is_converted), 0)::BIGINT AS unconverted_n,
    CASE WHEN bool_or(can_be_below) THEN coalesce(sum(n) FILTER (WHERE is_own AND is_below), 0) END::BIGINT AS below_n
FROM told
GROUP BY receipt, scale, kind
ORDER BY receipt, scale, kind
