"""What a validation rule is: one definition from which intake picks rows and Great Expectations judges a clinic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.contract.fields import FIELDS
from pipelines.engine import quoted
from pipelines.rules.finding import Effect

Level = Literal["table", "field", "row", "cross_table", "instrument"]
Category = Literal["conformance", "completeness", "plausibility"]
Subcategory = Literal["value", "relational", "computational", "none", "atemporal", "temporal", "uniqueness"]
Context = Literal["verification", "validation"]
Group = Literal["keys", "completeness", "conformance", "ranges", "instruments", "sequence", "consistency", "deliveries"]
Over = Literal["delivered", "usable", "patients", "guards", "deliveries", "drift"]
Expected = Literal["flag", "within_limits", "unique", "not_below", "at_most", "at_least"]

GROUPS: tuple[Group, ...] = (
    "keys",
    "completeness",
    "conformance",
    "ranges",
    "instruments",
    "sequence",
    "consistency",
    "deliveries",
)

# Stands for several columns of a rule that are judged at once, in a flag's name and in a result.
ANY_COLUMN = "any_column"

# The reasons a threshold can have; each rule names one of them.
NONE_REASON = "one such record is already wrong, so none is tolerated"
SLIP_REASON = "single slips happen; from 5 % on, the share at which a run reports itself (exit code 3), it is a habit"
GAP_REASON = "a figure is reportable from 80 % paired on (CONTRACT.md section 4), so a fifth may be missing"
COUNT_REASON = "counted for the reader and never judged: it happens in good routine care"


@dataclass(frozen=True)
class Rule:
    """One validation rule.

    code: stable, `KAP-<letter of the group><number>`. kahn, subcategory, context: Kahn et al. 2016, eGEMs 4(1):1244.
    effect: what a failing record or value suffers; `column` = its field's own `on_damage`.
    threshold_pct: share of failures (0 to 100) up to which the rule still passes; for rules over deliveries and with
    `expected` = `at_most`, the highest value one delivery may have.
    applies: the (table, column) pairs, column "" = the record, "items" = all answers of a record.
    over: which relation is judged. `delivered` = every candidate record as read; `usable` = records that are not
    quarantined, blanked values empty; `patients`, `guards`, `deliveries`, `drift` = one row per patient, per delivery
    and guarded scale, per pending delivery, per thing compared with the clinic's own history.
    population, violation: SQL predicates over that relation; `{column}` is the column, `{minimum}` and `{maximum}`
    its field's limits, `{measure}` and `{stage}` what stands before and after the first underscore of the column. A
    rule that finds nobody in its population is not applicable. Empty when `expected` says it all.
    expected: how Great Expectations judges it; `flag` = a column of 1, 0 and NULL made from the two predicates.
    among: further columns of `unique`, the other column of `not_below`.
    malformed_too: malformed records are in its population. at_intake: told from a record alone, so intake applies it.
    """

    code: str
    group: Group
    level: Level
    kahn: Category
    subcategory: Subcategory
    context: Context
    effect: Effect | Literal["column"]
    threshold_pct: float
    threshold_reason: str
    sentence: str
    cause: str
    remedy: str
    applies: tuple[tuple[str, str], ...]
    over: Over
    violation: str = ""
    population: str = "TRUE"
    expected: Expected = "flag"
    among: tuple[str, ...] = ()
    malformed_too: bool = False
    at_intake: bool = True

    def effect_on(self, column: str) -> Effect:
        """The effect on one column of the rule."""
        if self.effect != "column":
            return self.effect
        return FIELDS["item_01" if column == "items" else column].on_damage

    def predicates(self, column: str) -> tuple[str, str]:
        """(population, violation) for one column, ready for SQL."""
        stated, violation = self._stated(column)
        population = f"({stated})"
        if self.over == "delivered" and not self.malformed_too:
            population = f"NOT malformed AND {population}"
        return _filled(population, column), _filled(violation, column)

    def flag_sql(self, column: str) -> str:
        """SQL of the flag: 1 = violated, 0 = holds, NULL = not in the population."""
        population, violation = self.predicates(column)
        return f"CASE WHEN {population} THEN CASE WHEN {violation} THEN 1 ELSE 0 END END::TINYINT"

    def flag_name(self, table: str, column: str) -> str:
        """Name of the flag column of one pair."""
        return f"{self.code.lower().replace('-', '_')}_{table}_{column or 'record'}"

    def _stated(self, column: str) -> tuple[str, str]:
        """The two predicates; where `expected` says it all, what it says. A limit that settings tighten has none."""
        values = [quoted(name) for name in (column, *self.among)]
        filled = " AND ".join(f"{value} IS NOT NULL" for value in values)
        if self.expected == "unique":
            return filled, f"count(*) OVER (PARTITION BY {', '.join(values)}) > 1"
        if self.expected == "not_below":
            return filled, " < ".join(values)
        if self.expected in ("at_most", "at_least"):
            return filled, "NULL"
        return self.population, self.violation


def _filled(predicate: str, column: str) -> str:
    field = FIELDS.get(column)
    texts = {
        "{column}": column,
        "{measure}": column.partition("_")[0],
        "{stage}": column.partition("_")[2],
        "{minimum}": repr(field.minimum) if field else "NULL",
        "{maximum}": repr(field.maximum) if field else "NULL",
    }
    for placeholder, text in texts.items():
        predicate = predicate.replace(placeholder, text)
    return predicate
