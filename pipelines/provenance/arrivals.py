"""When each clinic last delivered, and whether its next delivery is late: from receipts alone, never from the clock.

Days are those of `received_at`, in UTC. They are counted to the newest delivery of the network, so that the same record
gives the same words on any day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from pipelines.contract.tables import WITHDRAWALS
from pipelines.intake.receipts import Receipt

# A row about whatever the clinic delivered.
ANY_TABLE = "any"
# From so many delivery days on a clinic has a usual interval, and so many times that interval is late.
USUAL_FROM_N, LATE_FACTOR = 3, 2

# What `late_after_days` rests on; or why there is none: too few deliveries, nobody else to count the days to, a table
# that only comes when somebody withdraws.
Basis = Literal["target", "usual", "few", "alone", "as_needed"]


@dataclass(frozen=True)
class Arrival:
    """What came last of one table of one clinic, or of any (ANY_TABLE).

    days_before_newest: to the newest delivery of the network. delivery_days_n: days on which it delivered.
    usual_days: median days between two of them, None of fewer than USUAL_FROM_N. late_after_days: None where lateness
    cannot be said, and `basis` says why.
    """

    clinic_id: str
    table: str
    last_on: date
    days_before_newest: int
    delivery_days_n: int
    usual_days: float | None
    late_after_days: float | None
    basis: Basis

    @property
    def newest_on(self) -> date:
        """The day of the newest delivery of the network."""
        return self.last_on + timedelta(days=self.days_before_newest)

    @property
    def is_late(self) -> bool | None:
        """Whether it is longer ago than it may be; None where that cannot be said."""
        return None if self.late_after_days is None else self.days_before_newest > self.late_after_days


def arrivals(receipts: Iterable[Receipt], delivery_days: Mapping[str, float]) -> list[Arrival]:
    """For each clinic a row of ANY_TABLE, then one per table it delivered, by name. Reference samples are left out.

    ANY_TABLE is of all but withdrawals, which come when somebody withdraws. delivery_days: the target of each clinic
    that has one; it is about ANY_TABLE.
    """
    came: dict[tuple[str, str], set[date]] = {}
    for receipt in receipts:
        if not receipt.is_reference:
            for table in {receipt.table, receipt.table if receipt.table == WITHDRAWALS.name else ANY_TABLE}:
                came.setdefault((receipt.clinic_id, table), set()).add(received_on(receipt))
    alone = len({clinic_id for clinic_id, _ in came}) == 1
    newest = max((day for days in came.values() for day in days), default=date.min)
    ordered = sorted(came, key=lambda place: (place[0], place[1] != ANY_TABLE, place[1]))
    return [
        _arrival(clinic_id, table, sorted(came[clinic_id, table]), newest, delivery_days.get(clinic_id), alone)
        for clinic_id, table in ordered
    ]


def received_on(receipt: Receipt) -> date:
    """The day on which it came, in UTC."""
    return date.fromisoformat(receipt.received_at[:10])


def _arrival(clinic_id: str, table: str, days: list[date], newest: date, target: float | None, alone: bool) -> Arrival:
    gaps = [(after - before).days for before, after in pairwise(days)]
    usual = float(median(gaps)) if len(days) >= USUAL_FROM_N else None
    late_after, basis = _late_after(table, usual, target, alone)
    return Arrival(clinic_id, table, days[-1], (newest - days[-1]).days, len(days), usual, late_after, basis)


def _late_after(table: str, usual: float | None, target: float | None, alone: bool) -> tuple[float | None, Basis]:
    if table == WITHDRAWALS.name:
        return None, "as_needed"
    if table == ANY_TABLE and alone:
        # Its own newest delivery is the network's newest: it would never be late.
        return None, "alone"
    if table == ANY_TABLE and target is not None:
        return target, "target"
    return (None, "few") if usual is None else (LATE_FACTOR * usual, "usual")
