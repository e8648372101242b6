"""The record: hash-chained ledger, what it says has happened, manifests, releases on disk."""
