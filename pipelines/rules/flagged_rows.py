"""Which records fail a rule that sets nothing aside, by delivery and row: never a value, never a pseudonym.

What a rule sets aside is listed beside the quarantined data instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.engine import Engine, quoted
from pipelines.rules.evaluation import is_of_records, judged_pairs
from pipelines.rules.places import LISTED_MOST_N, first_of_all, rows_at
from pipelines.rules.rule import Rule

# What such a rule expects of a whole file is no flag.
LIMITS = ("at_most", "at_least")


@dataclass(frozen=True)
class FlaggedRow:
    """One failing record of a rule, table and column.

    receipt, row_number: where it was delivered, row 1 = the first under the header; of a rule on patients the patient's
    first row of the table. None where the rule is on more than a row, or than a delivery. about: the table and column,
    or scale, that a rule on the clinic's own history compares, as `sessions.spo2_min`; else empty.
    """

    rule: str
    table: str
    column: str
    receipt: int | None
    row_number: int | None
    about: str = ""


def flagged_rows(engine: Engine, relation: str, failing: Iterable[tuple[str, str, str]]) -> list[FlaggedRow]:
    """The first records of an evaluated relation that violate these (rule, table, column).

    Rules on delivered records and limits on whole files list none.
    """
    wanted = set(failing)
    listed = [
        (rule, table, column)
        for rule, table, column in judged_pairs(relation)
        if (rule.code, table, column) in wanted and rule.over != "delivered" and rule.expected not in LIMITS
    ]
    if listed and is_of_records(relation):
        return _first_records(engine, relation, listed)
    return [
        FlaggedRow(rule.code, table, column, *place)
        for rule, table, column in listed
        for place in engine.rows(_places(rule, relation, table, column), most_n=LISTED_MOST_N)
    ]


def _first_records(engine: Engine, relation: str, listed: Sequence[tuple[Rule, str, str]]) -> list[FlaggedRow]:
    firsts = ", ".join(
        first_of_all(f"places_{table}", f"{quoted(rule.flag_name(table, column))} = 1")
        for rule, table, column in listed
    )
    (found,) = engine.rows(f"SELECT {firsts} FROM {quoted(f'evaluated_{relation}')}")
    return [
        FlaggedRow(rule.code, table, column, *place)
        for (rule, table, column), places in zip(listed, found, strict=True)
        for place in rows_at(places)
    ]


def _places(rule: Rule, relation: str, table: str, column: str) -> str:
    """SELECT of receipt, row_number and what it is about, of what is no record and violates the rule."""
    evaluated, violated = quoted(f"evaluated_{relation}"), f"{quoted(rule.flag_name(table, column))} = 1"
    if rule.over == "drift":
        place = "concat_ws('.', nullif(table_name, ''), nullif(measured, ''))"
        return f"SELECT NULL, NULL, {place} FROM {evaluated} WHERE {violated} ORDER BY ALL LIMIT $most_n"
    return f"SELECT DISTINCT receipt, NULL, '' FROM {evaluated} WHERE {violated} ORDER BY ALL LIMIT $most_n"
