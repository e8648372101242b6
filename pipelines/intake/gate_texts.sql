-- What the detectors look at: every distinct text of every column, once.
-- Grain: one column x distinct text of at least five characters (no identifier is shorter; ages are the exception).
-- Inputs: source (row_number, text columns); gate_columns (column_name, kind, minimum, maximum, age_like);
--   gate_spellings (column_name, spelling, folded as vocabulary.fold does).
-- Parameters: $folded_from, $folded_to (see detectors.foldings), $token, $uuid (patterns).
-- satisfied: the text lies within its column's closed domain. numeric: it is a number in a number column.
-- Counts are rows; no denominator.
WITH cells AS (
    UNPIVOT source ON COLUMNS(* EXCLUDE (row_number)) INTO NAME column_name VALUE cell
),
texts AS (
    SELECT
        column_name,
        trim(CASE
            WHEN regexp_full_match(cell, '[ -~]*') THEN cell
            ELSE translate(nfc_normalize(cell), $folded_from, $folded_to)
        END) AS text,
        count(*) AS rows_n,
        min(row_number) AS first_row
    FROM cells
    WHERE length(cell) >= 5 OR column_name IN (SELECT column_name FROM gate_columns WHERE age_like)
    GROUP BY ALL
),
folded AS (
    SELECT
        *,
        regexp_replace(replace(lower(text), '.', ''), '[\s/_-]+', '_', 'g') AS spelling,
        try_cast(text AS DOUBLE) AS number,
        [
            regexp_replace(replace(lower(trim(part)), '.', ''), '[\s/_-]+', '_', 'g')
            FOR part IN string_split(text, ';') IF trim(part) <> ''
        ] AS parts
    FROM texts
),
spelled AS (
    SELECT column_name, list(spelling) AS spellings FROM gate_spellings GROUP BY column_name
)
SELECT
    folded.column_name,
    gate_columns.position,
    gate_columns.patient,
    gate_columns.date_like,
    gate_columns.age_like,
    folded.text,
    folded.number,
    folded.rows_n,
    folded.first_row,
    coalesce(gate_columns.kind IN ('integer', 'number') AND folded.number IS NOT NULL, false) AS numeric,
    coalesce(CASE gate_columns.kind
        WHEN 'token' THEN regexp_full_match(folded.text, $token)
        WHEN 'integer' THEN
            folded.number = floor(folded.number)
            AND folded.number BETWEEN gate_columns.minimum AND gate_columns.maximum
        WHEN 'number' THEN folded.number BETWEEN gate_columns.minimum AND gate_columns.maximum
        WHEN 'boolean' THEN folded.spelling IN ('true', 'false', 'yes', 'no', 'y', 'n', '1', '0')
        WHEN 'codes' THEN list_has_all(spelled.spellings, folded.parts)
    END, false) OR coalesce(list_contains(spelled.spellings, folded.spelling), false) AS satisfied
FROM folded
JOIN gate_columns USING (column_name)
LEFT JOIN spelled USING (column_name)
WHERE NOT regexp_full_match(folded.text, $uuid)
