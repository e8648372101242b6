"""From which share of quarantined records on a command says so by its exit code."""

from __future__ import annotations

# CONTRACT.md section 6.
QUARANTINED_PCT_REPORTED = 5


def too_many_quarantined(quarantined_n: int, records_n: int) -> bool:
    """Whether more than 5 % of the records are quarantined."""
    return 100 * quarantined_n > QUARANTINED_PCT_REPORTED * records_n
