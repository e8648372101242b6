"""Which word each delivered text is: a small relation made from the distinct texts of a file's word columns.

`vocabulary.fold` is the one definition of "the same spelling", and DuckDB has no NFKC; so it is applied once to each
distinct text (never to each row) and the rows meet the result in a join.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from pipelines.contract.fields import Field
from pipelines.contract.nearest import nearest
from pipelines.contract.tables import Table
from pipelines.engine import Engine, quoted
from pipelines.vocabulary import VOCABULARIES, fold

# No accepted spelling is a third as long; a longer text is outside every list, and is not folded.
LONGEST_WORD = 100
# Unknown texts compared with the list, commonest first: enough to name a word, never slow.
TRIED_TEXTS = 20


def word_columns(table: Table) -> tuple[Field, ...]:
    """Columns of a table that hold a word or a list of words."""
    return tuple(field for field in table.fields if field.kind in ("code", "codes", "scale"))


def accepted_spellings(field: Field, scales: Collection[str]) -> dict[str, str]:
    """Folded spelling -> word, for a column of words."""
    if field.kind == "scale":
        return {fold(scale): scale for scale in scales}
    return VOCABULARIES[field.vocabulary or ""].spellings()


def make_spellings(engine: Engine, table: Table, scales: Collection[str], records: str = "records") -> None:
    """Make table `spellings(column_name, text, words VARCHAR[])`: a row per column and distinct text that is known.

    A plain word is a list of one. A list with one unknown word is left out whole.
    """
    found: list[tuple[str, str, list[str]]] = []
    for field in word_columns(table):
        spellings = accepted_spellings(field, scales)
        for text in _distinct(engine, field.name, records):
            words = _words(field, text, spellings)
            if words is not None:
                found.append((field.name, text, words))
    frame = pd.DataFrame(found, columns=["column_name", "text", "words"])
    engine.define("spellings_read", frame.astype({"column_name": "str", "text": "str"}))
    engine.materialise(
        "spellings",
        "SELECT CAST(column_name AS VARCHAR) AS column_name, CAST(text AS VARCHAR) AS text,"
        " CAST(words AS VARCHAR[]) AS words FROM spellings_read",
    )


@dataclass(frozen=True)
class Near:
    """What unknown texts of a column may mean. word: of the contract's, None = of none.

    other: a known word of the same kind that the contract does not take (a closed list holds it, so it may be shown).
    """

    word: str | None
    other: str | None = None


def nearest_words(engine: Engine, table: Table, scales: Collection[str], records: str = "records") -> dict[str, Near]:
    """Column -> the word its unknown texts most resemble, the commonest text first. Words only, never a text.

    Reads `spellings` as `make_spellings` left it for these records.
    """
    found: dict[str, Near] = {}
    for field in word_columns(table):
        spellings = accepted_spellings(field, scales)
        counted = engine.rows(
            f"SELECT {quoted(field.name)}, count(*) FROM {quoted(records)} AS records"
            f" ANTI JOIN spellings ON spellings.column_name = $column AND spellings.text = records.{quoted(field.name)}"
            f" WHERE length({quoted(field.name)}) <= $longest GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TRIED_TEXTS}",
            column=field.name,
            longest=LONGEST_WORD,
        )
        for text, _ in counted:
            pieces = [piece for piece in _pieces(field, str(text)) if fold(piece) not in spellings]
            near = next((near for piece in pieces if (near := _nearest(field, piece, spellings))), None)
            if near is not None:
                found[field.name] = near
                break
    return found


def _distinct(engine: Engine, column: str, records: str) -> list[str]:
    rows = engine.rows(
        f"SELECT DISTINCT {quoted(column)} FROM {quoted(records)} WHERE {quoted(column)} IS NOT NULL"
        f" AND length({quoted(column)}) <= $longest",
        longest=LONGEST_WORD,
    )
    return sorted(str(row[0]) for row in rows)


def _pieces(field: Field, text: str) -> list[str]:
    pieces = text.split(";") if field.kind == "codes" else [text]
    return [piece for piece in pieces if piece.strip()]


def _words(field: Field, text: str, spellings: Mapping[str, str]) -> list[str] | None:
    words = [spellings.get(fold(piece)) for piece in _pieces(field, text)]
    known = [word for word in words if word is not None]
    return list(dict.fromkeys(known)) if len(known) == len(words) else None


def _nearest(field: Field, text: str, spellings: Mapping[str, str]) -> Near | None:
    vocabulary = VOCABULARIES.get(field.vocabulary or "")
    if vocabulary is not None and fold(text) in vocabulary.others:
        return Near(None, fold(text))
    close = nearest(text, spellings)
    return Near(spellings[close]) if close else None
