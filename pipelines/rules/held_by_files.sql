-- Grain: one column that holds a value in any of the Parquet files $files, as their footers tell. Parameters: $files.
-- Of a list what counts is a word in it; of `malformed` that any record is. A footer without counts may hold a value.
SELECT DISTINCT split_part(path_in_schema, ', ', 1) AS name
FROM parquet_metadata($files)
WHERE NOT (
    coalesce(stats_null_count = num_values, FALSE) OR path_in_schema = 'malformed' AND coalesce(stats_max_value = 'false', FALSE)
)
