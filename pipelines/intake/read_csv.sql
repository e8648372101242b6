-- The clean copy of a CSV as text, nothing sniffed.
-- Grain: one sound record of the file, in the file's order (the connection preserves insertion order).
-- Inputs: $path, a file made by csv_layout: no header, LF line ends, every record with the same number of cells.
-- The places of the columns and cells are filled with their names c1 ... cn, all VARCHAR; an empty cell is NULL.
SELECT /* cells */
FROM read_csv(
    $path,
    auto_detect = false,
    header = false,
    delim = ',',
    quote = '"',
    escape = '"',
    new_line = '\n',
    columns = {/* columns */},
    strict_mode = true,
    null_padding = false,
    ignore_errors = false,
    max_line_size = 4194304
)
