"""Claim: so many of 100 in each condition (or on each route), with the interval.

One row per group: the interval as a bar, the estimate as a dot on it, the people analysed at the right. With
`bounds`, a pale bar behind reaches from the worst case to the best case for the people not measured.
"""

from __future__ import annotations

from typing import Any, Literal

import altair as alt

from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import ALL
from reports import figures, released_rows, theme
from reports.released_rows import Scope
from reports.words import Words

NAME = "rate_by_group"
TABLE = "outcomes_by_route_condition"
Group = Literal["condition", "route"]
# Columns that are not in the table: words made from it for reading.
DERIVED = ("state", "reading")


def columns(group: Group, outcome: str, bounds: bool = False) -> tuple[str, ...]:
    """The released columns this chart shows, and no others."""
    rate = (f"{outcome}_pct", f"{outcome}_ci_low", f"{outcome}_ci_high")
    return (group, f"{outcome}_of_n", *rate, *((f"{outcome}_pct_worst", f"{outcome}_pct_best") if bounds else ()))


def rows(
    table: ReleasedTable, words: Words, scope: Scope, group: Group, outcome: str, bounds: bool = False
) -> list[dict[str, Any]]:
    """One row per observed condition (all routes) or route (all conditions), `all` first."""
    released_rows.released(table, TABLE)
    other = "route" if group == "condition" else "condition"
    records = [record for record in released_rows.primary_rows(table, scope) if record[other] == ALL]
    present = released_rows.conditions_in(records) if group == "condition" else released_rows.routes_in(records)
    by_group = {record[group]: record for record in records}
    return [
        _row(by_group[code], words, group, outcome, columns(group, outcome, bounds))
        for code in (ALL, *present)
        if code in by_group
    ]


def _row(record: dict[str, Any], words: Words, group: str, outcome: str, shown: tuple[str, ...]) -> dict[str, Any]:
    state = released_rows.state(record, f"{outcome}_pct")
    speaks = state in ("reportable", "imprecise")
    row: dict[str, Any] = {
        column: figures.plot(released_rows.number(record, column)) if speaks else None for column in shown[1:]
    }
    row[group] = words.name(group, record[group])
    row["state"] = state
    row["reading"] = (
        f"n {figures.count(released_rows.number(record, f'{outcome}_of_n') or 0)}"
        if speaks
        else words.say(f"state.{state}")
    )
    return row


def chart(
    table: ReleasedTable, words: Words, scope: Scope, group: Group, outcome: str, bounds: bool = False
) -> alt.LayerChart | alt.FacetChart:
    """Interval dots on an axis from 0 to 100. TypeError when `table` is not the released outcomes table."""
    drawn = rows(table, words, scope, group, outcome, bounds)
    names = [row[group] for row in drawn]
    pct, low, high = f"{outcome}_pct", f"{outcome}_ci_low", f"{outcome}_ci_high"
    # Room at the right of 100 for the number of people: the axis itself ends at 100.
    across = alt.Scale(domain=[0, 138 if all(row[f"{outcome}_pct"] is not None for row in drawn) else 160], nice=False)
    axis = alt.Axis(values=[0, 25, 50, 75, 100], title=words.say("axis.of_100"))
    y = alt.Y(f"{group}:N", sort=names, title=None, axis=alt.Axis(minExtent=130))
    spoken = [
        alt.Tooltip(f"{group}:N", title=words.say(f"column.{group}")),
        alt.Tooltip(f"{pct}:Q", title=words.say("column.of_100"), format=".0f"),
        alt.Tooltip(f"{low}:Q", title=words.say("column.interval_low"), format=".0f"),
        alt.Tooltip(f"{high}:Q", title=words.say("column.interval_high"), format=".0f"),
        alt.Tooltip("reading:N", title=words.say("column.people")),
    ]
    base = alt.Chart().encode(y=y)
    numbers = base.transform_filter(f"isValid(datum.{pct})")
    silent = base.transform_filter("datum.state === 'not_enough'")
    strength = theme.paler_when_imprecise(0.45)
    layers: list[alt.Chart] = []
    if bounds:
        layers.append(
            numbers.mark_bar(size=16, color=theme.PALE, aria=False).encode(
                x=alt.X(f"{outcome}_pct_worst:Q", scale=across, axis=axis), x2=alt.X2(f"{outcome}_pct_best:Q")
            )
        )
    layers += [
        numbers.mark_rule(size=5, color=theme.BLUE, strokeCap="round", aria=False).encode(
            x=alt.X(f"{low}:Q", scale=across, axis=axis), x2=alt.X2(f"{high}:Q"), opacity=strength, tooltip=spoken
        ),
        numbers.mark_point(size=70, filled=True, color=theme.INK, opacity=1, aria=False).encode(
            x=alt.X(f"{pct}:Q", scale=across, axis=axis), tooltip=spoken
        ),
        silent.mark_bar(size=16, fill=dict(theme.HATCH), aria=False).encode(
            x=alt.X(datum=0, scale=across, axis=axis), x2=alt.X2(datum=100)
        ),
        base.mark_text(align="left", baseline="middle", fontSize=12, color=theme.CONTEXT, aria=False).encode(
            x=alt.X(datum=103, scale=across, axis=axis), text=alt.Text("reading:N")
        ),
    ]
    return alt.layer(
        *layers,
        data=alt.NamedData(NAME),
        width="container",
        height=28 * max(1, len(drawn)),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        description=words.say(
            "chart.rate_by_group", outcome=words.say(f"outcome.{outcome}"), group=words.say(f"column.{group}").lower()
        ),
    )
