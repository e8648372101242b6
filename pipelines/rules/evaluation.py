"""From a clinic's candidate records to the relations that Great Expectations judges: flags and few plain columns.

One scan per table gives the flag of every rule over delivered records; records that stay usable get what the softer
rules need and their flags. Pseudonyms end here. What of it Great Expectations reads: judgements.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.contract.tables import TABLES
from pipelines.engine import Engine, load_sql, quoted
from pipelines.rules.catalogue import BY_CODE, pairs
from pipelines.rules.flags import delivered_select
from pipelines.rules.rule import Rule

GUARD_CODES = ("KAP-D04", "KAP-D05", "KAP-D06")
_IN_DOUBT = (
    "EXISTS (SELECT 1 FROM doubtful_versions AS doubtful "
    "WHERE doubtful.receipt = limited.receipt AND doubtful.scale = limited.scale)"
)
_STATE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "INTEGER",
        "malformed": "BOOLEAN",
        "damaged": "VARCHAR[]",
        "unknown": "VARCHAR[]",
        "quarantined_by": "VARCHAR[]",
        "state": "VARCHAR",
        "is_mended": "BOOLEAN",
    }
)
_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "malformed": "FALSE",
        "damaged": "[]",
        "unknown": "[]",
        "quarantined_by": "[]",
        "is_mended": "FALSE",
        "state": "'accepted'",
    }
)
_DELIVERY_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "INTEGER",
        "records_n": "BIGINT",
        "quarantined_n": "BIGINT",
        "conflict_keys_n": "BIGINT",
        "keys_n": "BIGINT",
    }
)


def relation_of(rule: Rule, table: str) -> str:
    """Name of the evaluated relation on which a rule is judged for one of its tables."""
    if rule.over == "delivered":
        return table
    return f"{table}_usable" if rule.over == "usable" else rule.over


def relations() -> tuple[str, ...]:
    """Every evaluated relation, in the order in which it is made."""
    tables = [name for table in ("courses", "sessions", "scores") for name in (table, f"{table}_usable")]
    return ("guards", *tables, "patients", "deliveries")


def judged_pairs(relation: str) -> list[tuple[Rule, str, str]]:
    """(rule, table, column) of everything judged on one evaluated relation."""
    return [
        (rule, table, column)
        for rule in BY_CODE.values()
        for table, column in rule.applies
        if relation_of(rule, table) == relation
    ]


def prepare(engine: Engine, given: Mapping[str, str]) -> None:
    """Make candidate_<table> and pending_deliveries, with every column, from the relations `given` (name -> relation).

    A relation that is absent is empty; a state column that is absent is NULL, a candidate without a state accepted.
    """
    for table in TABLES.values():
        wanted = {field.name: field.sql_type for field in table.fields} | dict(_STATE_COLUMNS)
        engine.materialise(f"candidate_{table.name}", _with_columns(engine, given.get(table.name), wanted, _DEFAULTS))
    pending = _with_columns(engine, given.get("deliveries"), dict(_DELIVERY_COLUMNS), {})
    engine.materialise("pending_deliveries", pending)


def evaluate(engine: Engine, relation: str) -> str:
    """Make `evaluated_<relation>`; return its name. In the order of `relations()`, after `prepare`.

    One row per record of the relation: the flag of every rule and column, and the values that rules are judged by.
    Needs the catalogue's scale_limits, scoring_rules and scale_definitions.

    Raises:
        EngineError: a relation it is made from cannot be read.
    """
    source = _source(engine, relation)
    columns: dict[str, str] = {}
    for rule, table, column in judged_pairs(relation):
        columns[rule.flag_name(table, column)] = rule.flag_sql(column)
        if rule.expected != "flag":
            columns |= {value_name(relation, name): quoted(name) for name in (column, *rule.among)}
    listed = ",\n".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    engine.materialise(f"evaluated_{relation}", f"SELECT {listed} FROM {source}")
    if relation == "guards":
        stopped = " OR ".join(f"({BY_CODE[code].flag_sql(_guarded(code))}) = 1" for code in GUARD_CODES)
        engine.materialise("doubtful_versions", f"SELECT receipt, scale FROM guarded_totals WHERE {stopped}")
    if relation in TABLES:
        engine.materialise(f"usable_{relation}", _usable_select(relation))
    return f"evaluated_{relation}"


def value_name(relation: str, column: str) -> str:
    """Name of a column's values among the columns of all evaluated relations."""
    return f"{relation}_{column}"


def _guarded(code: str) -> str:
    return BY_CODE[code].applies[0][1]


def _source(engine: Engine, relation: str) -> str:
    if relation == "guards":
        engine.materialise("guarded_totals", load_sql(__file__, "guards"))
        return "guarded_totals"
    if relation == "deliveries":
        return f"({load_sql(__file__, 'deliveries')})"
    if relation == "patients":
        return f"({load_sql(__file__, 'context_patients')})"
    if relation in TABLES:
        engine.materialise(f"delivered_{relation}", delivered_select(relation, f"candidate_{relation}", _IN_DOUBT))
        return f"delivered_{relation}"
    table = relation.removesuffix("_usable")
    return f"usable_{table}" if table == "courses" else f"({load_sql(__file__, f'context_{table}')})"


def _usable_select(table: str) -> str:
    """Records that no rule over delivered records quarantines, their set-aside values NULL."""
    quarantining: list[str] = []
    blanking: dict[str, list[str]] = {}
    for rule, column in pairs(table, "delivered"):
        population, violation = rule.predicates(column)
        violated = f"coalesce({population} AND ({violation}), FALSE)"
        if rule.effect_on(column) == "quarantines":
            quarantining.append(violated)
        else:
            blanking.setdefault(column, []).append(violated)
    replaced = ", ".join(
        f"CASE WHEN {' OR '.join(cases)} THEN NULL ELSE {quoted(column)} END AS {quoted(column)}"
        for column, cases in blanking.items()
    )
    return (
        f"SELECT * REPLACE ({replaced}) FROM delivered_{table} WHERE state <> 'quarantined' "
        f"AND record_status IS DISTINCT FROM 'withdrawn' AND NOT ({' OR '.join(quarantining)})"
    )


def _with_columns(engine: Engine, relation: str | None, wanted: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    present = set()
    if relation is not None:
        present = {str(row[0]) for row in engine.rows(f"DESCRIBE SELECT * FROM {quoted(relation)}")}
    listed = []
    for name, kind in wanted.items():
        default = defaults.get(name, "NULL")
        value = f"coalesce({quoted(name)}, {default})" if name in defaults else quoted(name)
        listed.append(f"CAST({value if name in present else default} AS {kind}) AS {quoted(name)}")
    source = f"FROM {quoted(relation)}" if relation is not None else "WHERE FALSE"
    return f"SELECT {', '.join(listed)} {source}"
