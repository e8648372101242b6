-- Grain: one key that holds an object or a list in some line; rows_n lines do, first_row is the first of them.
-- Input: json_rows. No parameters. Only lines with a second brace or bracket are looked into: a flat object has none
-- outside its texts.
SELECT key, count(*) AS rows_n, min(row_number) AS first_row
FROM (
    SELECT row_number, unnest(keys) AS key, line
    FROM json_rows
    WHERE reason IS NULL AND regexp_matches(line, '[{\[].*[{\[]')
)
WHERE json_type(json_extract(line, '$."' || replace(key, '"', '\"') || '"')) IN ('OBJECT', 'ARRAY')
GROUP BY key
ORDER BY first_row, key
