"""The rules of `pipelines.rules` as a Great Expectations suite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.contract.fields import FIELDS
from pipelines.rules.catalogue import threshold_in_force
from pipelines.rules.judgements import Judgement

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations import Expectation

_SEVERITIES = {"blocks": "critical", "quarantines": "critical", "blanks": "warning", "warns": "warning"}


def suite(name: str, asked: Iterable[Judgement], thresholds: Mapping[str, float]) -> ExpectationSuite:
    """One expectation per judgement, by the thresholds (code -> percent) in force."""
    import great_expectations

    return great_expectations.ExpectationSuite(
        name=name, expectations=[expectation(judgement, thresholds) for judgement in asked]
    )


def expectation(judgement: Judgement, thresholds: Mapping[str, float]) -> Expectation:
    """One judgement as a native expectation; `meta` names rule, table, column and, of several at once, the columns.

    `mostly` is the share that must hold: 1 - threshold. A rule over deliveries has its limit as the value instead;
    what is judged at once must hold for every record, so the sum of its flags is 0.
    """
    import great_expectations.expectations as gxe

    rule = judgement.rule
    limit = threshold_in_force(rule, thresholds)
    shared: dict[str, Any] = {
        "meta": {
            "rule": rule.code,
            "table": judgement.table,
            "column": judgement.column,
            "columns": list(judgement.columns),
        },
        "severity": _SEVERITIES.get(rule.effect, "warning" if rule.effect == "column" else "info"),
    }
    if judgement.at_once:
        return gxe.ExpectColumnSumToBeBetween(column=judgement.flag, min_value=0, max_value=0, **shared)
    if rule.expected == "at_most":
        return gxe.ExpectColumnValuesToBeBetween(column=judgement.values[0], max_value=limit, **shared)
    if rule.expected == "at_least":
        return gxe.ExpectColumnValuesToBeBetween(column=judgement.values[0], min_value=1, **shared)
    # Both sides are rounded once, so that exactly the threshold still passes.
    shared["mostly"] = (100 - limit) / 100
    if rule.expected == "flag":
        return gxe.ExpectColumnValuesToBeInSet(column=judgement.flag, value_set=[0], **shared)
    if rule.expected == "within_limits":
        field = FIELDS[judgement.column]
        return gxe.ExpectColumnValuesToBeBetween(
            column=judgement.values[0], min_value=field.minimum, max_value=field.maximum, **shared
        )
    if rule.expected == "unique":
        return gxe.ExpectCompoundColumnsToBeUnique(
            column_list=list(judgement.values), ignore_row_if="any_value_is_missing", **shared
        )
    higher, lower = judgement.values
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=higher, column_B=lower, or_equal=True, ignore_row_if="either_value_is_missing", **shared
    )
