"""A figure that others have printed, and what the product makes of the same data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from pipelines.outcomes.estimates import DECIMALS

# later: no function of this version computes it. not_present: its data file is not there.
State = Literal["agrees", "differs", "not_present", "later"]
# A figure as the product has it: a number, or a word such as `refused`.
Computed = float | str


@dataclass(frozen=True)
class Expected:
    """One entry of the files beside this module: what was printed, and by which calculation the product makes it.

    published: each figure as printed, so that its digits say how exact it is. sample: id of the data it is made from,
    empty where the entry gives all that is needed. calculation: empty = not in this version. short: the figures in a
    few words for the foot of a page, with the place {published}; empty for those that do not stand there.
    """

    id: str
    what: str
    published: tuple[str, ...]
    source: str
    source_status: str
    calculation: str = ""
    given: Mapping[str, Any] | None = None
    sample: str = ""
    short: str = ""


@dataclass(frozen=True)
class Check:
    """An expected figure beside the computed one. computed: empty where state is not_present or later."""

    expected: Expected
    computed: tuple[Computed, ...]
    state: State


def checked(expected: Expected, computed: Iterable[Computed]) -> Check:
    """Compare at the digits that were printed, halves away from zero."""
    found = tuple(computed)
    same = len(found) == len(expected.published) and all(
        agrees(printed, value) for printed, value in zip(expected.published, found, strict=True)
    )
    return Check(expected, found, "agrees" if same else "differs")


def agrees(printed: str, computed: Computed) -> bool:
    """Whether the computed figure, at the digits of the printed one, is the printed one."""
    if isinstance(computed, str):
        return printed == computed
    return math.isfinite(computed) and at_digits_of(printed, computed) == Decimal(printed)


def at_digits_of(printed: str, computed: float) -> Decimal:
    """The computed figure with as many decimals as the printed one; it is rounded to 6 decimals first."""
    exact = Decimal(repr(computed)).quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)
    decimals_n = len(printed.partition(".")[2])
    return exact.quantize(Decimal(1).scaleb(-decimals_n), ROUND_HALF_UP)


def agreed_of(checks: Iterable[Check]) -> tuple[int, int]:
    """How many agree, of how many that could be computed."""
    states = [check.state for check in checks if check.state in ("agrees", "differs")]
    return states.count("agrees"), len(states)
