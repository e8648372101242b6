"""How long a run takes and what it needs, beside the least DuckDB needs and beside the pandas way: `make bench`."""
