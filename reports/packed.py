"""Rows as small JSON: a column of codes as its levels and their places, a column of numbers as one line of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.released_rows import Row


def packed(rows: Sequence[Row], codes: Sequence[str], numbers: Sequence[str]) -> dict[str, Any]:
    """The rows by column. A number not shown is nothing between two commas, which a page of many silent cells needs."""
    return {
        "n": len(rows),
        "codes": {name: _levels([str(row.get(name) or "") for row in rows]) for name in codes},
        "numbers": {name: ",".join(_text(row.get(name)) for row in rows) for name in numbers},
    }


def _levels(values: Sequence[str]) -> dict[str, Any]:
    levels = {value: place for place, value in enumerate(sorted(set(values)))}
    return {"levels": list(levels), "places": ",".join(str(levels[value]) for value in values)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
