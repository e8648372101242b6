"""Where a record was delivered, as one whole number, so that the first of many are found while they are counted."""

from __future__ import annotations

from collections.abc import Iterable

# Of each rule, table and column so many records are listed, the earliest deliveries first.
LISTED_MOST_N = 100
# More rows than any file has.
_ROWS_MOST_N = 1 << 40
# SQL of the place of a record: a later delivery, then a later row, has a higher one.
PLACE = f'receipt::BIGINT * {_ROWS_MOST_N} + "row_number"'


def first_places(place: str) -> str:
    """SQL of the first places of a group of records."""
    return f"min({place}, {LISTED_MOST_N})"


def first_of_all(places: str, condition: str) -> str:
    """SQL of the first places among those of several groups: of each, its own first ones are known."""
    listed = f"list({places}) FILTER (WHERE {condition} AND {places} IS NOT NULL)"
    return f"list_slice(list_sort(flatten({listed})), 1, {LISTED_MOST_N})"


def rows_at(places: Iterable[int] | None) -> list[tuple[int, int]]:
    """(receipt, row number) of places; a row of a file may hold several records and is told once."""
    return [divmod(place, _ROWS_MOST_N) for place in dict.fromkeys(places or ())]
