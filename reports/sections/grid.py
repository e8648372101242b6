"""Route by condition: the grid, and its table."""

from __future__ import annotations

from reports import released_rows
from reports.charts import route_by_condition
from reports.sections import parts
from reports.sections.parts import Page, Section, TableView


def grid(page: Page) -> Section:
    """Every observed condition by route on the primary scale; each cell a number with its interval or a reason."""
    words = page.words
    sentence = words.say("grid.sentence", when=page.when)
    cells = route_by_condition.cells(page.outcomes, page.scope) if page.outcomes is not None else []
    if not cells or page.outcomes is None:
        return Section("grid", words.say("grid.heading"), sentence, empty=words.say("empty.section"))
    spoken = [c for c in cells if released_rows.state(c, "response_pct") in ("reportable", "imprecise")]
    by_key = {(cell["condition"], cell["route"]): cell for cell in cells}
    ordered = [
        by_key[condition, route]
        for condition in released_rows.conditions_in(cells)
        for route in released_rows.routes_in(cells)
        if (condition, route) in by_key
    ]
    table = TableView(
        words.say("grid.caption", when=page.when),
        tuple(
            words.say(f"column.{c}")
            for c in (
                "condition",
                "route",
                "started",
                "due",
                "baseline",
                "analysed",
                "response",
                "remission",
                "evidence",
            )
        ),
        tuple(
            (
                parts.label(words.name("condition", cell["condition"])),
                parts.label(words.name("route", cell["route"])),
                *(parts.people(cell, column, words) for column in ("n_started", "n_due", "n_baseline", "n_analysed")),
                parts.rate(cell, "response", words),
                parts.rate(cell, "remission", words),
                parts.evidence(cell, words),
            )
            for cell in ordered
        ),
    )
    choice = (page.outcomes, words, page.scope)
    chart = parts.drawn(
        "route-by-condition",
        route_by_condition.NAME,
        route_by_condition.chart(*choice),
        route_by_condition.rows(*choice),
        wide=True,
    )
    heading = words.say("grid.finding", spoken=len(spoken), cells=len(cells)) if spoken else words.say("grid.silent")
    return Section("grid", heading, sentence, words.say("reading.grid"), (chart,), table)
