"""When each clinic last delivered: days between receipts, the usual interval, lateness; all worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.intake.receipts import Receipt
from pipelines.provenance.arrivals import ANY_TABLE, Arrival, arrivals


def receipt(clinic_id: str, table: str, day: str, context: str = "clinic", hour: str = "10") -> Receipt:
    return Receipt(
        1, f"{day}T{hour}:00:00+00:00", clinic_id, table, context, f"{table}.csv", "csv", "0" * 64, 1, 1, 0, 0, 1, 0,
        False, None, "0" * 64, "1.0", "0.1.0", "kap-outcomes@1", "identifiers@1",
    )  # fmt: skip


# Alder: 5 January, 4 February, 8 March 2026 are 30 and 32 days apart, so usually 31, and late after 62.
ALDER = [receipt("alder", "scores", f"2026-{day}") for day in ("01-05", "02-04", "03-08")]
# Birch is the newest, on 20 May: 31 - 8 + 30 + 20 = 73 days after 8 March.
BIRCH = [receipt("birch", "sessions", "2026-05-20")]


def found(clinic_id: str, table: str, *given: Receipt, **targets: float) -> Arrival:
    (one,) = [at for at in arrivals(given, targets) if (at.clinic_id, at.table) == (clinic_id, table)]
    return one


def test_days_are_counted_to_the_newest_delivery_of_the_network_and_late_is_over_twice_the_usual_interval() -> None:
    alder = found("alder", "scores", *ALDER, *BIRCH)
    assert alder == Arrival("alder", "scores", date(2026, 3, 8), 73, 3, 31, 62, "usual")
    assert alder.is_late is True
    assert alder.newest_on == date(2026, 5, 20)
    # 62 days after 8 March is 9 May: as long as it may be is in time, a day more is late.
    assert found("alder", "scores", *ALDER, receipt("birch", "sessions", "2026-05-09")).is_late is False
    assert found("alder", "scores", *ALDER, receipt("birch", "sessions", "2026-05-10")).is_late is True


def test_the_usual_interval_is_a_median_of_days_and_two_files_of_one_day_are_one_delivery_day() -> None:
    more = [receipt("alder", "scores", "2026-03-08", hour="23"), receipt("alder", "scores", "2026-03-09")]
    # 30, 32 and 1 days apart: the median is 30.
    assert found("alder", "scores", *ALDER, *more, *BIRCH).usual_days == 30
    assert found("alder", "scores", *ALDER, *more, *BIRCH).delivery_days_n == 4
    # 30, 32, 1 and 2 days apart: halfway between 2 and 30.
    assert found("alder", "scores", *ALDER, *more, receipt("alder", "scores", "2026-03-11"), *BIRCH).usual_days == 16


def test_the_clinics_target_goes_first_and_is_about_its_deliveries_of_any_table() -> None:
    every = (*ALDER, receipt("alder", "sessions", "2026-04-30"), *BIRCH)
    # 30 April is 20 days before 20 May.
    assert found("alder", ANY_TABLE, *every, alder=20).is_late is False
    assert found("alder", ANY_TABLE, *every, alder=19).is_late is True
    assert found("alder", ANY_TABLE, *every, alder=19).basis == "target"
    assert found("alder", "scores", *every, alder=19).basis == "usual"


@pytest.mark.parametrize(
    ("given", "table", "basis"),
    [
        ((*ALDER[:2], *BIRCH), "scores", "few"),
        (ALDER, ANY_TABLE, "alone"),
        ((*[receipt("alder", "withdrawals", f"2026-0{month}-01") for month in (1, 2, 3)], *BIRCH), "withdrawals",
         "as_needed"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_neither_late_nor_in_time(given: tuple[Receipt, ...], table: str, basis: str) -> None:
    arrival = found("alder", table, *given)
    assert (arrival.is_late, arrival.late_after_days, arrival.basis) == (None, None, basis)


def test_a_withdrawal_is_no_delivery_that_a_clinic_owes_and_a_reference_sample_none_at_all() -> None:
    left = receipt("alder", "withdrawals", "2026-05-19")
    assert found("alder", ANY_TABLE, *ALDER, left, *BIRCH).last_on == date(2026, 3, 8)
    sample = receipt("nhanes", "scores", "2026-06-30", context="reference_sample")
    assert arrivals([*ALDER, sample], {}) == arrivals(ALDER, {})
    assert arrivals([sample], {}) == []


def test_the_order_of_receipts_does_not_matter() -> None:
    every = [*ALDER, *BIRCH, receipt("alder", "courses", "2026-02-04")]
    told = arrivals(every, {"alder": 31})
    assert told == arrivals(reversed(every), {"alder": 31})
    assert [(at.clinic_id, at.table) for at in told] == [
        ("alder", ANY_TABLE), ("alder", "courses"), ("alder", "scores"), ("birch", ANY_TABLE), ("birch", "sessions"),
    ]  # fmt: skip
