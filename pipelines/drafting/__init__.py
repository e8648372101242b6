"""Drafts of mapping files from an export nobody has described: what is guessed, how sure it is, what must not come."""
