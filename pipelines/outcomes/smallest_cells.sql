-- Counts and sums of the smallest cells: every patient in one of them.
-- Grain: clinic_id x condition x route x scale x timepoint x is_primary x is_first; only cells in which a patient has a
-- baseline on the scale.
-- Inputs: kinds, kind_of_member, analysed_pairs, timepoint_names, judged_scales (what each scale defines, by sex).
-- Denominators: *_of_n = analysed patients whose scale defines the statistic, *_bounds_of_n = the same of n_baseline,
-- *_case_of_n = the same of n_case_baseline. Sums are over the analysed pairs, in whole billionths of a point, so that
-- they are exact and do not depend on the order of the rows. A count or sum over nobody is NULL.
-- Members are counted by kind before they meet the timepoints. Whoever has any follow-up has a `last` one, which is
-- always due.
WITH counted AS (
    SELECT kind, count(*) AS patients_n, count(lasts.member_number) AS followed_n
    FROM kind_of_member
    LEFT JOIN (SELECT member_number FROM analysed_pairs WHERE timepoint = 'last') AS lasts USING (member_number)
    GROUP BY kind
),
ladder AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        any_value(direction) AS direction,
        bool_or(response_defined) AS response_defined,
        bool_or(remission_defined) AS remission_defined,
        bool_or(reliable_defined) AS reliable_defined,
        bool_or(caseness_defined) AS caseness_defined,
        bool_or(reliable_defined AND caseness_defined) AS recovery_defined,
        bool_or(response_defined AND caseness_defined) AS response_case_defined,
        bool_or(remission_defined AND caseness_defined) AS remission_case_defined,
        sum(patients_n) FILTER (is_due) AS n_baseline,
        sum(followed_n) FILTER (is_due) AS n_any_followup,
        sum(patients_n) FILTER (is_due AND response_defined) AS response_bounds_of_n,
        sum(patients_n) FILTER (is_due AND remission_defined) AS remission_bounds_of_n
    FROM (
        SELECT *, followed_rank IS NULL OR due_rank <= followed_rank AS is_due
        FROM counted
        JOIN kinds USING (kind)
        CROSS JOIN timepoint_names
        JOIN judged_scales USING (scale, sex)
    )
    GROUP BY clinic_id, condition, route, scale, timepoint, is_primary, is_first
),
-- Pairs of one kind with the same classes are counted together: every count below is a sum over these.
classed AS (
    SELECT
        kind,
        timepoint,
        response,
        remission,
        reliably_improved,
        reliably_deteriorated,
        case_at_baseline,
        case_at_followup,
        count(*) AS pairs_n,
        sum(baseline_billionths) AS baseline_sum,
        sum(followup_billionths) AS followup_sum,
        sum(change_billionths) AS change_sum,
        sum(CAST(baseline_billionths AS HUGEINT) * baseline_billionths) AS baseline_squares,
        sum(CAST(followup_billionths AS HUGEINT) * followup_billionths) AS followup_squares,
        sum(CAST(change_billionths AS HUGEINT) * change_billionths) AS change_squares
    FROM (
        SELECT
            kind,
            analysed_pairs.*,
            CAST(round(1e9 * baseline) AS BIGINT) AS baseline_billionths,
            CAST(round(1e9 * followup) AS BIGINT) AS followup_billionths,
            CAST(round(1e9 * (followup - baseline)) AS BIGINT) AS change_billionths
        FROM analysed_pairs
        JOIN kind_of_member USING (member_number)
    )
    GROUP BY ALL
),
analysed AS (
    SELECT
        clinic_id,
        condition,
        route,
        scale,
        timepoint,
        is_primary,
        is_first,
        sum(pairs_n) AS n_analysed,
        sum(pairs_n) FILTER (case_at_baseline) AS n_case_baseline,
        sum(pairs_n) FILTER (response IS NOT NULL) AS response_of_n,
        sum(pairs_n) FILTER (response) AS response_n,
        sum(pairs_n) FILTER (case_at_baseline AND response IS NOT NULL) AS response_case_of_n,
        sum(pairs_n) FILTER (case_at_baseline AND response) AS response_case_n,
        sum(pairs_n) FILTER (remission IS NOT NULL) AS remission_of_n,
        sum(pairs_n) FILTER (remission) AS remission_n,
        sum(pairs_n) FILTER (case_at_baseline AND remission IS NOT NULL) AS remission_case_of_n,
        sum(pairs_n) FILTER (case_at_baseline AND remission) AS remission_case_n,
        sum(pairs_n) FILTER (reliably_improved IS NOT NULL) AS reliable_improvement_of_n,
        sum(pairs_n) FILTER (reliably_improved) AS reliable_improvement_n,
        sum(pairs_n) FILTER (reliably_deteriorated IS NOT NULL) AS reliable_deterioration_of_n,
        sum(pairs_n) FILTER (reliably_deteriorated) AS reliable_deterioration_n,
        sum(pairs_n) FILTER (case_at_baseline AND reliably_improved IS NOT NULL) AS reliable_recovery_of_n,
        sum(pairs_n) FILTER (case_at_baseline AND NOT case_at_followup AND reliably_improved) AS reliable_recovery_n,
        sum(COLUMNS('_sum$|_squares$')) AS "\0"
    FROM classed
    JOIN kinds USING (kind)
    SEMI JOIN timepoint_names USING (timepoint)
    GROUP BY clinic_id, condition, route, scale, timepoint, is_primary, is_first
)
SELECT *
FROM ladder
LEFT JOIN analysed USING (clinic_id, condition, route, scale, timepoint, is_primary, is_first)
