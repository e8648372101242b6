"""What Great Expectations is asked about an evaluated relation: each rule on a column of its own, or on several.

A first scan counts every rule and column. Columns of a rule without a violation are judged at once, by one flag; those
with violations, and whatever blocks, one by one. The counts of the scan and of Great Expectations must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.engine import Engine, quoted
from pipelines.rules.evaluation import flag_counts, is_of_records, judged_pairs, records_of, value_name
from pipelines.rules.rule import ANY_COLUMN, Rule


@dataclass(frozen=True)
class Counted:
    """One rule and column in the first scan: records in its population, and those that violate it.

    violated_n is None where a limit that settings tighten decides.
    """

    population_n: int
    violated_n: int | None


@dataclass(frozen=True)
class Judgement:
    """One question to Great Expectations: a rule on one column, or whether any record violates it in `columns`."""

    rule: Rule
    relation: str
    table: str
    columns: tuple[str, ...]
    at_once: bool

    @property
    def column(self) -> str:
        """The column judged, or what stands for several."""
        return self.columns[0] if len(self.columns) == 1 else ANY_COLUMN

    @property
    def flag(self) -> str:
        """Name of the flag judged."""
        return self.rule.flag_name(self.table, self.column)

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the values judged; none where a flag is."""
        if self.at_once or self.rule.expected == "flag":
            return ()
        return tuple(value_name(self.relation, name) for name in (*self.columns, *self.rule.among))


def count(engine: Engine, relation: str) -> dict[tuple[str, str, str], Counted]:
    """(rule, table, column) -> counts of an evaluated relation."""
    counts = flag_counts(engine, relation)
    found: dict[tuple[str, str, str], Counted] = {}
    for rule, table, column in judged_pairs(relation):
        population_n, violated_n = counts.get(rule.flag_name(table, column), (0, 0))
        limited = rule.expected in ("at_most", "at_least")
        found[rule.code, table, column] = Counted(population_n, None if limited else violated_n)
    return found


def judgements(relation: str, counted: Mapping[tuple[str, str, str], Counted]) -> list[Judgement]:
    """What is asked about a relation. A rule and column without a population is not asked about, unless it blocks.

    A version guard is asked about where the scale was delivered: there are more scales than a clinic ever uses.
    """
    columns: dict[tuple[Rule, str], list[str]] = {}
    for rule, table, column in judged_pairs(relation):
        if (rule.effect == "blocks" and rule.over != "guards") or counted[rule.code, table, column].population_n:
            columns.setdefault((rule, table), []).append(column)
    found: list[Judgement] = []
    for (rule, table), filled in columns.items():
        clean = [column for column in filled if _goes_with_others(rule, counted[rule.code, table, column])]
        if clean:
            found.append(Judgement(rule, relation, table, tuple(clean), at_once=True))
        found += [
            Judgement(rule, relation, table, (column,), at_once=False) for column in filled if column not in clean
        ]
    return found


def _goes_with_others(rule: Rule, counts: Counted) -> bool:
    # What is more than a statement on single values, Great Expectations judges from the values themselves.
    return rule.expected in ("flag", "within_limits") and rule.effect != "blocks" and counts.violated_n == 0


def judged_select(relation: str, asked: Iterable[Judgement]) -> str:
    """SELECT of what Great Expectations reads of `evaluated_<relation>`: the flags judged, and records_n of each row.

    Of what is no record the values judged too.
    """
    columns: dict[str, str] = {}
    for judgement in asked:
        flags = [quoted(judgement.rule.flag_name(judgement.table, column)) for column in judgement.columns]
        if not judgement.values:
            columns[judgement.flag] = f"greatest({', '.join(flags)})"
        elif not is_of_records(relation):
            columns |= {name: quoted(name) for name in judgement.values}
    listed = "".join(f", {sql} AS {quoted(name)}" for name, sql in columns.items())
    return f"SELECT records_n{listed} FROM {quoted(f'evaluated_{relation}')}"


def values_select(relation: str, asked: Iterable[Judgement]) -> str | None:
    """SELECT of the values of records that are judged by them; None when there are none."""
    if not is_of_records(relation):
        return None
    columns = {
        value: column
        for judgement in asked
        if judgement.values
        for value, column in zip(judgement.values, (*judgement.columns, *judgement.rule.among), strict=True)
    }
    listed = ", ".join(f"{quoted(column)} AS {quoted(value)}" for value, column in columns.items())
    return f"SELECT {listed} FROM {quoted(records_of(relation))}" if columns else None
