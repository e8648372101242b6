"""Every validation rule, in the order reports show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pipelines.rules import (
    answers,
    care,
    completeness,
    conformance,
    consistency,
    deliveries,
    drift,
    instruments,
    keys,
    order,
    ranges,
    readings,
    recorded,
    sequence,
    timing,
)
from pipelines.rules.rule import GROUPS, Group, Over, Rule

_WRITTEN = (
    keys,
    completeness,
    recorded,
    conformance,
    ranges,
    timing,
    instruments,
    answers,
    sequence,
    order,
    consistency,
    readings,
    care,
    deliveries,
    drift,
)
# By group, as reports show them; within it in the order written.
RULES: tuple[Rule, ...] = tuple(
    sorted((rule for module in _WRITTEN for rule in module.RULES), key=lambda rule: GROUPS.index(rule.group))
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
