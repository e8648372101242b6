"""Every outcome definition, as data: one TOML for each group, and the digests that hold each version still."""
