"""How rules are written that judge usable records, beside what a single cell says: they warn or inform."""

from __future__ import annotations

from typing import Final, Literal

from pipelines.rules.rule import (
    COUNT_REASON,
    GAP_REASON,
    NONE_REASON,
    SLIP_REASON,
    Category,
    Group,
    Level,
    Over,
    Rule,
    Subcategory,
)

Pair = tuple[str, str]
# Percent of failures up to which such a rule still passes.
Tolerated = Literal[0, 5, 20, 100]
NONE: Final = 0
SLIPS: Final = 5
GAPS: Final = 20
COUNTED: Final = 100

_REASONS = {NONE: NONE_REASON, SLIPS: SLIP_REASON, GAPS: GAP_REASON, COUNTED: COUNT_REASON}
_SUBCATEGORIES: dict[Group, Subcategory] = {"completeness": "none", "sequence": "temporal"}
_FIRST_GROUPS = ("completeness",)


def softer(
    code: str,
    group: Group,
    applies: Pair | tuple[Pair, ...],
    tolerated: Tolerated,
    sentence: str,
    cause: str,
    remedy: str,
    population: str,
    violation: str,
    *,
    level: Level = "row",
    over: Over | None = None,
    subcategory: Subcategory | None = None,
) -> Rule:
    """A rule that warns from its percent of failures on, or (`COUNTED`) only informs.

    Kahn: completeness in the group of that name, else plausibility. over: usable records; `patients` where the column
    is the patient_id.
    """
    pairs: tuple[Pair, ...] = (applies,) if isinstance(applies[0], str) else applies
    kahn: Category = "completeness" if group == "completeness" else "plausibility"
    of_patients = pairs[0][1] == "patient_id"
    return Rule(
        code=code,
        group=group,
        level=level,
        kahn=kahn,
        subcategory=subcategory or _SUBCATEGORIES.get(group, "atemporal"),
        context="verification" if group in _FIRST_GROUPS else "validation",
        effect="informs" if tolerated == COUNTED else "warns",
        threshold_pct=tolerated,
        threshold_reason=_REASONS[tolerated],
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=pairs,
        over=over or ("patients" if of_patients else "usable"),
        population=population,
        violation=violation,
    )
