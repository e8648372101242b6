"""From a clinic's candidate records to the relations that Great Expectations judges: flags, and how many have them.

One scan per table tells the flag of every rule over delivered records, one more that of the softer rules over those
that stay usable. Records that are alike in every flag, route and condition are one row with their number: a million
records have a few hundred such rows. What of it Great Expectations reads: judgements.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from pipelines.contract.fields import ITEM_FIELDS
from pipelines.contract.tables import SCORES, TABLES
from pipelines.engine import Engine, load_sql, quoted
from pipelines.rules.answers import added_columns
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.drift import drift_select
from pipelines.rules.flags import delivered_select
from pipelines.rules.folding import NOTED, NOTHING_NOTED, folded, is_empty, names_in, nothing_in
from pipelines.rules.places import first_places
from pipelines.rules.rule import Rule
from pipelines.rules.usable import WITH_CONTEXT, make_usable, nothing_in_usable, number_patients
from pipelines.rules.version_guards import told_select

# Once the delivered records of this table are evaluated, the usable records of every table are known.
_FIRST_DELIVERED, *_, _LAST_DELIVERED = tuple(TABLES)
# By what a failing rule is broken down, where the relation says it (breakdown.py).
CARE_COLUMNS = ("care_route", "care_condition")
# Tables in which a patient's first record is known (context_patients.sql).
_PLACED = ("sessions", "scores", "courses", "contacts")
# Where the rows of what is no record come from, for the list of those that fail (flagged_rows.py).
_ABOUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"guards": ("receipt",), "deliveries": ("receipt",), "drift": ("table_name", "measured")}
)
_IN_DOUBT = (
    "EXISTS (SELECT 1 FROM doubtful_versions AS doubtful "
    "WHERE doubtful.receipt = limited.receipt AND doubtful.scale = limited.scale)"
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


def is_of_records(relation: str) -> bool:
    """Whether an evaluated relation is of records or patients, which are many and counted by their flags."""
    return relation not in _ABOUT


def records_of(relation: str) -> str:
    """Name of the records of an evaluated relation, as delivered or as they stay usable."""
    return f"delivered_{relation}" if relation in TABLES else f"usable_{relation.removesuffix('_usable')}"


def evaluate(engine: Engine, relation: str, unfilled: Collection[str] | None = None) -> str:
    """Make `evaluated_<relation>`; return its name. In the order of `relations()`, after `candidates.prepare`.

    Of records and patients one row per combination of the flags of every rule and column, with route and condition
    where the relation says them: records_n, how many have it, and of usable ones the first places (`places_<table>`).
    Of anything else one row each, records_n 1, with the values that rules are judged by. Of a delivered table it makes
    `usable_<table>` too; unfilled: its columns that hold nothing, where that is known (candidates.unfilled). Needs the
    catalogue's scale_limits, scoring_rules and scale_definitions.

    Raises:
        EngineError: a relation it is made from cannot be read.
    """
    if relation in TABLES:
        _evaluate_delivered(engine, relation, unfilled)
    elif is_of_records(relation):
        _evaluate_softer(engine, relation)
    else:
        _evaluate_singly(engine, relation)
    if relation == _LAST_DELIVERED:
        engine.materialise("patient_care", load_sql(__file__, "patient_care"))
    if relation == "guards":
        # What stops a delivery leaves its totals in doubt: no other rule speaks of them.
        engine.materialise("told_versions", told_select("guarded_totals"))
        engine.materialise("doubtful_versions", "SELECT receipt, scale FROM told_versions WHERE refuses")
    return f"evaluated_{relation}"


def _evaluate_delivered(engine: Engine, table: str, unfilled: Collection[str] | None) -> None:
    """Count the flags of single records, of most of which intake noted nothing; make the usable ones."""
    if table == _FIRST_DELIVERED:
        number_patients(engine)
    nothing = nothing_in(engine, f"candidate_{table}", unfilled)
    source = _delivered(engine, table, nothing)
    described = _described(engine, quoted(source))
    if is_empty(nothing):
        _count_nothing(engine, table)
        make_usable(engine, table, {"FALSE": nothing}, described, set())
        return
    parts = _parts(engine, table, nothing)
    told = [{name: folded(sql, held) for name, sql in _flags(table).items()} for held in parts.values()]
    asked = list(dict.fromkeys(name for each in told for name in _resting_on(each, described)))
    selects = [
        f"SELECT {_listed(each, asked)} FROM {quoted(source)} WHERE {condition}"
        for each, condition in zip(told, parts, strict=True)
    ]
    _count(engine, table, told[0], asked, " UNION ALL ".join(selects))
    violated = {flag for flag, (_, violated_n) in flag_counts(engine, table).items() if violated_n}
    make_usable(engine, table, parts, described, violated)


def _parts(engine: Engine, table: str, nothing: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Which of the delivered records -> what columns hold in all of them: of most of them intake noted nothing."""
    clean = {**nothing, **NOTED}
    if clean == nothing:
        return {"TRUE": clean}
    if not engine.value(f"SELECT count(*) FROM {quoted(f'candidate_{table}')} WHERE NOT ({NOTHING_NOTED})"):
        return {"TRUE": clean}
    return {NOTHING_NOTED: clean, f"NOT ({NOTHING_NOTED})": dict(nothing)}


def _evaluate_softer(engine: Engine, relation: str) -> None:
    """Count the flags of usable records, or of patients."""
    table = relation.removesuffix("_usable")
    if relation != table and not engine.value(f"SELECT count(*) FROM {quoted(f'held_usable_{table}')}"):
        # Nothing is looked up in other tables for no record.
        _count_nothing(engine, relation)
        return
    nothing = nothing_in_usable(engine, table) if relation != table else {}
    source = _source(engine, relation)
    described = _described(engine, source)
    told = {name: folded(sql, nothing) for name, sql in _flags(relation).items()}
    asked = _resting_on(told, described)
    places = {table: "place"} if "place" in described else {each: f"{each}_place" for each in _PLACED}
    by = [name for name in CARE_COLUMNS if name in described]
    read = ", ".join((_listed(told, asked), *by, *places.values()))
    firsts = {f"places_{of}": first_places(place) for of, place in places.items()}
    _count(engine, relation, told, asked, f"SELECT {read} FROM {source}", by, firsts)


def _count_nothing(engine: Engine, relation: str) -> None:
    """Make `evaluated_<relation>` of no record: a flag that is not there has no population."""
    first = quoted(next(iter(_flags(relation))))
    engine.materialise(f"evaluated_{relation}", f"SELECT NULL::TINYINT AS {first}, 0::BIGINT AS records_n WHERE FALSE")


def _evaluate_singly(engine: Engine, relation: str) -> None:
    """Make the flags, and the values judged, of what is no record: there are few."""
    source = _source(engine, relation)
    described = _described(engine, source)
    columns = _flags(relation) | {"records_n": "1::BIGINT"}
    for rule, _, column in judged_pairs(relation):
        if rule.expected != "flag":
            columns |= {value_name(relation, name): quoted(name) for name in (column, *rule.among)}
    columns |= {name: quoted(name) for name in _ABOUT[relation] if name in described}
    engine.materialise(f"evaluated_{relation}", f"SELECT {_listed(columns, columns)} FROM {source}")


def _count(
    engine: Engine,
    relation: str,
    flags: Mapping[str, str],
    asked: Collection[str],
    select: str,
    by: Iterable[str] = (),
    firsts: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Make `evaluated_<relation>`: records of `select` counted by the flags asked about; the others are constants."""
    keys = ", ".join(quoted(name) for name in (*asked, *by))
    counts = _listed({"records_n": "count(*)"} | dict(firsts), ("records_n", *firsts))
    counted = f"SELECT {keys}, {counts} FROM ({select}) GROUP BY {keys}"
    constants = "".join(f", ({sql})::TINYINT AS {quoted(name)}" for name, sql in flags.items() if name not in asked)
    engine.materialise(f"evaluated_{relation}", f"SELECT *{constants} FROM ({counted})")


def flag_counts(engine: Engine, relation: str) -> dict[str, tuple[int, int]]:
    """Flag -> records in its population, and those that violate it; without the flags that have no population."""
    rows = engine.rows(
        "SELECT flag, sum(records_n)::BIGINT, coalesce(sum(records_n) FILTER (violated = 1), 0)::BIGINT "
        f"FROM (SELECT records_n, COLUMNS('^kap_') FROM {quoted(f'evaluated_{relation}')}) "
        "UNPIVOT (violated FOR flag IN (COLUMNS(* EXCLUDE (records_n)))) GROUP BY flag"
    )
    return {flag: (population_n, violated_n) for flag, population_n, violated_n in rows}


def _flags(relation: str) -> dict[str, str]:
    """Name -> SQL of the flag of every rule and column judged on a relation."""
    return {
        rule.flag_name(table, column): _repeated(table, (column, *rule.among))
        if rule.expected == "unique"
        else rule.flag_sql(column)
        for rule, table, column in judged_pairs(relation)
    }


def _repeated(table: str, columns: Iterable[str]) -> str:
    """SQL of the flag of values that no other usable record may have: a window would carry whole records."""
    names = [quoted(column) for column in columns]
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    listed = ", ".join(names)
    repeated = f"SELECT {listed} FROM usable_{table} WHERE {filled} GROUP BY ALL HAVING count(*) > 1"
    return f"CASE WHEN {filled} THEN CASE WHEN ({listed}) IN ({repeated}) THEN 1 ELSE 0 END END::TINYINT"


def _resting_on(columns: Mapping[str, str], described: Collection[str]) -> list[str]:
    """Those of the columns that name any of a relation: the others are the same for every record. At least one."""
    return [name for name, sql in columns.items() if not names_in(sql).isdisjoint(described)] or list(columns)[:1]


def _described(engine: Engine, source: str) -> dict[str, str]:
    """Column -> type of a relation."""
    return {str(name): str(kind) for name, kind, *_ in engine.rows(f"DESCRIBE SELECT * FROM {source}")}


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
    return f"({load_sql(__file__, f'context_{table}')})" if table in WITH_CONTEXT else f"usable_{table}"


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
