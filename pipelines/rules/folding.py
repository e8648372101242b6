"""Columns that hold nothing in a whole relation, written into the SQL of flags: DuckDB then computes nothing with them.

A delivery fills some of a table's columns, and few cells that cannot be read; a hundred flags ask about all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from pipelines.engine import Engine, quoted

# SQL of a list without a word.
NO_WORDS = "CAST([] AS VARCHAR[])"
# What intake notes of a record that it could not read as it stands; of most records it notes nothing.
NOTED: Mapping[str, str] = MappingProxyType(
    {"malformed": "FALSE", "damaged": NO_WORDS, "unknown": NO_WORDS, "quarantined_by": NO_WORDS}
)
NOTHING_NOTED = " AND ".join(
    f"NOT {name}" if nothing == "FALSE" else f"len({name}) = 0" for name, nothing in NOTED.items()
)
# A text stays what it is, whatever words are in it.
_COMMENT = re.compile(r"--.*")
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"\w+\"|\w+")


def nothing_in(engine: Engine, relation: str, unfilled: Collection[str] | None = None) -> dict[str, str]:
    """Column -> SQL of what it holds in every row of a relation: NULL, or no word, or FALSE.

    unfilled: the columns that hold nothing, where that is known (candidates.unfilled); else the rows are counted.
    """
    kinds = {str(name): str(kind) for name, kind, *_ in engine.rows(f"DESCRIBE {quoted(relation)}")}
    empty = kinds.keys() - engine.filled(relation, kinds) if unfilled is None else kinds.keys() & set(unfilled)
    return {name: NOTED.get(name, f"CAST(NULL AS {kind})") for name, kind in kinds.items() if name in empty}


def is_empty(nothing: Mapping[str, str]) -> bool:
    """Whether a relation in whose columns there is `nothing` has no record: every record has a receipt."""
    return "receipt" in nothing


def folded(sql: str, nothing: Mapping[str, str]) -> str:
    """An expression over a relation with what its columns hold in every row instead of them."""
    return _TOKEN.sub(lambda token: nothing.get(token[0].strip('"'), token[0]) if token[0][0] != "'" else token[0], sql)


def names_in(sql: str) -> frozenset[str]:
    """Every word of an expression or SELECT outside its texts and comments: the columns it reads are among them."""
    tokens = _TOKEN.findall(_COMMENT.sub("", sql))
    return frozenset(token.strip('"') for token in tokens if token[0] != "'")
