"""People better and people worse in a row of individual_change, whatever classes its method tells apart.

The combined method counts who recovered apart from who improved, and who was harmed apart from who deteriorated: beside
a method without these classes only the two together compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.outcomes.estimates import wilson
from reports import released_rows
from reports.released_rows import Row

# What is said -> the class of every method, and the one beside it in the combined method alone.
WAYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"better": ("improved", "recovered"), "worse": ("deteriorated", "harmed")}
)
_COMBINED = "combined"


def columns_of(name: str) -> tuple[str, ...]:
    """The columns of a share: count, percentage and the ends of its 95 % interval."""
    return (f"{name}_n", f"{name}_pct", f"{name}_ci_low", f"{name}_ci_high")


def both_ways(row: Row) -> dict[str, float | None]:
    """COLUMNS of the row: of combined the sum of two classes with its interval (Wilson), else the one class as it is.

    None where one of the classes is not shown.
    """
    return {column: value for way in WAYS for column, value in zip(columns_of(way), _figures(row, way), strict=True)}


def why_empty(row: Row) -> list[str]:
    """`column:reason` of each of COLUMNS that the row does not show."""
    return [
        f"{column}:{_reason(row, way, part)}"
        for way in WAYS
        for column, part, value in zip(columns_of(way), columns_of(""), _figures(row, way), strict=True)
        if value is None
    ]


COLUMNS = tuple(column for way in WAYS for column in columns_of(way))


def _classes(row: Row, way: str) -> tuple[str, ...]:
    return WAYS[way] if row["method"] == _COMBINED else WAYS[way][:1]


def _figures(row: Row, way: str) -> tuple[float | None, ...]:
    classes = _classes(row, way)
    if len(classes) == 1:
        return tuple(released_rows.number(row, column) for column in columns_of(classes[0]))
    counts, people = [released_rows.number(row, f"{name}_n") for name in classes], released_rows.number(row, "n")
    shown = [released_rows.number(row, f"{name}_pct") for name in classes]
    if not people or None in counts or None in shown:
        return (None,) * 4
    total = sum(count for count in counts if count is not None)
    low, high = wilson(total, people)
    return (total, 100 * total / people, 100 * float(low), 100 * float(high))


def _reason(row: Row, way: str, part: str) -> str:
    """Of the first thing that the figure is made of and the row does not show."""
    classes = _classes(row, way)
    parts = (part,) if len(classes) == 1 else ("_n", "_pct")
    needed = [f"{name}{each}" for name in classes for each in parts]
    return next((released_rows.why_empty(row, c) for c in needed if released_rows.number(row, c) is None), "no_data")
