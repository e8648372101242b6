"""What became of each file: records = accepted + quarantined + duplicate + stale, checked, with a row of totals."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from reports import figures
from reports.about import Delivery
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView
from reports.table_file import text_cell

COUNTS = ("records", "accepted", "quarantined", "duplicate", "stale", "corrected")
# Beside the sum: columns of their own only where there are any.
BESIDE = ("withdrawn", "absent")
# So many of the last deliveries stand on a page; the reviewer's report has all of them in a file.
SHOWN_MOST_N = 200
FILE = "deliveries.csv"
_COLUMNS = ("clinic_id", "receipt", "received_on", "file", "table", *COUNTS, *BESIDE, "adds_up", "state")


def reconciliation(page: Page, linked: bool = True) -> Section:
    """One row per file, of very many the last; the totals are of all. linked: see `left_out`."""
    words, deliveries = page.words, page.about.deliveries
    sentence = words.say("deliveries.sentence")
    if not deliveries:
        return Section("deliveries", words.say("deliveries.heading"), sentence, empty=words.say("empty.deliveries"))
    wrong = sum(not delivery.adds_up for delivery in deliveries)
    many = len({delivery.clinic_id for delivery in deliveries}) > 1
    counts = (*COUNTS, *(name for name in BESIDE if any(getattr(delivery, name) for delivery in deliveries)))
    names = (*(("clinic",) if many else ()), "file", *counts, "set_aside_pct", "adds_up", "state")
    table = TableView(
        words.say("deliveries.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_row(page, delivery, counts, many) for delivery in deliveries[-SHOWN_MOST_N:]),
        foot=_total(page, deliveries, counts, many),
    )
    return Section(
        "deliveries",
        words.say("deliveries.wrong", wrong=figures.count(wrong), files=figures.count(len(deliveries)))
        if wrong
        else words.say("deliveries.right"),
        " ".join([sentence, *left_out(page, len(deliveries), linked)]),
        table=table,
        folded=False,
    )


def left_out(page: Page, deliveries_n: int, linked: bool) -> list[str]:
    """Of more deliveries than a page shows, where all of them are. linked: on a released page, not in the report."""
    if deliveries_n <= SHOWN_MOST_N:
        return []
    counts = {"shown": figures.count(SHOWN_MOST_N), "files": figures.count(deliveries_n), "file": FILE}
    return [page.words.say("deliveries.last_inside" if linked else "deliveries.last", **counts)]


def deliveries_csv(page: Page) -> bytes:
    """Every delivery that was judged, in the order of arrival, those taken out or replaced too: counts of records."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for each in sorted((*page.about.deliveries, *page.about.left_out), key=lambda each: each.receipt):
        came = "" if each.received_on is None else each.received_on.isoformat()
        counts = (str(getattr(each, name)) for name in (*COUNTS, *BESIDE))
        ends = (str(each.adds_up).lower(), each.state)
        first = (text_cell(each.clinic_id), str(each.receipt or ""), came)
        writer.writerow([*first, text_cell(each.file), text_cell(each.table), *counts, *ends])
    return text.getvalue().encode()


def _row(page: Page, delivery: Delivery, counts: Sequence[str], many: bool) -> tuple[Cell, ...]:
    right = delivery.adds_up
    clinic = parts.label(rule_lines.clinic_name(page, delivery.clinic_id))
    return (
        *((clinic,) if many else ()),
        Cell(delivery.file, numeric=False, note=delivery.table),
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
        *(Cell(figures.count(sum(getattr(delivery, name) for delivery in deliveries))) for name in counts),
        Cell(_share_set_aside(deliveries)),
        Cell(words.say("deliveries.yes" if right else "deliveries.no"), numeric=False, mark="" if right else "failed"),
        parts.label(
            words.say("deliveries.published", published=figures.count(published), files=figures.count(len(deliveries)))
        ),
    )
