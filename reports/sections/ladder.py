"""From treated to measured: each step of the ladder and what was lost on the way, in words."""

from __future__ import annotations

from typing import Any

from pipelines.vocabulary import ALL
from reports import figures, released_rows
from reports.charts import ladder as ladder_chart
from reports.sections import parts
from reports.sections.parts import Cell, Page, Section, TableView

STEPS = ladder_chart.STEPS


def ladder(page: Page) -> Section:
    """The five steps over all conditions and routes on the primary scale."""
    words, table = page.words, page.tables.get("denominators")
    sentence = words.say("ladder.sentence", when=page.when)
    record = released_rows.row(
        table, clinic_id=page.scope.clinic_id, condition=ALL, route=ALL, timepoint=page.scope.timepoint
    )
    if table is None or record is None:
        return Section("ladder", words.say("ladder.heading"), sentence, empty=words.say("empty.section"))
    view = TableView(
        words.say("ladder.caption", when=page.when),
        tuple(words.say(f"column.{c}") for c in ("step", "people", "lost")),
        tuple(
            (
                parts.label(words.say(f"step.{step}")),
                parts.people(record, step, words),
                _lost(page, record, STEPS[i - 1], step) if i else Cell("", numeric=True),
            )
            for i, step in enumerate(STEPS)
        ),
    )
    choice = (table, words, page.scope)
    chart = parts.drawn("ladder-chart", ladder_chart.NAME, ladder_chart.chart(*choice), ladder_chart.rows(*choice))
    return Section("ladder", _heading(page, record), sentence, words.say("reading.ladder"), (chart,), view)


def _lost(page: Page, record: dict[str, Any], before: str, after: str) -> Cell:
    had, have = released_rows.number(record, before), released_rows.number(record, after)
    if had is None or have is None:
        return parts.silent(page.words, "withheld")
    if had == 0:
        return parts.silent(page.words, "no_data")
    text = page.words.say(
        "ladder.lost", people=figures.count(had - have), share=figures.share(100 * (had - have) / had)
    )
    return Cell(text)


def _heading(page: Page, record: dict[str, Any]) -> str:
    started, analysed = released_rows.number(record, "n_started"), released_rows.number(record, "n_analysed")
    if started is None or analysed is None:
        return page.words.say("ladder.heading")
    return page.words.say("ladder.finding", started=figures.count(started), analysed=figures.count(analysed))
