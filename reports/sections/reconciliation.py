"""What became of each file: records = accepted + quarantined + duplicate + stale, checked, with a row of totals."""

from __future__ import annotations

from collections.abc import Sequence

from reports import figures
from reports.about import Delivery
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView

COUNTS = ("records", "accepted", "quarantined", "duplicate", "stale", "corrected")
# Beside the sum: columns of their own only where there are any.
BESIDE = ("withdrawn", "absent")


def reconciliation(page: Page) -> Section:
    """One row per file."""
    words, deliveries = page.words, page.about.deliveries
    sentence = words.say("deliveries.sentence")
    if not deliveries:
        return Section("deliveries", words.say("deliveries.heading"), sentence, empty=words.say("empty.deliveries"))
    wrong = sum(not delivery.adds_up for delivery in deliveries)
    many = len({delivery.clinic_id for delivery in deliveries}) > 1
    counts = (*COUNTS, *(name for name in BESIDE if any(getattr(delivery, name) for delivery in deliveries)))
    names = (*(("clinic",) if many else ()), "file", "table", *counts, "set_aside_pct", "adds_up", "state")
    table = TableView(
        words.say("deliveries.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_row(page, delivery, counts, many) for delivery in deliveries),
        foot=_total(page, deliveries, counts, many),
    )
    return Section(
        "deliveries",
        words.say("deliveries.wrong", wrong=figures.count(wrong), files=figures.count(len(deliveries)))
        if wrong
        else words.say("deliveries.right"),
        sentence,
        table=table,
        folded=False,
    )


def _row(page: Page, delivery: Delivery, counts: Sequence[str], many: bool) -> tuple[Cell, ...]:
    right = delivery.adds_up
    clinic = parts.label(rule_lines.clinic_name(page, delivery.clinic_id))
    return (
        *((clinic,) if many else ()),
        parts.label(delivery.file),
        parts.label(delivery.table),
        *(Cell(figures.count(getattr(delivery, name))) for name in counts),
        Cell(rule_lines.percent(delivery.quarantined_pct)),
        Cell(
            page.words.say("deliveries.yes" if right else "deliveries.no"),
            numeric=False,
            mark="" if right else "failed",
        ),
        Cell(page.words.say(f"delivery.{delivery.state}"), numeric=False, mark=delivery.state),
    )


def _share_set_aside(deliveries: Sequence[Delivery]) -> str:
    records = sum(delivery.records for delivery in deliveries)
    return rule_lines.percent(100 * sum(delivery.quarantined for delivery in deliveries) / records if records else 0.0)


def _total(page: Page, deliveries: Sequence[Delivery], counts: Sequence[str], many: bool) -> tuple[Cell, ...]:
    words = page.words
    published = sum(delivery.state == "published" for delivery in deliveries)
    right = all(delivery.adds_up for delivery in deliveries)
    return (
        parts.label(words.say("deliveries.total")),
        *((parts.label(""),) if many else ()),
        parts.label(""),
        *(Cell(figures.count(sum(getattr(delivery, name) for delivery in deliveries))) for name in counts),
        Cell(_share_set_aside(deliveries)),
        Cell(words.say("deliveries.yes" if right else "deliveries.no"), numeric=False, mark="" if right else "failed"),
        parts.label(
            words.say("deliveries.published", published=figures.count(published), files=figures.count(len(deliveries)))
        ),
    )
