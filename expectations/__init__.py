"""What must hold: the rules of `pipelines.rules` judged by Great Expectations inside DuckDB."""
