"""What `kap check` tells of a file before anything is stored: how each column was read, and the shapes of its texts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipelines.contract.table_choice import TableChoice
from pipelines.engine import Engine, load_sql, quoted
from pipelines.intake.spellings import nearest_words, word_columns

SHAPES_SHOWN = 5


@dataclass(frozen=True)
class ColumnCheck:
    """One contract column over the records of a file: read_n + damaged_n + unknown_n + empty_n = records that are rows.

    nearest_word: the word its unknown texts most resemble. shapes: the commonest texts with every letter as `a` and
    every digit as `d`, and how many have it; the texts themselves where values were asked for.
    """

    column: str
    kind: str
    unit: str | None
    read_n: int
    damaged_n: int
    unknown_n: int
    empty_n: int
    nearest_word: str | None
    shapes: tuple[tuple[str, int], ...]


def check(
    engine: Engine, choice: TableChoice, scales: Collection[str], show_values: bool = False
) -> tuple[ColumnCheck, ...]:
    """Each column the file fills, in contract order, from `records`, `spellings` and `typed_<table>`."""
    filled = {name for entry in choice.entries for name in entry}
    words = {field.name for field in word_columns(choice.table)}
    closest = nearest_words(engine, choice.table, scales) if words & filled else {}
    found = []
    for field in choice.table.fields:
        if field.name not in filled:
            continue
        counts = load_sql(__file__, "column_counts").replace("/* column */", quoted(field.name))
        counts = counts.replace("/* typed */", quoted(f"typed_{choice.table.name}"))
        read, damaged, unknown, empty = engine.rows(counts, column=field.name)[0]
        shapes = masked_shapes(engine, field.name, show_values=show_values)
        near = closest.get(field.name)
        found.append(
            ColumnCheck(
                field.name, field.kind, field.unit, read, damaged, unknown, empty, near.word if near else None, shapes
            )
        )
    return tuple(found)


def masked_shapes(
    engine: Engine, column: str, relation: str = "records", show_values: bool = False
) -> tuple[tuple[str, int], ...]:
    """The commonest shapes of a text column with their counts, commonest first; texts instead with `show_values`."""
    select = load_sql(__file__, "masked_shapes").replace("/* column */", quoted(column))
    select = select.replace("/* relation */", quoted(relation))
    rows = engine.rows(select, show_values=show_values, shown_n=SHAPES_SHOWN)
    return tuple((str(shape), int(n)) for shape, n in rows)
