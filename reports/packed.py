"""Rows as small JSON: a column of codes as its levels and their places, a column of numbers as one line of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from reports import figures
from reports.released_rows import Row

_BY_NAME: Mapping[str, str] = MappingProxyType({})
# Decimals carried, two where nothing is said.
_DECIMALS = {"effect": 3, "per_100": 3}
EFFECTS = ("effect_size", "effect_size_ci_low", "effect_size_ci_high")


def packed(
    rows: Sequence[Row], codes: Sequence[str], numbers: Sequence[str], reads: Mapping[str, str] = _BY_NAME
) -> dict[str, Any]:
    """The rows by column. A number not shown is nothing between two commas, which a page of many silent cells needs.

    reads: number -> the format (`figures.FORMATS`) that it is read in, where its name does not tell.
    """
    return {
        "n": len(rows),
        "codes": {name: _levels([str(row.get(name) or "") for row in rows]) for name in codes},
        "numbers": {
            name: ",".join(_text(reads.get(name) or _read(name), row.get(name)) for row in rows) for name in numbers
        },
    }


def _levels(values: Sequence[str]) -> dict[str, Any]:
    levels = {value: place for place, value in enumerate(sorted(set(values)))}
    return {"levels": list(levels), "places": ",".join(str(levels[value]) for value in values)}


# A page of a clinic reads the numbers that the network's page read, and 0 stands in every column.
@lru_cache(maxsize=2**18)
def _text(read: str, value: float | None) -> str:
    if value is None:
        return ""
    if float(value).is_integer():
        return str(int(value))
    return carried(float(value), _DECIMALS.get(read, 2), figures.FORMATS[read])


def _read(name: str) -> str:
    """The format of a number by its name."""
    if name.endswith("_pct") or "_pct_" in name or (name.endswith(("_ci_low", "_ci_high")) and _of_a_rate(name)):
        return "share"
    return "effect" if name in EFFECTS else "mean"


def _of_a_rate(name: str) -> bool:
    return not name.startswith(("change_", "effect_size_", "ci_"))


def carried(value: float, decimals: int, read: Callable[[float], str]) -> str:
    """The number with so many decimals, such that it still reads as the number itself does: 17.499999 becomes 17.49
    and not 17.50, which would read as 18."""
    short = figures.rounded(value, decimals)
    if read(float(short)) != read(value):
        step = Decimal(1).scaleb(-decimals)
        short += step if short < Decimal(repr(value)) else -step
    return format(short.normalize(), "f")
