"""Claim: of the people who started, so many were due, had a baseline, were followed up and could be analysed."""

from __future__ import annotations

from typing import Any

import altair as alt

from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import ALL
from reports import figures, released_rows, theme
from reports.released_rows import Scope
from reports.words import Words

NAME = "ladder"
TABLE = "denominators"
STEPS = ("n_started", "n_due", "n_baseline", "n_any_followup", "n_analysed")
# The steps stand side by side in the table and below each other in the chart.
DERIVED = ("step", "people", "reading")


def rows(table: ReleasedTable, words: Words, scope: Scope) -> list[dict[str, Any]]:
    """One row per step of the ladder, all conditions and routes together. A step not shown has no bar."""
    released_rows.released(table, TABLE)
    record = released_rows.row(table, clinic_id=scope.clinic_id, condition=ALL, route=ALL, timepoint=scope.timepoint)
    if record is None:
        return []
    return [_row(record, step, words) for step in STEPS]


def _row(record: dict[str, Any], step: str, words: Words) -> dict[str, Any]:
    people = released_rows.number(record, step)
    return {
        "step": words.say(f"step.{step}"),
        "people": people,
        "reading": words.say(f"state.{released_rows.why_empty(record, step)}")
        if people is None
        else figures.count(people),
    }


def chart(table: ReleasedTable, words: Words, scope: Scope) -> alt.LayerChart | alt.FacetChart:
    """One bar per step, from zero. TypeError when `table` is not the released denominators."""
    steps = rows(table, words, scope)
    most = max((row["people"] or 0 for row in steps), default=0)
    across = alt.Scale(domain=[0, max(1, most * 1.15)], nice=False)
    base = alt.Chart().encode(
        y=alt.Y("step:N", sort=[row["step"] for row in steps], title=None, axis=alt.Axis(minExtent=190))
    )
    bars = base.transform_filter("isValid(datum.people)").mark_bar(size=18, color=theme.BLUE, aria=False)
    return alt.layer(
        bars.encode(x=alt.X("people:Q", scale=across, axis=None)),
        base.transform_calculate(place="isValid(datum.people) ? datum.people : 0")
        .mark_text(align="left", dx=6, aria=False)
        .encode(x=alt.X("place:Q", scale=across, axis=None), text=alt.Text("reading:N")),
        data=alt.NamedData(NAME),
        width="container",
        height=30 * max(1, len(steps)),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        description=words.say("chart.ladder"),
    )
