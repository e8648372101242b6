-- Grain: one shape of the texts of a column: letters as a, digits as d, anything else as it stands, 40 characters.
-- Input: a relation of texts. Parameters: $show_values the text itself instead, $shown_n how many shapes.
SELECT
    CASE
        WHEN $show_values THEN /* column */
        ELSE left(
            regexp_replace(regexp_replace(/* column */, '[\p{L}\p{M}]', 'a', 'g'), '\p{N}', 'd', 'g'), 40
        )
    END AS shape,
    count(*) AS records_n
FROM /* relation */
WHERE /* column */ IS NOT NULL
GROUP BY shape
ORDER BY records_n DESC, shape
LIMIT $shown_n
