"""Where a rule fails: its counts by route and by condition, for every rule and column that a record violates.

A record that states neither has them from its patient's care (patient_care.sql). Counts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipelines.contract.tables import TABLES
from pipelines.engine import Engine, quoted
from pipelines.rules.evaluation import CARE_COLUMNS, judged_pairs, records_of
from pipelines.rules.rule import Rule

Dimension = Literal["route", "condition"]
NOT_STATED = "not_stated"


@dataclass(frozen=True)
class Part:
    """The counts of one failing rule and column in one level of a dimension: failed_n of evaluated_n records."""

    rule: str
    table: str
    column: str
    dimension: Dimension
    level: str
    failed_n: int
    evaluated_n: int


def broken_down(engine: Engine, relation: str, failing: Iterable[tuple[str, str, str]]) -> list[Part]:
    """Counts by route and condition of the (rule, table, column) of an evaluated relation that fail.

    Levels without a record in the rule's population are left out. A relation that has neither, as that of whole
    deliveries, gives none. Needs patient_care.
    """
    wanted = set(failing)
    pairs = [
        (rule, table, column) for rule, table, column in judged_pairs(relation) if (rule.code, table, column) in wanted
    ]
    source = _with_care(engine, relation, pairs)
    if not pairs or source is None:
        return []
    flags = [quoted(rule.flag_name(table, column)) for rule, table, column in pairs]
    counts = ", ".join(
        f"sum(records_n) FILTER ({flag} IS NOT NULL), sum(records_n) FILTER ({flag} = 1)" for flag in flags
    )
    rows = engine.rows(
        f"SELECT grouping(care_route), coalesce(care_route, care_condition, '{NOT_STATED}'), {counts} FROM ({source}) "
        f"GROUP BY GROUPING SETS ((care_route), (care_condition)) ORDER BY 1, 2"
    )
    found: list[Part] = []
    for place, (rule, table, column) in enumerate(pairs):
        for is_condition, level, *numbers in rows:
            evaluated_n, failed_n = (int(n or 0) for n in numbers[2 * place : 2 * place + 2])
            if evaluated_n:
                dimension: Dimension = "condition" if is_condition else "route"
                found.append(Part(rule.code, table, column, dimension, level, failed_n, evaluated_n))
    return found


def _with_care(engine: Engine, relation: str, pairs: Iterable[tuple[Rule, str, str]]) -> str | None:
    """SELECT of a relation's flags with care_route, care_condition and records_n; None where it is of no patient."""
    if relation in TABLES:
        return _of_delivered(engine, relation, pairs)
    name = quoted(f"evaluated_{relation}")
    described = {str(row[0]) for row in engine.rows(f"DESCRIBE {name}")}
    return f"SELECT * FROM {name}" if described.issuperset(CARE_COLUMNS) else None


def _of_delivered(engine: Engine, table: str, pairs: Iterable[tuple[Rule, str, str]]) -> str:
    """The same of delivered records, whose flags were counted before any patient's care was known."""
    name = quoted(records_of(table))
    described = {str(row[0]) for row in engine.rows(f"DESCRIBE {name}")}
    flags = "".join(
        f", {rule.flag_sql(column)} AS {quoted(rule.flag_name(table, column))}" for rule, _, column in pairs
    )
    by = ", ".join(
        f"coalesce(own.{stated}, care.{column}) AS {column}" if stated in described else f"care.{column}"
        for stated, column in zip(("route", "condition"), CARE_COLUMNS, strict=True)
    )
    return (
        f"SELECT own.*, {by}, 1 AS records_n FROM (SELECT *{flags} FROM {name}) AS own "
        "LEFT JOIN patient_numbers AS numbers ON numbers.patient_id = own.patient_id "
        "LEFT JOIN patient_care AS care ON care.patient_number = numbers.patient_number"
    )
