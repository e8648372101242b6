"""Rates by condition and by route: response (the margins), the worst and best case, reliably better and worse."""

from __future__ import annotations

from typing import Any

from pipelines.vocabulary import ALL
from reports import figures, released_rows
from reports.charts import rate_by_group
from reports.charts.rate_by_group import Group
from reports.sections import parts
from reports.sections.parts import Cell, Drawn, Page, Section, TableView


def margin(page: Page, group: Group) -> Section:
    """Response by condition over all routes, or by route over all conditions."""
    words, records = page.words, _records(page, group)
    heading, sentence = words.say(f"margin.{group}"), words.say("margin.sentence", when=page.when)
    if not records or page.outcomes is None:
        return Section(f"by-{group}", heading, sentence, empty=words.say("empty.section"))
    columns = tuple(
        words.say(f"column.{c}") for c in (group, "started", "analysed", "measured_pct", "response", "evidence")
    )
    table = TableView(
        words.say(f"margin.caption_{group}", when=page.when),
        columns,
        tuple(
            (
                parts.label(words.name(group, record[group])),
                parts.people(record, "n_started", words),
                parts.people(record, "n_analysed", words),
                parts.share(record, "followup_pct", words),
                parts.rate(record, "response", words),
                parts.evidence(record, words),
            )
            for record in records
        ),
    )
    return Section(
        f"by-{group}", heading, sentence, words.say("reading.rates"), (_chart(page, group, "response"),), table
    )


def bounds(page: Page) -> Section:
    """Response and remission by condition, with what the people not measured could make of them."""
    words, records = page.words, _records(page, "condition")
    sentence = words.say("bounds.sentence", when=page.when)
    if not records or page.outcomes is None:
        return Section("bounds", words.say("bounds.heading"), sentence, empty=words.say("empty.section"))
    table = TableView(
        words.say("bounds.caption", when=page.when),
        tuple(
            words.say(f"column.{c}")
            for c in ("condition", "baseline", "response", "worst", "best", "remission", "worst", "best")
        ),
        tuple(
            (
                parts.label(words.name("condition", record["condition"])),
                parts.people(record, "n_baseline", words),
                *(cell for outcome in ("response", "remission") for cell in _bounded(page, record, outcome)),
            )
            for record in records
        ),
    )
    charts = tuple(_chart(page, "condition", outcome, bounds=True) for outcome in ("response", "remission"))
    return Section("bounds", _bounds_heading(page, records), sentence, words.say("reading.bounds"), charts, table)


def better_and_worse(page: Page) -> Section:
    """Reliably better and reliably worse by route, worsening as large as improvement."""
    words, records = page.words, _records(page, "route")
    sentence = words.say("reliable.sentence", when=page.when)
    if not records or page.outcomes is None:
        return Section("better-and-worse", words.say("reliable.heading"), sentence, empty=words.say("empty.section"))
    outcomes = ("reliable_improvement", "reliable_deterioration")
    table = TableView(
        words.say("reliable.caption", when=page.when),
        tuple(words.say(f"column.{c}") for c in ("route", *outcomes, "reliable_recovery")),
        tuple(
            (
                parts.label(words.name("route", record["route"])),
                *(parts.rate(record, outcome, words) for outcome in (*outcomes, "reliable_recovery")),
            )
            for record in records
        ),
    )
    total = next((record for record in records if record["route"] == ALL), None)
    better, worse = (parts.rate_text(total, outcome, words) for outcome in outcomes)
    heading = words.say("reliable.heading")
    if better and worse:
        shares = [figures.share(released_rows.number(total, f"{outcome}_pct") or 0) for outcome in outcomes]
        heading = words.say("reliable.finding", better=shares[0], worse=shares[1])
    charts = tuple(_chart(page, "route", outcome) for outcome in outcomes)
    return Section("better-and-worse", heading, sentence, words.say("reading.reliable"), charts, table)


def _records(page: Page, group: Group) -> list[dict[str, Any]]:
    other = "route" if group == "condition" else "condition"
    found = [record for record in released_rows.primary_rows(page.outcomes, page.scope) if record[other] == ALL]
    order = released_rows.conditions_in(found) if group == "condition" else released_rows.routes_in(found)
    by_group = {record[group]: record for record in found}
    return [by_group[code] for code in (ALL, *order) if code in by_group]


def _chart(page: Page, group: Group, outcome: str, bounds: bool = False) -> Drawn:
    assert page.outcomes is not None
    choice = (page.outcomes, page.words, page.scope, group, outcome, bounds)
    chart = rate_by_group.chart(*choice).properties(title=page.words.say(f"outcome.{outcome}"))
    return parts.drawn(
        f"{outcome.replace('_', '-')}-by-{group}{'-bounds' if bounds else ''}",
        rate_by_group.NAME,
        chart,
        rate_by_group.rows(*choice),
    )


def _bounded(page: Page, record: dict[str, Any], outcome: str) -> tuple[Cell, Cell, Cell]:
    return (
        parts.rate(record, outcome, page.words),
        parts.share(record, f"{outcome}_pct_worst", page.words),
        parts.share(record, f"{outcome}_pct_best", page.words),
    )


def _bounds_heading(page: Page, records: list[dict[str, Any]]) -> str:
    total = next((record for record in records if record["condition"] == ALL), None)
    worst, best = (released_rows.number(total, f"response_pct_{end}") if total else None for end in ("worst", "best"))
    if worst is None or best is None or released_rows.state(total, "response_pct") in released_rows.SILENT:
        return page.words.say("bounds.heading")
    return page.words.say("bounds.finding", worst=figures.share(worst), best=figures.share(best))
