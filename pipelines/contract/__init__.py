"""The input contract: every column once (fields), the tables that list them, how an export becomes them (mapping)."""
