-- What was measured in a session.
-- Grain: one row per session and measure that was recorded; a yes is 1, a no 0. Inputs: session_facts.
-- A rise is the highest reading minus the one before dosing. A dose counts as adjusted with a step or a direction; the
-- direction is looked at in adjusted sessions alone.
WITH valued AS (
    SELECT
        clinic_id,
        patient_number,
        condition,
        route,
        CAST(sbp_pre AS DOUBLE) AS sbp_pre,
        CAST(sbp_peak AS DOUBLE) AS sbp_peak,
        CAST(sbp_end AS DOUBLE) AS sbp_end,
        CAST(sbp_peak - sbp_pre AS DOUBLE) AS sbp_rise,
        CAST(dbp_pre AS DOUBLE) AS dbp_pre,
        CAST(dbp_peak AS DOUBLE) AS dbp_peak,
        CAST(dbp_end AS DOUBLE) AS dbp_end,
        CAST(dbp_peak - dbp_pre AS DOUBLE) AS dbp_rise,
        CAST(spo2_min AS DOUBLE) AS spo2_min,
        CAST(cadss_peak AS DOUBLE) AS cadss_peak,
        CAST(sedation_peak AS DOUBLE) AS sedation_peak,
        CAST(onset_minutes AS DOUBLE) AS onset_minutes,
        CAST(effect_minutes AS DOUBLE) AS effect_minutes,
        CAST(intensity_0_10 AS DOUBLE) AS intensity_0_10,
        CAST(dosing_minutes AS DOUBLE) AS dosing_minutes,
        CAST(integration_after_minutes AS DOUBLE) AS integration_after_minutes,
        CAST(target_effect_reached AS DOUBLE) AS target_effect_reached,
        CAST(dose_adjustments_n > 0 OR adjustment_direction <> 'none' AS DOUBLE) AS adjusted,
        CASE WHEN adjustment_direction <> 'none' THEN CAST(adjustment_direction = 'up' AS DOUBLE) END AS adjusted_up,
        CASE WHEN adjustment_direction <> 'none' THEN CAST(adjustment_direction = 'down' AS DOUBLE) END AS adjusted_down,
        CASE WHEN adjustment_direction <> 'none' THEN CAST(adjustment_direction = 'both' AS DOUBLE) END AS adjusted_both
    FROM session_facts
)
UNPIVOT valued
ON COLUMNS (* EXCLUDE (clinic_id, patient_number, condition, route))
INTO NAME measure VALUE value
