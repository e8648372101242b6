-- The lines of a file as text, nothing sniffed and nothing quoted.
-- Grain: one line that holds text, in the file's order (the connection preserves insertion order).
-- Input: $path, a file made by json_lines: UTF-8, LF line ends, no control byte, so that the delimiter is in no line.
SELECT *
FROM read_csv(
    $path,
    auto_detect = false,
    header = false,
    delim = '\x01',
    quote = '',
    escape = '',
    new_line = '\n',
    columns = {'line': 'VARCHAR'},
    strict_mode = true,
    null_padding = false,
    ignore_errors = false,
    max_line_size = 4194304
)
