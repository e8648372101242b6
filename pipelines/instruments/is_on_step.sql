-- Macro is_on_step(total, lowest, step): whether a scale that starts at `lowest` can give `total`.
-- A step that is no whole number (the PEG's third of a point) is stored rounded to one or two decimals.
abs(total - lowest - round((total - lowest) / step) * step) <= CASE WHEN step = round(step) THEN 0.000001 ELSE 0.051 END
