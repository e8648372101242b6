"""Claim: response by route within condition: a grid whose cell is rate, interval bar and n, or says why not."""

from __future__ import annotations

from typing import Any

import altair as alt

from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import ALL
from reports import figures, released_rows, theme
from reports.released_rows import Scope
from reports.words import Words

NAME = "route_by_condition"
TABLE = "outcomes_by_route_condition"
OUTCOME = "response"
COLUMNS = ("condition", "route", "response_of_n", "response_pct", "response_ci_low", "response_ci_high")
DERIVED = ("state", "reading", "people")
_GRID_WIDTH_PX = 960


def cells(table: ReleasedTable, scope: Scope) -> list[dict[str, Any]]:
    """The released rows behind the grid: single conditions by single routes on the primary scale."""
    released_rows.released(table, TABLE)
    return [
        record
        for record in released_rows.primary_rows(table, scope)
        if record["condition"] != ALL and record["route"] != ALL
    ]


def rows(table: ReleasedTable, words: Words, scope: Scope) -> list[dict[str, Any]]:
    """One row per condition and route seen at all; numbers only where the evidence allows them.

    A combination that nobody was treated with is there too, blank: a Vega facet with a gap would move the
    cells after it under another heading.
    """
    found = cells(table, scope)
    by_key = {(record["condition"], record["route"]): record for record in found}
    return [
        _row(by_key[condition, route], words) if (condition, route) in by_key else _blank(condition, route, words)
        for condition in released_rows.conditions_in(found)
        for route in released_rows.routes_in(found)
    ]


def _blank(condition: str, route: str, words: Words) -> dict[str, Any]:
    numbers = dict.fromkeys(COLUMNS[2:])
    names = {"condition": words.name("condition", condition), "route": words.name("route", route)}
    return {**names, **numbers, "state": "none", "reading": "", "people": ""}


def _row(record: dict[str, Any], words: Words) -> dict[str, Any]:
    state = released_rows.state(record, "response_pct")
    speaks = state in ("reportable", "imprecise")
    low, high = (released_rows.number(record, f"response_ci_{side}") for side in ("low", "high"))
    pct, of_n = released_rows.number(record, "response_pct"), released_rows.number(record, "response_of_n")
    spoken = speaks and pct is not None
    return {
        "condition": words.name("condition", record["condition"]),
        "route": words.name("route", record["route"]),
        "response_of_n": of_n if speaks else None,
        "response_pct": figures.plot(pct) if speaks else None,
        "response_ci_low": figures.plot(low) if speaks else None,
        "response_ci_high": figures.plot(high) if speaks else None,
        "state": state,
        "reading": figures.share(pct) if spoken and pct is not None else words.say(f"state.{state}"),
        "people": f"n {figures.count(of_n)}" if speaks and of_n is not None else "",
    }


def chart(table: ReleasedTable, words: Words, scope: Scope) -> Any:
    """A facet of small cells with one shared axis from 0 to 100. TypeError for anything but the released table."""
    records = cells(table, scope)
    conditions = [words.name("condition", code) for code in released_rows.conditions_in(records)]
    routes = [words.name("route", code) for code in released_rows.routes_in(records)]
    width = max(96, min(210, _GRID_WIDTH_PX // max(1, len(routes)) - 24))
    across = alt.Scale(domain=[0, 100], nice=False)
    axis = alt.Axis(values=[0, 50, 100], title=None, labelFontSize=12)
    base = alt.Chart()
    numbers = base.transform_filter("isValid(datum.response_pct)")
    silent = base.transform_filter("!isValid(datum.response_pct) && datum.state !== 'none'")
    strength = theme.paler_when_imprecise(0.45)
    spoken = [
        alt.Tooltip("condition:N", title=words.say("column.condition")),
        alt.Tooltip("route:N", title=words.say("column.route")),
        alt.Tooltip("response_pct:Q", title=words.say("column.of_100"), format=".0f"),
        alt.Tooltip("response_ci_low:Q", title=words.say("column.interval_low"), format=".0f"),
        alt.Tooltip("response_ci_high:Q", title=words.say("column.interval_high"), format=".0f"),
        alt.Tooltip("response_of_n:Q", title=words.say("column.people"), format=","),
        alt.Tooltip("state:N", title=words.say("column.evidence")),
    ]
    centre = (width / 2, 25)
    cell = alt.layer(
        silent.transform_filter("datum.state === 'not_enough'")
        .mark_rect(fill=dict(theme.HATCH), aria=False)
        .encode(x=alt.X(datum=0, scale=across, axis=axis), x2=alt.X2(datum=100), y=alt.YValue(4), y2=alt.Y2Value(46)),
        silent.mark_text(fontSize=12, color=theme.INK, aria=False).encode(
            x=alt.XValue(centre[0]), y=alt.YValue(centre[1]), text=alt.Text("reading:N")
        ),
        numbers.mark_rule(size=5, color=theme.BLUE, strokeCap="round", aria=False).encode(
            x=alt.X("response_ci_low:Q", scale=across, axis=axis),
            x2=alt.X2("response_ci_high:Q"),
            y=alt.YValue(34),
            opacity=strength,
            tooltip=spoken,
        ),
        numbers.mark_point(size=60, filled=True, color=theme.INK, opacity=1, aria=False).encode(
            x=alt.X("response_pct:Q", scale=across, axis=axis), y=alt.YValue(34), tooltip=spoken
        ),
        numbers.mark_text(align="left", fontSize=15, fontWeight=600, aria=False).encode(
            x=alt.XValue(2), y=alt.YValue(14), text=alt.Text("reading:N")
        ),
        numbers.mark_text(align="right", fontSize=12, color=theme.CONTEXT, aria=False).encode(
            x=alt.XValue(width - 2), y=alt.YValue(14), text=alt.Text("people:N")
        ),
    ).properties(width=width, height=50)
    return (
        cell.facet(
            data=alt.NamedData(NAME),
            row=alt.Row("condition:N", sort=conditions, header=alt.Header(title=None, labelAngle=0, labelAlign="left")),
            column=alt.Column("route:N", sort=routes, header=alt.Header(title=None, labelFontWeight="bold")),
            spacing={"row": 10, "column": 30},
        )
        .properties(description=words.say("chart.route_by_condition"))
        .resolve_scale(x="shared")
    )
