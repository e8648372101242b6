"""The records that stay usable, as the softer rules read them: what a rule set aside is empty. Pseudonyms end here.

Made from the delivered records by those rules only that a record violates: of most deliveries none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

from pipelines.contract.tables import TABLES
from pipelines.engine import Engine, load_sql, quoted
from pipelines.rules.catalogue import BY_CODE, pairs
from pipelines.rules.folding import NO_WORDS, NOTED, folded, names_in
from pipelines.rules.places import PLACE
from pipelines.rules.rule import Rule

# Tables whose softer rules need more than the record: context_<table>.sql adds it.
WITH_CONTEXT = ("sessions", "scores", "courses", "contacts", "adverse_events")
_CONTEXTS = (*(f"context_{table}" for table in WITH_CONTEXT), "context_patients", "patient_care")
_CONSTANT: Mapping[str, str] = MappingProxyType({**NOTED, "set_aside": NO_WORDS})
# What is asked of a record before it is usable, and of every usable one.
_FIRST_ASKED = frozenset({"patient_id", "state", "record_status"})
_PLACE_OF = frozenset({"receipt", "row_number"})


def number_patients(engine: Engine) -> None:
    """Make patient_numbers: each pseudonym of the candidate records, and the number that stands for it from here on."""
    delivered = " UNION ALL ".join(f"SELECT patient_id FROM candidate_{table}" for table in TABLES)
    engine.materialise(
        "patient_numbers",
        f"SELECT patient_id, (row_number() OVER ())::INTEGER AS patient_number FROM ({delivered}) "
        "WHERE patient_id IS NOT NULL GROUP BY patient_id",
    )


def make_usable(
    engine: Engine, table: str, parts: Mapping[str, Mapping[str, str]], described: Mapping[str, str], violated: set[str]
) -> None:
    """Make view `usable_<table>` of a table's delivered records that no rule quarantines, their set-aside values NULL.

    parts: which of the delivered records (SQL) -> what columns hold in all of them, as `folding.nothing_in`. described:
    column -> type of the delivered records. violated: the flags that any record violates. Adds patient_number in place
    of patient_id, place (places.py), and set_aside: the columns of a record whose values a rule set aside, so that none
    is told as left empty too; of those that a rule asks about. Needs patient_numbers.
    """
    everywhere = _held_by_all(parts)
    carried = [name for name in described if name in _named() - _FIRST_ASKED]
    first_asked = [name for name in described if name in _FIRST_ASKED]
    held = [name for name in carried if name not in everywhere]
    found = [each for each in pairs(table, "delivered") if each[0].flag_name(table, each[1]) in violated]
    selects = [
        f"SELECT {', '.join((*map(quoted, (*first_asked, *held)), *(_flag(table, *pair, nothing) for pair in found)))} "
        f"FROM {quoted(f'delivered_{table}')} WHERE {condition}"
        for condition, nothing in parts.items()
    ]
    kept, conditions = _after(table, found, held)
    engine.materialise(
        f"held_usable_{table}",
        f"SELECT {', '.join(f'{sql} AS {quoted(name)}' for name, sql in kept.items())} "
        f"FROM ({' UNION ALL '.join(selects)}) AS own "
        "LEFT JOIN patient_numbers AS numbers ON numbers.patient_id = own.patient_id "
        f"WHERE {' AND '.join(conditions)}",
    )
    constants = {"set_aside": NO_WORDS} | {
        name: _CONSTANT.get(name, f"CAST(NULL AS {described[name]})") for name in carried
    }
    listed = [quoted(name) if name in kept else f"{constants[name]} AS {quoted(name)}" for name in (*kept, *constants)]
    engine.view(
        f"usable_{table}",
        f"SELECT {', '.join(dict.fromkeys(listed))}, {PLACE} AS place FROM {quoted(f'held_usable_{table}')}",
    )


def nothing_in_usable(engine: Engine, table: str) -> dict[str, str]:
    """Column -> SQL of what it holds in every usable record of a table, of the columns that hold nothing."""
    held = {name for name, *_ in engine.rows(f"DESCRIBE held_usable_{table}")} | {"place"}
    return {
        name: _CONSTANT.get(name, f"CAST(NULL AS {kind})")
        for name, kind, *_ in engine.rows(f"DESCRIBE usable_{table}")
        if name not in held
    }


def _held_by_all(parts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    first, *others = parts.values()
    return {name: sql for name, sql in first.items() if all(other.get(name) == sql for other in others)}


@cache
def _named() -> frozenset[str]:
    """Every word that the softer rules name, in a predicate or in what their contexts read; and a record's place."""
    contexts = [load_sql(__file__, name) for name in _CONTEXTS]
    softer = [
        text
        for rule in BY_CODE.values()
        if rule.over in ("usable", "patients")
        for _, column in rule.applies
        for text in (*rule.predicates(column), column, *rule.among)
    ]
    return frozenset().union(*map(names_in, (*contexts, *softer))) | _PLACE_OF


def _flag(table: str, rule: Rule, column: str, nothing: Mapping[str, str]) -> str:
    violated = f"({folded(rule.flag_sql(column), nothing)}) IS NOT DISTINCT FROM 1"
    return f"{violated} AS {quoted(rule.flag_name(table, column))}"


def _after(table: str, found: Collection[tuple[Rule, str]], held: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """(column -> SQL, conditions) of a usable record, from one delivered and the flags that were found in any."""
    blanking: dict[str, list[str]] = {}
    conditions = ["own.state <> 'quarantined'", "own.record_status IS DISTINCT FROM 'withdrawn'"]
    for rule, column in found:
        flag = quoted(rule.flag_name(table, column))
        if rule.effect_on(column) == "quarantines":
            conditions.append(f"NOT {flag}")
        else:
            blanking.setdefault(column, []).append(flag)
    kept = {
        name: f"CASE WHEN {' OR '.join(blanking[name])} THEN NULL ELSE own.{quoted(name)} END"
        if name in blanking
        else f"own.{quoted(name)}"
        for name in held
    }
    kept["patient_number"] = "numbers.patient_number"
    told = [(column, flags) for column, flags in blanking.items() if column in _asked_about(table)]
    if told:
        places = ", ".join(f"CASE WHEN {' OR '.join(flags)} THEN '{column}' END" for column, flags in told)
        kept["set_aside"] = f"list_filter([{places}]::VARCHAR[], lambda place: place IS NOT NULL)"
    return kept, conditions


def _asked_about(table: str) -> frozenset[str]:
    """The words of the softer rules of a table that tell a value set aside from one left empty."""
    texts = (rule.predicates(column)[0] for rule, column in pairs(table, "usable") if "set_aside" in rule.population)
    return frozenset(re.findall(r"\w+", " ".join(texts)))
