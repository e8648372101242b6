"""Numbers rounded for reading: never NaN, None, -0 or an exponent. Rounding is half away from zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

MINUS = "\u2212"


def rounded(value: float, decimals: int) -> Decimal:
    """`value` at so many decimals, half away from zero, and never a negative zero."""
    result = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def count(value: float) -> str:
    """11204 -> 11,204"""
    return f"{rounded(value, 0):,}".replace("-", MINUS)


def share(value: float) -> str:
    """A percentage 0 to 100 as whole people of 100; what is not none or all never reads as 0 or 100."""
    if 0 < value < 0.5:
        return "under 1"
    if 99.5 <= value < 100:
        return "over 99"
    return str(rounded(value, 0))


def share_brief(value: float) -> str:
    """The same in few letters: 0.2 -> <1, 99.7 -> >99"""
    return share(value).replace("under ", "<").replace("over ", ">")


def mean(value: float) -> str:
    """A mean, standard deviation or change at one decimal: -7.25 -> \u22127.3"""
    return f"{rounded(value, 1):,}".replace("-", MINUS)


def effect(value: float) -> str:
    """A standardised change at two decimals."""
    return f"{rounded(value, 2):,}".replace("-", MINUS)


def amount(value: float) -> str:
    """A median of whole readings, as minutes are: 30 -> 30, 32.5 -> 32.5"""
    return count(value) if rounded(value, 1) == rounded(value, 0) else mean(value)


def per_100(value: float) -> str:
    """Events per 100 sessions: 22.607 -> 22.6, 0.1116 -> 0.11; what happened never reads as 0."""
    if 0 < value < 0.005:
        return "under 0.01"
    return amount(value) if value == 0 or rounded(value, 2) >= 1 else str(rounded(value, 2))


def hours(value: float) -> str:
    """Minutes as hours: 3060 -> 51"""
    return amount(float(rounded(value / 60, 1)))


FORMATS: Mapping[str, Callable[[float], str]] = MappingProxyType(
    {
        "count": count,
        "share": share,
        "share_brief": share_brief,
        "mean": mean,
        "effect": effect,
        "amount": amount,
        "per_100": per_100,
        "hours": hours,
    }
)


def plot(value: float | None, decimals: int = 1) -> float | None:
    """A number as a chart may hold it: rounded for reading, None when not shown."""
    return None if value is None else float(rounded(value, decimals))
