"""Rules on whether a cell can be read as its column's type and vocabulary."""

from __future__ import annotations

from pipelines.contract.fields import Kind
from pipelines.contract.tables import TABLES
from pipelines.rules.rule import NONE_REASON, Rule


def _columns(*kinds: Kind) -> tuple[tuple[str, str], ...]:
    """Every (table, column) of these kinds; the answers of a scale count as one column, `items`."""
    pairs = [
        (table.name, "items" if field.name.startswith("item_") else field.name)
        for table in TABLES.values()
        for field in table.fields
        if field.kind in kinds
    ]
    return tuple(dict.fromkeys(pairs))


_UNREADABLE = (
    "CASE WHEN '{column}' = 'items' THEN len(list_filter(damaged, lambda name: starts_with(name, 'item_'))) > 0 "
    "ELSE list_contains(damaged, '{column}') END"
)


def _unreadable(code: str, sentence: str, cause: str, remedy: str, *kinds: Kind) -> Rule:
    return Rule(
        code=code,
        group="conformance",
        level="field",
        kahn="conformance",
        subcategory="value",
        context="verification",
        effect="column",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=_columns(*kinds),
        over="delivered",
        violation=_UNREADABLE,
    )


RULES: tuple[Rule, ...] = (
    _unreadable(
        "KAP-T01",
        "A number can be read as a number, and a day or a count as a whole one.",
        "a unit, a decimal comma, a range or a remark in a number cell, or a fraction of a day",
        "export plain numbers with a decimal point, days and counts whole, or name missing codes in the mapping",
        "integer",
        "number",
    ),
    _unreadable(
        "KAP-T02",
        "A yes-or-no value is one of true, false, yes, no, y, n, 1, 0.",
        "another code for yes or no, or a missing code",
        "map the clinic's codes to yes and no in the mapping",
        "boolean",
    ),
    _unreadable(
        "KAP-T03",
        "A pseudonym is a UUID or 1 to 40 letters, digits, hyphens and underscores.",
        "an id with spaces or other signs, which may be a name",
        "give each patient, course and session a random pseudonym",
        "token",
    ),
    Rule(
        code="KAP-T04",
        group="conformance",
        level="field",
        kahn="conformance",
        subcategory="value",
        context="verification",
        effect="column",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence="A word is one that its column accepts.",
        cause="a local word or spelling that the contract does not know",
        remedy="map the clinic's word to one of the contract's in the mapping",
        applies=_columns("code", "codes"),
        over="delivered",
        violation="list_contains(unknown, '{column}') OR list_contains(damaged, '{column}')",
    ),
)
