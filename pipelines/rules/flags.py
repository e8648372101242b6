"""The rules that act on single records, as SQL: what intake quarantines and blanks, by the predicates GX judges by."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipelines.contract.fields import ITEM_FIELDS, answered_items
from pipelines.engine import load_sql, quoted
from pipelines.rules.catalogue import pairs
from pipelines.rules.rule import Rule

# What delivered_scores.sql adds to a record.
_ADDED = (
    "scale_known",
    "n_items",
    "total_minimum",
    "total_maximum",
    "total_step",
    "total_other_steps",
    "accepts_total",
    "needs_source",
    "has_other_form",
    "max_missing",
    "has_safety_items",
    "items_n",
    "has_answer_off_range",
    "has_answer_beyond_last",
    "safety_item_unanswered",
    "has_same_answers",
    "missing_n",
    "expected_total",
    "version_in_doubt",
)

_NONE = "CAST([] AS VARCHAR[])"


def delivered_select(
    table: str, relation: str, filled: Collection[str] = ITEM_FIELDS, version_in_doubt: str = "FALSE"
) -> str:
    """SELECT of the records of `relation` with what the rules over delivered records need.

    filled: columns that hold a value in any record. For scores it reads the relations `scale_limits` and
    `scoring_rules`; `version_in_doubt` is SQL over that record.
    """
    if table != "scores":
        return f"SELECT * FROM {quoted(relation)}"
    select = load_sql(__file__, "delivered_scores").replace("/* relation */", quoted(relation))
    for place, sql in _answers(answered_items(filled)).items():
        select = select.replace(f"/* {place} */", sql)
    return select.replace("/* version_in_doubt */", version_in_doubt)


def _answers(items: Sequence[str]) -> dict[str, str]:
    """The places of delivered_scores.sql that name each answer, as SQL over these item columns (from the first on)."""

    def each(sql: str, between: str, none: str) -> str:
        parts = (sql.format(item=item, n=number) for number, item in enumerate(items, start=1))
        return between.join(parts) or none

    listed = ", ".join(items)
    return {
        "items": listed,
        "limits of answers": each(", item_minimum[{n}] AS minimum_{n}, item_maximum[{n}] AS maximum_{n}", "", ""),
        "weights of answers": each(
            ", len(list_filter(numbers, lambda number: number = {n}))"
            " * CASE WHEN list_contains(reversed, {n}) THEN -1 ELSE 1 END AS weight_{n}"
            ", len(list_filter(safety_items, lambda safety: safety.item = {n})) AS safety_{n}",
            "",
            "",
        ),
        "answers given": each("({item} IS NOT NULL)::TINYINT", " + ", "0"),
        "answers off range": each(
            "{item} < minimum_{n} OR {item} > maximum_{n} OR (maximum_{n} IS NOT NULL AND {item} <> round({item}))",
            " OR ",
            "FALSE",
        ),
        "answers beyond the last item": each("({item} IS NOT NULL AND maximum_{n} IS NULL)", " OR ", "FALSE"),
        "lowest answer given": f"least({listed})" if items else "NULL",
        "highest answer given": f"greatest({listed})" if items else "NULL",
        "points answered": each("CASE WHEN {item} IS NULL THEN 0 ELSE abs(weight_{n}) END", " + ", "0"),
        "sum of answers": each("coalesce({item}, 0)", " + ", "0"),
        "sum of points": each("coalesce(weight_{n} * {item}, 0)", " + ", "0"),
        "safety items answered": f"({each('CASE WHEN {item} IS NULL THEN 0 ELSE safety_{n} END', ' + ', '0')})",
    }


def flag_select(table: str, relation: str, filled: Collection[str] = ITEM_FIELDS) -> str:
    """SELECT of `relation`.* plus quarantined_by, quarantined_at and blanked_by, for a relation of typed records.

    quarantined_by: sorted codes of the rules that quarantine the record; quarantined_at: the same as 'CODE:column',
    column '' = the whole record. blanked_by: sorted 'CODE:column' of its values that are set aside. For scores the
    relations `scale_limits` and `scoring_rules` must exist. No parameters. The conflict of keys within a file (KAP-V05)
    is not told here: it needs all records of the file. filled: columns that hold a value in any record.
    """
    listed = [(rule, column) for rule, column in pairs(table, "delivered") if rule.at_intake]
    quarantining = [pair for pair in listed if pair[0].effect_on(pair[1]) == "quarantines"]
    blanking = [pair for pair in listed if pair[0].effect_on(pair[1]) == "blanks"]
    records = [_when(rule, column, f"{rule.code}:{column}") for rule, column in quarantining]
    values = [_when(rule, column, f"{rule.code}:{column}") for rule, column in blanking]
    found = {f"found_{number}": case for number, case in enumerate((*records, *values), start=1)}
    names = list(found)
    added = (*_ADDED, *names) if table == "scores" else names
    flagged = (
        f"SELECT * EXCLUDE ({', '.join(added)}),\n"
        f"{_sorted(names[: len(records)])} AS quarantined_at,\n{_sorted(names[len(records) :])} AS blanked_by\n"
        f"FROM (SELECT *, {', '.join(f'{case} AS {name}' for name, case in found.items())}\n"
        f"FROM ({delivered_select(table, relation, filled)}))"
    )
    codes = "list_sort(list_distinct(list_transform(quarantined_at, lambda place: split_part(place, ':', 1))))"
    by = f"CASE WHEN len(quarantined_at) = 0 THEN {_NONE} ELSE {codes} END"
    columns = f"* EXCLUDE (quarantined_at, blanked_by), {by} AS quarantined_by, quarantined_at, blanked_by"
    return f"SELECT {columns} FROM ({flagged})"


def _when(rule: Rule, column: str, text: str) -> str:
    population, violation = rule.predicates(column)
    return f"CASE WHEN {population} AND ({violation}) THEN '{text}' END"


def _sorted(names: list[str]) -> str:
    """SQL of the sorted list of what these columns found; most records are clean and are spared the list functions."""
    listed = ", ".join(names)
    found = f"list_sort(list_distinct(CAST([{listed}] AS VARCHAR[])))"
    return f"CASE WHEN coalesce({listed}) IS NULL THEN {_NONE} ELSE {found} END" if names else _NONE
