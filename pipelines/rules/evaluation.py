"""From a clinic's candidate records to the relations that Great Expectations judges: flags and few plain columns.

One scan per table gives the flag of every rule over delivered records; records that stay usable get what the softer
rules need and their flags. Pseudonyms end here. What of it Great Expectations reads: judgements.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from pipelines.contract.fields import ITEM_FIELDS
from pipelines.contract.tables import SCORES, TABLES
from pipelines.engine import Engine, load_sql, quoted
from pipelines.rules.answers import added_columns
from pipelines.rules.catalogue import BY_CODE, pairs
from pipelines.rules.drift import drift_select
from pipelines.rules.flags import delivered_select
from pipelines.rules.folding import NOTED, NOTHING_NOTED, folded, is_empty, names_in, nothing_in
from pipelines.rules.rule import Rule
from pipelines.rules.version_guards import told_select

# Once the delivered records of this table are evaluated, the usable records of every table are known.
_LAST_DELIVERED = tuple(TABLES)[-1]
# Tables whose softer rules need more than the record: context_<table>.sql adds it.
_WITH_CONTEXT = ("sessions", "scores", "courses", "contacts", "adverse_events")
_CONTEXTS = (*(f"context_{table}" for table in _WITH_CONTEXT), "context_patients", "patient_care")
# By what a failing rule is broken down, where the relation says it (breakdown.py).
CARE_COLUMNS = ("care_route", "care_condition")
# Where its rows come from, for the list of those that fail (flagged_rows.py).
_ROW = ("receipt", "row_number")
_PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"patients": ("patient_id",), "drift": ("table_name", "measured")}
)
_IN_DOUBT = (
    "EXISTS (SELECT 1 FROM doubtful_versions AS doubtful "
    "WHERE doubtful.receipt = limited.receipt AND doubtful.scale = limited.scale)"
)
_STATE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "INTEGER",
        "row_number": "BIGINT",
        "malformed": "BOOLEAN",
        "damaged": "VARCHAR[]",
        "unknown": "VARCHAR[]",
        "quarantined_by": "VARCHAR[]",
        "state": "VARCHAR",
        "is_mended": "BOOLEAN",
        "is_current": "BOOLEAN",
    }
)
_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "malformed": "FALSE",
        "damaged": "[]",
        "unknown": "[]",
        "quarantined_by": "[]",
        "is_mended": "FALSE",
        "is_current": "TRUE",
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
        "standing_n": "BIGINT",
        "unconfirmed_loss_n": "BIGINT",
        "earlier_deliveries_n": "BIGINT",
        "earlier_median_n": "DOUBLE",
    }
)


def relation_of(rule: Rule, table: str) -> str:
    """Name of the evaluated relation on which a rule is judged for one of its tables."""
    if rule.over == "delivered":
        return table
    return f"{table}_usable" if rule.over == "usable" else rule.over


def relations() -> tuple[str, ...]:
    """Every evaluated relation, in the order in which it is made: usable records need those of every table."""
    delivered = [table for table in TABLES if judged_pairs(table)]
    usable = [f"{table}_usable" for table in TABLES if judged_pairs(f"{table}_usable")]
    return ("guards", *delivered, *usable, "patients", "deliveries", "drift")


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
        select = _with_columns(engine, given.get(table.name), wanted, _DEFAULTS)
        # A duplicate or an old version is no second fault: rules judge each record once.
        engine.view(f"candidate_{table.name}", f"SELECT * FROM ({select}) WHERE is_current OR state = 'quarantined'")
    pending = _with_columns(engine, given.get("deliveries"), dict(_DELIVERY_COLUMNS), {})
    engine.materialise("pending_deliveries", pending)


def evaluate(engine: Engine, relation: str) -> str:
    """Make `evaluated_<relation>`; return its name. In the order of `relations()`, after `prepare`.

    One row per record of the relation: the flag of every rule and column, and the values that rules are judged by; of
    a delivered record also what the softer rules need of it, its pseudonym too, from which `usable_<table>` is made.
    Needs the catalogue's scale_limits, scoring_rules and scale_definitions.

    Raises:
        EngineError: a relation it is made from cannot be read.
    """
    nothing = nothing_in(engine, f"candidate_{relation}") if relation in TABLES else {}
    source = _delivered(engine, relation, nothing) if relation in TABLES else _source(engine, relation)
    flags: dict[str, str] = {}
    values: dict[str, str] = {}
    for rule, table, column in judged_pairs(relation):
        flags[rule.flag_name(table, column)] = rule.flag_sql(column)
        if rule.expected != "flag":
            values |= {value_name(relation, name): quoted(name) for name in (column, *rule.among)}
        if rule.expected == "unique":
            flags[rule.flag_name(table, column)] = _repeated(relation, (column, *rule.among))
    described = tuple(str(row[0]) for row in engine.rows(f"DESCRIBE SELECT * FROM {source}"))
    carried = _carried(relation, described)
    columns = flags | values | {name: quoted(name) for name in carried}
    if relation in TABLES:
        told = columns if not is_empty(nothing) else columns | dict.fromkeys(flags, "NULL")
        _evaluate_delivered(engine, relation, {name: folded(sql, nothing) for name, sql in told.items()}, described)
        engine.view(f"usable_{relation}", _usable_select(relation, carried))
        if relation == _LAST_DELIVERED:
            engine.materialise("patient_care", load_sql(__file__, "patient_care"))
    else:
        _evaluate_softer(engine, relation, columns, source, described)
    if relation == "guards":
        # What stops a delivery leaves its totals in doubt: no other rule speaks of them.
        engine.materialise("told_versions", told_select("guarded_totals"))
        engine.materialise("doubtful_versions", "SELECT receipt, scale FROM told_versions WHERE refuses")
    return f"evaluated_{relation}"


def _evaluate_delivered(engine: Engine, table: str, told: Mapping[str, str], described: Collection[str]) -> None:
    """Make the flags of single records; intake noted nothing of most of them."""
    source, candidates = quoted(f"delivered_{table}"), quoted(f"candidate_{table}")
    clean = {name: folded(sql, NOTED) for name, sql in told.items()}
    if not engine.value(f"SELECT count(*) FROM {candidates} WHERE NOT ({NOTHING_NOTED})"):
        held = _resting_on(clean, described)
        _hold(engine, f"evaluated_{table}", clean, held, f"SELECT {_listed(clean, held)} FROM {source}")
        return
    held = _resting_on(told, described)
    select = (
        f"SELECT {_listed(clean, held)} FROM {source} WHERE {NOTHING_NOTED} UNION ALL "
        f"SELECT {_listed(told, held)} FROM {source} WHERE NOT ({NOTHING_NOTED})"
    )
    _hold(engine, f"evaluated_{table}", told, held, select)


def _evaluate_softer(
    engine: Engine, relation: str, columns: Mapping[str, str], source: str, described: Collection[str]
) -> None:
    """Make the flags of a relation of usable records, or of something beyond a record."""
    table = relation.removesuffix("_usable")
    nothing = nothing_in(engine, f"usable_{table}") if relation != table else {}
    if is_empty(nothing):
        # Nothing is looked up in other tables for no record.
        source, columns = quoted(f"usable_{table}"), dict.fromkeys(columns, "NULL")
    told = {name: folded(sql, nothing) for name, sql in columns.items()}
    held = _resting_on(told, described)
    _hold(engine, f"evaluated_{relation}", told, held, f"SELECT {_listed(told, held)} FROM {source}")


def _repeated(relation: str, columns: Iterable[str]) -> str:
    """SQL of the flag of values that no other record may have, over those held: a window would carry whole records."""
    names = [quoted(value_name(relation, column)) for column in columns]
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    listed, held = ", ".join(names), quoted(f"held_evaluated_{relation}")
    repeated = f"SELECT {listed} FROM {held} WHERE {filled} GROUP BY ALL HAVING count(*) > 1"
    return f"CASE WHEN {filled} THEN CASE WHEN ({listed}) IN ({repeated}) THEN 1 ELSE 0 END END::TINYINT"


def _resting_on(columns: Mapping[str, str], described: Collection[str]) -> list[str]:
    """Those of the columns that name any of a relation: the others are the same for every record. At least one."""
    return [name for name, sql in columns.items() if not names_in(sql).isdisjoint(described)] or list(columns)[:1]


def _hold(engine: Engine, name: str, columns: Mapping[str, str], held: Collection[str], select: str) -> None:
    """Make relation `name` of these columns, a table of those `held`: what rests on no column needs no place."""
    engine.materialise(f"held_{name}", select)
    shown = {column: quoted(column) if column in held else sql for column, sql in columns.items()}
    engine.view(name, f"SELECT {_listed(shown, shown)} FROM {quoted(f'held_{name}')}")


def _listed(columns: Mapping[str, str], names: Iterable[str]) -> str:
    return ",\n".join(f"{columns[name]} AS {quoted(name)}" for name in names)


def value_name(relation: str, column: str) -> str:
    """Name of a column's values among the columns of all evaluated relations."""
    return f"{relation}_{column}"


def _source(engine: Engine, relation: str) -> str:
    if relation == "guards":
        engine.materialise("guarded_totals", load_sql(__file__, "guards"))
        return "guarded_totals"
    if relation == "deliveries":
        return f"({load_sql(__file__, 'deliveries')})"
    if relation == "drift":
        engine.materialise("compared", drift_select(engine))
        return "compared"
    if relation == "patients":
        return f"({load_sql(__file__, 'context_patients')})"
    table = relation.removesuffix("_usable")
    return f"({load_sql(__file__, f'context_{table}')})" if table in _WITH_CONTEXT else f"usable_{table}"


def _delivered(engine: Engine, table: str, nothing: Mapping[str, str]) -> str:
    """Make view `delivered_<table>`; return its name. Of a score what is told from its answers, without them."""
    name, candidates = f"delivered_{table}", f"candidate_{table}"
    if table != SCORES.name:
        engine.view(name, delivered_select(table, candidates))
        return name
    select = delivered_select(table, candidates, frozenset(ITEM_FIELDS) - nothing.keys(), _IN_DOUBT)
    told = _told_from_answers(engine)
    engine.view(name, f"SELECT * EXCLUDE ({', '.join(ITEM_FIELDS)}), {told} FROM ({select})")
    return name


def _told_from_answers(engine: Engine) -> str:
    """SQL of the columns that answers.py adds to a delivered score."""
    asked = engine.rows(
        "SELECT source_scale, safety.item, safety.positive_at "
        "FROM (SELECT source_scale, unnest(safety_items) AS safety FROM scoring_rules) ORDER BY ALL"
    )
    return ", ".join(f"{sql} AS {name}" for name, sql in added_columns(asked).items())


def _carried(relation: str, described: Collection[str]) -> list[str]:
    """Of the delivered records of a table, the columns that the softer rules name, in a predicate or in their context.

    Of any other relation those by which it is broken down and its rows are found again.
    """
    if relation not in TABLES:
        return [name for name in (*CARE_COLUMNS, *_PLACES.get(relation, _ROW)) if name in described]
    contexts = [load_sql(__file__, name) for name in _CONTEXTS]
    softer = [
        text
        for rule in BY_CODE.values()
        if rule.over in ("usable", "patients")
        for _, column in rule.applies
        for text in (*rule.predicates(column), column, *rule.among)
    ]
    named = frozenset().union(*map(names_in, (*contexts, *softer))) | {"state", "record_status", *_ROW}
    return [name for name in described if name in named]


def _usable_select(table: str, carried: Iterable[str]) -> str:
    """Records that no rule over delivered records quarantines, their set-aside values NULL; from the flags.

    set_aside: the columns of a record whose values a rule set aside, so that none is told as left empty too; of those
    that a rule asks about.
    """
    quarantining: list[str] = []
    blanking: dict[str, list[str]] = {}
    for rule, column in pairs(table, "delivered"):
        violated = f"{quoted(rule.flag_name(table, column))} IS NOT DISTINCT FROM 1"
        if rule.effect_on(column) == "quarantines":
            quarantining.append(violated)
        else:
            blanking.setdefault(column, []).append(violated)
    listed = ", ".join(
        f"CASE WHEN {' OR '.join(blanking[name])} THEN NULL ELSE {quoted(name)} END AS {quoted(name)}"
        if name in blanking
        else quoted(name)
        for name in carried
    )
    places = ", ".join(
        f"CASE WHEN {' OR '.join(violated)} THEN '{column}' END"
        for column, violated in blanking.items()
        if column in _asked_about(table)
    )
    set_aside = f"list_filter([{places}]::VARCHAR[], lambda place: place IS NOT NULL)" if places else "[]::VARCHAR[]"
    return (
        f"SELECT {listed}, {set_aside} AS set_aside FROM {quoted(f'evaluated_{table}')} WHERE state <> 'quarantined' "
        f"AND record_status IS DISTINCT FROM 'withdrawn' AND NOT ({' OR '.join(quarantining)})"
    )


def _asked_about(table: str) -> frozenset[str]:
    """The words of the softer rules of a table that tell a value set aside from one left empty."""
    texts = (rule.predicates(column)[0] for rule, column in pairs(table, "usable") if "set_aside" in rule.population)
    return frozenset(re.findall(r"\w+", " ".join(texts)))


def _with_columns(engine: Engine, relation: str | None, wanted: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    present: frozenset[str] = frozenset()
    if relation is not None:
        described = {str(name): str(kind) for name, kind, *_ in engine.rows(f"DESCRIBE {quoted(relation)}")}
        # A column without a value may have any type, of which there is no way to the one wanted.
        others = [name for name, kind in described.items() if wanted.get(name, kind) != kind]
        present = frozenset(described) - frozenset(others) | engine.filled(relation, others)
    listed = []
    for name, kind in wanted.items():
        default = defaults.get(name, "NULL")
        value = f"coalesce({quoted(name)}, {default})" if name in defaults else quoted(name)
        listed.append(f"CAST({value if name in present else default} AS {kind}) AS {quoted(name)}")
    source = f"FROM {quoted(relation)}" if relation is not None else "WHERE FALSE"
    return f"SELECT {', '.join(listed)} {source}"
