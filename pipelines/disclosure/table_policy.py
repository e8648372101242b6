"""What a table declares of itself: its key, its figures, and which of them stand or fall with which denominator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NOT_DEFINED, NO_DATA = "not_defined", "no_data"

Kind = Literal["rate", "moment"]


@dataclass(frozen=True)
class Statistic:
    """Columns that stand or fall with one denominator.

    columns: the statistic and its interval; numerators: counts that are withheld with it; kind: a `moment` (mean, SD,
    effect size) needs `smallest_group_moments_n` in the denominator, a `rate` `smallest_group_n`.
    against: a key column and the value of it whose row shows the same statistic of the same people, but for those of
    the denominator: the two rows differ by them alone. That row does not hang on them, nor does one that has none.
    """

    denominator: str
    columns: tuple[str, ...] = ()
    numerators: tuple[str, ...] = ()
    kind: Kind = "rate"
    against: tuple[str, str] | None = None


@dataclass(frozen=True)
class TablePolicy:
    """What one table holds. `figures` are its numbers in order; `guard` is the count that empties a whole row.

    The order of `statistics` matters: a count withheld by one is, as the denominator of a later one, small too; and
    why a column is empty is told by the last statistic that lists it. `remaining` is the reason of any other empty
    figure. `analysed` is the count that the evidence rests on.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    figures: tuple[str, ...]
    statistics: tuple[Statistic, ...] = ()
    guard: str | None = None
    remaining: str = NOT_DEFINED
    analysed: str = "n_analysed"
