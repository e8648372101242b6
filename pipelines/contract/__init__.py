"""The input contract: every column once (fields), the tables that list them (tables), how a clinic's export becomes them (mapping)."""
