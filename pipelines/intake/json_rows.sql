-- Grain: one line that holds text. Inputs: json_text (line) and json_numbers (row_number), in the same order.
-- reason: why the line is a malformed row; NULL for an object whose keys differ. No parameters.
WITH lines AS (
    SELECT row_number, line, json_valid(line) AS valid FROM json_text POSITIONAL JOIN json_numbers
),
keyed AS (
    -- CASE, not AND: an invalid line must not reach the functions that read one.
    SELECT
        row_number,
        line,
        CASE WHEN valid THEN json_type(line) = 'OBJECT' ELSE false END AS is_object,
        CASE WHEN valid THEN json_keys(line) END AS keys
    FROM lines
)
SELECT
    row_number,
    line,
    keys,
    CASE
        WHEN NOT is_object THEN 'no_object'
        WHEN len(keys) <> len(list_distinct(keys)) THEN 'repeated_key'
    END AS reason
FROM keyed
