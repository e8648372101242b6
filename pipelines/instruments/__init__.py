"""Instruments as data: one TOML a form, every fact with its source, and the catalogue that reads them."""
