"""Where a rule fails: its counts by route and by condition, for every rule and column that a record violates.

A record that states neither has them from its patient's care (patient_care.sql). Counts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipelines.contract.tables import TABLES
from pipelines.engine import Engine, quoted
from pipelines.rules.evaluation import CARE_COLUMNS, judged_pairs

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
    """Counts by route and condition of the (rule, table, column) that fail, by one scan of `evaluated_<relation>`.

    Levels without a record in the rule's population are left out. A relation that has neither, as that of whole
    deliveries, gives none. Needs patient_care.
    """
    wanted = set(failing)
    pairs = [
        (rule, table, column) for rule, table, column in judged_pairs(relation) if (rule.code, table, column) in wanted
    ]
    source = _with_care(engine, relation)
    if not pairs or source is None:
        return []
    flags = [quoted(rule.flag_name(table, column)) for rule, table, column in pairs]
    counts = ", ".join(f"count({flag}), count_if({flag} = 1)" for flag in flags)
    rows = engine.rows(
        f"SELECT grouping(care_route), coalesce(care_route, care_condition, '{NOT_STATED}'), {counts} FROM ({source}) "
        f"GROUP BY GROUPING SETS ((care_route), (care_condition)) ORDER BY 1, 2"
    )
    found: list[Part] = []
    for place, (rule, table, column) in enumerate(pairs):
        for is_condition, level, *numbers in rows:
            evaluated_n, failed_n = numbers[2 * place : 2 * place + 2]
            if evaluated_n:
                dimension: Dimension = "condition" if is_condition else "route"
                found.append(Part(rule.code, table, column, dimension, level, failed_n, evaluated_n))
    return found


def _with_care(engine: Engine, relation: str) -> str | None:
    """SELECT of an evaluated relation with care_route and care_condition; None where its rows are of no patient."""
    name = quoted(f"evaluated_{relation}")
    described = {str(row[0]) for row in engine.rows(f"DESCRIBE {name}")}
    if described.issuperset(CARE_COLUMNS):
        return f"SELECT * FROM {name}"
    if relation not in TABLES:
        return None
    own = ", ".join(
        f"coalesce(own.{stated}, care.{column}) AS {column}" if stated in described else f"care.{column}"
        for stated, column in zip(("route", "condition"), CARE_COLUMNS, strict=True)
    )
    return f"SELECT own.*, {own} FROM {name} AS own LEFT JOIN patient_care AS care ON care.patient_id = own.patient_id"
