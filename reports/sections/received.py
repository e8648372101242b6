"""What came in, delivery by delivery, in words: the newest first, those taken out or replaced too."""

from __future__ import annotations

from pipelines.vocabulary import ALL
from reports import figures
from reports.about import Delivery
from reports.deliveries_in_words import what_became
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView
from reports.sections.reconciliation import SHOWN_MOST_N, left_out


def received(page: Page, linked: bool = True) -> Section:
    """One row per delivery, of very many the last; folded on the page of the network. linked: see `left_out`."""
    words, about = page.words, page.about
    every = sorted((*about.deliveries, *about.left_out), key=lambda delivery: -delivery.receipt)
    if not every:
        return Section("received", words.say("received.heading"), "", empty=words.say("empty.deliveries"))
    many = len({delivery.clinic_id for delivery in every}) > 1
    names = (*(("clinic",) if many else ()), "file", "receipt", "in_words", "state")
    table = TableView(
        words.say("received.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_row(page, delivery, many) for delivery in every[:SHOWN_MOST_N]),
        filters=tuple(names.index(name) for name in ("clinic", "state")) if many else (),
        shown=words.say("received.shown", shown="{shown}", total="{total}") if many else "",
    )
    return Section(
        "received",
        _finding(page),
        " ".join([words.say("received.sentence"), *left_out(page, len(every), linked), *_withdrawn(page)]),
        table=table,
        folded=many,
        fold=words.say("received.fold", deliveries=figures.count(min(len(every), SHOWN_MOST_N))),
    )


def _finding(page: Page) -> str:
    deliveries = page.about.deliveries
    taken = sum(delivery.accepted for delivery in deliveries if delivery.state == "published")
    records = sum(delivery.records for delivery in deliveries)
    return page.words.say("received.finding", taken=figures.count(taken), records=figures.count(records))


def _row(page: Page, delivery: Delivery, many: bool) -> tuple[Cell, ...]:
    words = page.words
    listed = {"clinic": delivery.clinic_id, "receipt": f"{delivery.receipt:06d}"}
    where = words.say("received.where", **listed) if delivery.quarantined and delivery.receipt else ""
    return (
        *((parts.label(rule_lines.clinic_name(page, delivery.clinic_id)),) if many else ()),
        parts.label(delivery.file),
        Cell(figures.count(delivery.receipt)) if delivery.receipt else parts.silent(words, "no_data"),
        Cell(what_became(words, delivery), numeric=False, note=where),
        Cell(words.say(f"delivery.{delivery.state}"), numeric=False, mark=delivery.state),
    )


def _withdrawn(page: Page) -> list[str]:
    """How many people withdrew, of each clinic where anybody did; of few, that they are few."""
    words, people = page.words, page.about.withdrawn_people
    if not people:
        return []
    if page.scope.clinic_id != ALL:
        return [words.say("received.withdrawn_here", people=_people(page, people[page.scope.clinic_id]))]
    named = sorted((rule_lines.clinic_name(page, clinic_id), _people(page, n)) for clinic_id, n in people.items())
    clinics = "; ".join(words.say("received.withdrawn_clinic", clinic=clinic, people=n) for clinic, n in named)
    return [words.say("received.withdrawn_network", clinics=clinics)]


def _people(page: Page, n: int | None) -> str:
    return page.words.say("received.few") if n is None else figures.count(n)
