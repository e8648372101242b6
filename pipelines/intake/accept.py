"""Records, still text, as typed records: what could be read, and which cells could not and why.

Reading is strict: a value is taken as it is written or named as damaged, never repaired. Limits and row rules are not
applied here; they come from `pipelines.rules` over the columns `damaged` and `unknown` made here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from pipelines.contract.fields import Field
from pipelines.contract.tables import DEFAULT_WORDS, Table
from pipelines.engine import Engine, load_sql, quoted
from pipelines.intake.records import NUMBER_PATTERN
from pipelines.intake.spellings import make_spellings, word_columns
from pipelines.rules.flags import flag_select
from pipelines.vocabulary import TOKEN_PATTERN

FlagSelect = Callable[[str, str, Collection[str]], str]

# `text` stands for the cell. Plus zero, so that -0 and 0 are one value when contents are compared.
_NUMBER = (
    # Most answers are one digit, and those need no pattern.
    "CASE WHEN strlen(text) = 1 AND text BETWEEN '0' AND '9' THEN CAST(text AS DOUBLE) "
    "WHEN regexp_full_match(text, $number_pattern) AND isfinite(TRY_CAST(text AS DOUBLE)) "
    "THEN TRY_CAST(text AS DOUBLE) + 0.0 END"
)
_READ_AS = {
    "token": "CASE WHEN regexp_full_match(text, $token_pattern) THEN text END",
    "number": _NUMBER,
    "integer": f"CASE WHEN {_NUMBER} = trunc({_NUMBER}) THEN TRY_CAST({_NUMBER} AS INTEGER) END",
    "boolean": "CASE WHEN lower(text) IN ('true', 'yes', 'y', '1') THEN true "
    "WHEN lower(text) IN ('false', 'no', 'n', '0') THEN false END",
}
_OTHER_CLINIC = "clinic_id IS NULL AND regexp_full_match(text_clinic_id, $token_pattern)"


def type_records(
    engine: Engine,
    table: Table,
    clinic_id: str,
    receipt: int,
    scales: Collection[str],
    flag_select: FlagSelect = flag_select,
    malformed: str | None = "source_malformed",
) -> str:
    """Make `typed_<table>` from `records` and the malformed rows; return its name.

    clinic_id: the inbox folder, for rows that name none; a row that names another has `clinic_id` under unknown.
    scales: ids of the instrument catalogue (`Catalogue.delivered_ids`).
    flag_select: a SELECT that adds quarantined_by and blanked_by to a relation; for scores the rules read relations
    of the instrument catalogue (`Catalogue.define_in`).
    """
    make_spellings(engine, table, scales)
    name, read = f"typed_{table.name}", f"read_{table.name}"
    filled = engine.filled("records", table.columns)
    read_as = {field.name: _read(field, field.name in filled) for field in table.fields}
    # In one statement: the records as read, without their flags, are never held.
    flagged = flag_select(table.name, read, filled)
    select = f"WITH {quoted(read)} AS ({_typed_select(table, read_as, filled, malformed)}) {flagged}"
    bound = {
        "clinic_id": clinic_id,
        "receipt": receipt,
        "token_pattern": TOKEN_PATTERN,
        "number_pattern": NUMBER_PATTERN,
    }
    empty = [column for column, sql in read_as.items() if sql is None]
    engine.hold(name, select, empty, **{key: value for key, value in bound.items() if f"${key}" in select})
    return name


def _typed_select(
    table: Table, read_as: Mapping[str, str | None], filled: frozenset[str], malformed: str | None
) -> str:
    words = {field.name for field in word_columns(table)} & filled
    joins = [
        f"LEFT JOIN spellings AS {quoted('word_' + name)} ON {quoted('word_' + name)}.column_name = '{name}' "
        f"AND {quoted('word_' + name)}.text = records.{quoted(name)}"
        for name in sorted(words)
    ]
    unknown = {name: _unread(name) for name in words} | ({"clinic_id": _OTHER_CLINIC} if "clinic_id" in filled else {})
    parts = {
        "typed": ",\n    ".join(
            f"{read_as[field.name] or _nothing(field)} AS {quoted(field.name)}" for field in table.fields
        ),
        "damaged": _names({name: _unread(name) for name in filled if name not in words}),
        "unknown": _names(unknown),
        "joins": "\n    ".join(joins),
        "columns": ", ".join(quoted(field.name) for field in table.fields),
        "texts": "".join(f"records.{quoted(name)} AS {quoted('text_' + name)},\n    " for name in sorted(filled)),
        "unread": ", ".join(f"{_nothing(field)} AS {quoted(field.name)}" for field in table.fields),
        "malformed": quoted(malformed) if malformed else "(SELECT CAST(NULL AS BIGINT) AS row_number LIMIT 0)",
    }
    select = load_sql(__file__, "typed")
    for mark, text in parts.items():
        select = select.replace(f"/* {mark} */", text)
    return select


def _nothing(field: Field) -> str:
    return f"CAST(NULL AS {field.sql_type})"


def _read(field: Field, is_filled: bool) -> str | None:
    """SQL of one typed column: NULL when empty, damaged or unknown; None when nothing is in it, not even a default."""
    text = f"records.{quoted(field.name)}"
    word = quoted("word_" + field.name)
    default = DEFAULT_WORDS.get(field.name)
    if field.name == "clinic_id":
        # The folder's name is the only word this column may hold; another clinic's is listed as unknown.
        return f"CASE WHEN coalesce({text}, $clinic_id) = $clinic_id THEN $clinic_id END"
    if not is_filled:
        return default and f"'{default}'"
    if field.kind == "codes":
        return f"{word}.words"
    if field.kind in ("code", "scale"):
        given = f"{word}.words[1]"
        return f"CASE WHEN {text} IS NULL THEN '{default}' ELSE {given} END" if default else given
    return _reading(field.kind, text)


def _reading(kind: str, text: str) -> str:
    return re.sub(r"\btext\b", lambda _: text, _READ_AS[kind])


def _unread(column: str) -> str:
    """SQL: the cell holds something, and it could not be read."""
    if column == "clinic_id":
        return "text_clinic_id IS NOT NULL AND NOT regexp_full_match(text_clinic_id, $token_pattern)"
    return f"{quoted('text_' + column)} IS NOT NULL AND {quoted(column)} IS NULL"


def _names(conditions: dict[str, str]) -> str:
    """SQL of the sorted list of the columns whose condition holds; most records are clean and are spared the list."""
    if not conditions:
        return "[]"
    cases = ", ".join(f"CASE WHEN {conditions[name]} THEN '{name}' END" for name in sorted(conditions))
    return (
        f"CASE WHEN coalesce({cases}, NULL) IS NULL THEN [] "
        f"ELSE list_filter([{cases}], lambda name: name IS NOT NULL) END"
    )
