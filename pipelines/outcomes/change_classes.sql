-- Into which class each pair of scores falls, by each method: the one place of the classes of individual change.
-- Grain: block x baseline x followup x crossing x method that is defined.
-- Inputs: change_pairs, change_methods (see change_methods.py). No parameters.
-- crossing: `out` of caseness, `in` to it, `none`. better: -1 or 1. gain: points by which the follow-up lies on the
-- better side of the one to expect, rounded to 6 decimals before it meets a threshold. one: points of one unit of the
-- threshold; a percentage is of the baseline above the scale's minimum, and from a baseline at it no change counts.
-- could_not_*: not even a follow-up at the end of the scale would have been in the class.
WITH pairs AS (
    SELECT DISTINCT block, baseline, followup, crossing FROM change_pairs
),
ended AS (
    SELECT
        pairs.*,
        change_methods.*,
        CASE WHEN better < 0 THEN minimum ELSE maximum END AS best,
        CASE WHEN better < 0 THEN maximum ELSE minimum END AS worst,
        CASE WHEN threshold_unit = 'points' THEN 1 WHEN baseline > minimum THEN (baseline - minimum) / 100 END AS one
    FROM pairs
    JOIN change_methods ON change_methods.block = pairs.block
    WHERE defined
),
measured AS (
    SELECT
        * EXCLUDE (block_1),
        round(better * (followup - shift - slope * baseline), 6) AS gain,
        round(better * (best - shift - slope * baseline), 6) AS best_gain,
        round(better * (worst - shift - slope * baseline), 6) AS worst_gain,
        round(better * (baseline - cutoff), 6) <= 0 AS began_clinical,
        round(better * (followup - cutoff), 6) <= 0 AS ended_clinical,
        round(better * (best - cutoff), 6) <= 0 AS best_is_clinical,
        round(better * (worst - cutoff), 6) <= 0 AS worst_is_clinical
    FROM ended
),
banded AS (
    SELECT
        *,
        coalesce(gain >= round(one * threshold, 6), false) AS is_better,
        coalesce(-gain >= round(one * threshold_worse, 6), false) AS is_worse,
        coalesce(gain >= round(one * threshold_below, 6), false) AS is_beyond,
        coalesce(best_gain >= round(one * threshold, 6), false) AS could_be_better,
        coalesce(-worst_gain >= round(one * threshold_worse, 6), false) AS could_be_worse,
        CASE WHEN by_case THEN crossing = 'out' ELSE began_clinical AND NOT ended_clinical END AS crossed_out,
        CASE WHEN by_case THEN crossing = 'in' ELSE ended_clinical AND NOT began_clinical END AS crossed_in
    FROM measured
)
SELECT
    block,
    method,
    baseline,
    followup,
    crossing,
    CASE
        WHEN method LIKE 'cutoff%' THEN
            CASE WHEN crossed_out THEN 'improved' WHEN crossed_in THEN 'deteriorated' ELSE 'unchanged' END
        WHEN method = 'combined' AND is_better THEN CASE WHEN crossed_out THEN 'recovered' ELSE 'improved' END
        WHEN method = 'combined' AND is_worse THEN CASE WHEN crossed_in THEN 'harmed' ELSE 'deteriorated' END
        WHEN is_better AND NOT is_beyond THEN 'improved'
        WHEN is_worse THEN 'deteriorated'
        ELSE 'unchanged'
    END AS class,
    CASE
        WHEN method LIKE 'cutoff%' THEN best_is_clinical OR NOT began_clinical
        ELSE NOT could_be_better
    END AS could_not_improve,
    CASE
        WHEN method LIKE 'cutoff%' THEN began_clinical OR NOT worst_is_clinical
        ELSE NOT could_be_worse
    END AS could_not_worsen
FROM banded
