"""The query that counts one rule on one column, as a reviewer reads it: the same predicates that are judged."""

from __future__ import annotations

from pipelines.engine import quoted
from pipelines.rules.evaluation import relation_of
from pipelines.rules.rule import Rule

# What a rule on whole files expects of each is beyond this.
_BEYOND = {"at_most": "> {threshold:g}", "at_least": "< 1"}


def source_of(rule: Rule, table: str) -> str:
    """Name of the relation a rule reads for one of its tables.

    `delivered_<table>`: every candidate record as read. `usable_<table>`: those not quarantined, blanked values empty,
    with what its context_<table>.sql adds. `patients`, `guards`, `deliveries`: one row per patient, per delivery and
    guarded scale, per pending delivery.
    """
    relation = relation_of(rule, table)
    return f"delivered_{relation}" if rule.over == "delivered" else relation


def counting_sql(rule: Rule, table: str, column: str, threshold: float) -> str:
    """SQL that gives evaluated_n and failed_n. threshold: the one in force, for a rule on whole files."""
    source = quoted(source_of(rule, table))
    if rule.expected in _BEYOND:
        value = quoted(column)
        beyond = _BEYOND[rule.expected].format(threshold=threshold)
        counts = (f"count({value})", f"{value} {beyond}")
        return _select(*counts, source)
    population, violation = rule.predicates(column)
    flags = (
        "(\n    SELECT\n"
        f"        CASE\n            WHEN {population}\n            THEN CASE WHEN {violation} THEN 1 ELSE 0 END\n"
        f"        END AS flag\n    FROM {source}\n)"
    )
    return _select("count(flag)", "flag = 1", flags)


def _select(evaluated: str, failed: str, source: str) -> str:
    return f"SELECT\n    {evaluated} AS evaluated_n,\n    count(*) FILTER (WHERE {failed}) AS failed_n\nFROM {source}"
