"""When each clinic last delivered, and whether its next delivery is late: days between receipts, never up to today."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.provenance.arrivals import ANY_TABLE, Arrival
from pipelines.vocabulary import ALL
from reports import figures
from reports.deliveries_in_words import day
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView


def arrived(page: Page) -> Section:
    """One row per clinic, in the order of their names, then one per table of it."""
    words = page.words
    found = sorted(page.about.arrivals, key=lambda arrival: rule_lines.clinic_name(page, arrival.clinic_id))
    one = "" if page.scope.clinic_id == ALL else "_one"
    if not found:
        return Section("arrived", words.say(f"arrived.heading{one}"), "", empty=words.say("empty.deliveries"))
    many = len({arrival.clinic_id for arrival in found}) > 1
    names = (
        *(("clinic",) if many else ()),
        *("delivered_table", "state", "last_delivery", "days_before", "delivery_days", "usual_days", "late_after"),
    )
    table = TableView(
        words.say("arrived.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_row(page, arrival, many) for arrival in found),
        filters=tuple(names.index(name) for name in ("clinic", "delivered_table", "state")) if many else (),
        shown=words.say("arrived.shown", shown="{shown}", total="{total}") if many else "",
    )
    return Section(
        "arrived",
        _heading(page, found, one),
        words.say("arrived.sentence", newest=day(words, found[0].newest_on)),
        reading=words.say("reading.arrived"),
        table=table,
        folded=many,
        fold=words.say("arrived.fold", clinics=figures.count(len({arrival.clinic_id for arrival in found}))),
    )


def _state(page: Page, arrival: Arrival) -> Cell:
    """Late, in time, or why that cannot be said; with its symbol."""
    if arrival.is_late is None:
        return Cell(page.words.say(f"arrived.{arrival.basis}"), numeric=False, mark="no_data")
    key = "late" if arrival.is_late else "in_time"
    return Cell(page.words.say(f"arrived.{key}"), numeric=False, mark=key)


def _heading(page: Page, found: Sequence[Arrival], one: str) -> str:
    """Of the clinics of which it can be said, how many are late; their names stand in the table, by name."""
    words = page.words
    whole = [arrival for arrival in found if arrival.table == ANY_TABLE]
    told = [arrival for arrival in whole if arrival.is_late is not None]
    if not told:
        return words.say(f"arrived.finding_none{one}")
    late = sum(arrival.is_late is True for arrival in told)
    if one:
        return words.say("arrived.finding_late" if late else "arrived.finding_in_time")
    silent = len(whole) - len(told)
    return words.say(
        "arrived.finding_some" if silent else "arrived.finding",
        late=figures.count(late),
        told=figures.count(len(told)),
        silent=figures.count(silent),
    )


def _row(page: Page, arrival: Arrival, many: bool) -> tuple[Cell, ...]:
    words = page.words
    return (
        *((parts.label(rule_lines.clinic_name(page, arrival.clinic_id)),) if many else ()),
        parts.label(words.name("delivered_table", arrival.table)),
        _state(page, arrival),
        Cell(day(words, arrival.last_on), numeric=False, mark="day"),
        Cell(figures.count(arrival.days_before_newest)),
        Cell(figures.count(arrival.delivery_days_n)),
        _days(page, arrival.usual_days, "too_few"),
        _late_after(page, arrival),
    )


def _late_after(page: Page, arrival: Arrival) -> Cell:
    by = f"arrived.by_{arrival.basis}"
    note = page.words.say(by) if by in page.words.sentences else ""
    return _days(page, arrival.late_after_days, "too_few" if arrival.basis == "few" else "not_defined", note)


def _days(page: Page, days: float | None, otherwise: str, note: str = "") -> Cell:
    return parts.silent(page.words, otherwise) if days is None else Cell(rule_lines.plain(days), note=note)
