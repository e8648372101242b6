"""The rules of `pipelines.rules` as Great Expectations suites, per evaluated relation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.contract.fields import FIELDS
from pipelines.rules.catalogue import threshold_in_force
from pipelines.rules.evaluation import judged_pairs, screens
from pipelines.rules.rule import ANY_COLUMN, Rule

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations import Expectation

_SEVERITIES = {"blocks": "critical", "quarantines": "critical", "blanks": "warning", "warns": "warning"}


def suite(name: str, pairs: Iterable[tuple[Rule, str, str]], thresholds: Mapping[str, float]) -> ExpectationSuite:
    """The expectations of (rule, table, column) on one relation, by the thresholds (code -> percent) in force."""
    import great_expectations

    return great_expectations.ExpectationSuite(
        name=name, expectations=[expectation(rule, table, column, thresholds) for rule, table, column in pairs]
    )


def first_pairs(relation: str, filled: Mapping[str, int]) -> list[tuple[Rule, str, str]]:
    """What is judged first: screened rules over all their columns at once, and no flag or value that is all empty.

    filled: column of the evaluated relation -> its number of values. Blocking rules are always judged.
    """
    pairs = [(rule, table, ANY_COLUMN) for rule, table, _ in screens(relation)]
    pairs += [pair for pair in judged_pairs(relation) if not pair[0].screened]
    return [(rule, table, column) for rule, table, column in pairs if is_judged(rule, column, filled)]


def is_judged(rule: Rule, column: str, filled: Mapping[str, int]) -> bool:
    """Whether a pair has anything to judge: records for a rule on missing values, else values or flags."""
    if rule.effect == "blocks":
        return True
    if rule.expected == "not_null":
        return filled[""] > 0
    return filled[rule.flag_name(column) if rule.expected == "flag" else column] > 0


def expectation(rule: Rule, table: str, column: str, thresholds: Mapping[str, float]) -> Expectation:
    """One rule on one column as a native expectation; `meta` names them.

    `mostly` is the share that must hold: 1 - threshold. A rule over deliveries has its limit as the value instead.
    """
    import great_expectations.expectations as gxe

    limit = threshold_in_force(rule, thresholds)
    shared: dict[str, Any] = {
        "meta": {"rule": rule.code, "table": table, "column": column},
        "severity": _SEVERITIES.get(rule.effect, "warning" if rule.effect == "column" else "info"),
    }
    if rule.expected == "at_most":
        return gxe.ExpectColumnValuesToBeBetween(column=column, max_value=limit, **shared)
    if rule.expected == "at_least":
        return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=1, **shared)
    # Both sides are rounded once, so that exactly the threshold still passes.
    shared["mostly"] = (100 - limit) / 100
    if rule.expected == "within_limits":
        field = FIELDS[column]
        return gxe.ExpectColumnValuesToBeBetween(
            column=column, min_value=field.minimum, max_value=field.maximum, **shared
        )
    if rule.expected == "not_null":
        return gxe.ExpectColumnValuesToNotBeNull(column=column, **shared)
    if rule.expected == "unique":
        return gxe.ExpectCompoundColumnsToBeUnique(
            column_list=[*rule.among, column], ignore_row_if="any_value_is_missing", **shared
        )
    if rule.expected == "not_below":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=column, column_B=rule.among[0], or_equal=True, ignore_row_if="either_value_is_missing", **shared
        )
    return gxe.ExpectColumnValuesToBeInSet(column=rule.flag_name(column), value_set=[0], **shared)
