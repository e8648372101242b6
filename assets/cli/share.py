"""From which share of quarantined records on a command says so, and when a file blocks its clinic."""

from __future__ import annotations

from assets.cli.console import number

# CONTRACT.md section 6.
QUARANTINED_PCT_REPORTED = 5
TOO_MANY_QUARANTINED, NO_KEY, TOO_MUCH_LOST = "KAP-D01", "KAP-D03", "KAP-D07"


def too_many_quarantined(quarantined_n: int, records_n: int) -> bool:
    """Whether more than 5 % of the records are quarantined."""
    return 100 * quarantined_n > QUARANTINED_PCT_REPORTED * records_n


def blocked_by(quarantined_n: int, records_n: int, limit_pct: float) -> str:
    """The rule by which a file with so many records set aside blocks its clinic; empty when none does."""
    if records_n and quarantined_n == records_n:
        return NO_KEY
    return TOO_MANY_QUARANTINED if 100 * quarantined_n > limit_pct * records_n else ""


def share_set_aside(file: str, quarantined_n: int, records_n: int, limit_pct: float) -> str:
    """`sessions.csv: 1,443 of 4,808 records set aside (30.0 %), 20 % allowed`"""
    share = f"{100 * quarantined_n / records_n:.1f} %"
    return (
        f"{file}: {number(quarantined_n)} of {number(records_n)} records set aside ({share}), {limit_pct:g} % allowed"
    )


def totals_told(file: str, rule: str, scale: str, told_n: int, of_n: int) -> str:
    """`june.csv: 3 of 6 totals of ybocs look like the Y-BOCS-II`"""
    # It reads the whole instrument catalogue: not for commands that tell of no scale.
    from pipelines.rules.version_guards import look_alike

    return f"{file}: {number(told_n)} of {number(of_n)} totals of {scale} look like {look_alike(rule, scale)}"


def share_lost(file: str, receipt: int, absent_n: int, standing_n: int, limit_pct: float) -> str:
    """`sessions.csv (receipt 12): 9 of 40 earlier rows are not in it (22.5 %), 20 % allowed`"""
    share = f"{100 * absent_n / standing_n:.1f} %"
    rows = f"{number(absent_n)} of {number(standing_n)} earlier rows are not in it ({share})"
    return f"{file} (receipt {receipt}): {rows}, {limit_pct:g} % allowed"
