"""Every validation rule, in the order reports show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pipelines.rules import (
    completeness,
    conformance,
    consistency,
    deliveries,
    instruments,
    keys,
    ranges,
    sequence,
)
from pipelines.rules.rule import Group, Over, Rule

RULES: tuple[Rule, ...] = (
    *keys.RULES,
    *completeness.RULES,
    *conformance.RULES,
    *ranges.RULES,
    *instruments.RULES,
    *sequence.RULES,
    *consistency.RULES,
    *deliveries.RULES,
)
BY_CODE: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in RULES})


def rules_of(group: Group) -> tuple[Rule, ...]:
    """The rules of one group."""
    return tuple(rule for rule in RULES if rule.group == group)


def pairs(table: str | None, *overs: Over) -> Iterator[tuple[Rule, str]]:
    """(rule, column) of every rule over these relations, of one table or (None) of all."""
    for rule in RULES:
        for of_table, column in rule.applies:
            if rule.over in overs and table in (None, of_table):
                yield rule, column


def threshold_in_force(rule: Rule, thresholds: Mapping[str, float]) -> float:
    """The rule's threshold in percent, tightened by a clinic's settings and never loosened."""
    return min(rule.threshold_pct, thresholds.get(rule.code, rule.threshold_pct))
