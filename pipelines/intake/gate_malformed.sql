-- The texts of rows that could not be cut into columns, in the form of gate_texts.
-- Grain: one malformed row x piece between two commas (a piece is judged as free text and as a value of its own),
--   and one malformed row as a whole with its commas (an identifier may contain one).
-- Inputs: source_malformed_lines (row_number, line). Parameters: $folded_from, $folded_to (see detectors.foldings).
-- Their column is not known, so no domain exempts them.
WITH lines AS (
    SELECT row_number, translate(nfc_normalize(replace(line, '"', '')), $folded_from, $folded_to) AS line
    FROM source_malformed_lines
),
texts AS (
    SELECT row_number, trim(unnest(string_split(line, ','))) AS text, false AS satisfied FROM lines
    UNION ALL
    -- As a whole a line is long by nature: it is exempt from the length detectors and the phone form.
    SELECT row_number, line AS text, true AS satisfied FROM lines
)
SELECT
    0 AS position,
    false AS patient,
    false AS date_like,
    false AS age_like,
    text,
    CAST(NULL AS DOUBLE) AS number,
    CAST(1 AS BIGINT) AS rows_n,
    row_number AS first_row,
    false AS numeric,
    satisfied
FROM texts
WHERE NOT regexp_full_match(text, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
