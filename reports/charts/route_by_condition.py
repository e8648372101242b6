"""Claim: response by route within condition: a grid whose cell is rate, interval bar and n, or says why not."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from reports import theme
from reports.charts.spec import Spec, finished
from reports.phrases import Number, Phrase, label, plain, rate_places
from reports.words import Words

OUTCOME = "response"
_GRID_PX, _NARROWEST_PX, _WIDEST_PX, _GAP_PX = 1040, 96, 210, 26


def fields() -> dict[str, Phrase | Number]:
    """The fields of a cell: condition and route, the rate with its interval, n and numerator of denominator."""
    about = f"{OUTCOME}_pct"
    return {
        "condition": label("condition"),
        "route": label("route"),
        "value": Number(about, about),
        "low": Number(f"{OUTCOME}_ci_low", about),
        "high": Number(f"{OUTCOME}_ci_high", about),
        "reading": plain("share", about, about),
        "of_n": Phrase("figure.n", {"n": ("count", f"{OUTCOME}_of_n")}, about),
        "interval": Phrase("figure.rate_n", rate_places(OUTCOME), about),
        "people": Phrase("figure.part_of", rate_places(OUTCOME), about),
        "evidence": plain("state", "evidence"),
    }


@lru_cache(maxsize=64)
def spec(words: Words, routes_n: int) -> Spec:
    """A facet of small cells with one shared axis from 0 to 100, in the order of the rows."""
    width = max(_NARROWEST_PX, min(_WIDEST_PX, _GRID_PX // max(1, routes_n) - _GAP_PX))
    across = alt.Scale(domain=[0, 100], nice=False)
    axis = alt.Axis(values=[0, 50, 100], title=None, labelFontSize=12, labelFlush=True)
    spoken = [
        alt.Tooltip("condition:N", title=words.say("column.condition")),
        alt.Tooltip("route:N", title=words.say("column.route")),
        alt.Tooltip("interval:N", title=words.say("column.figure")),
        alt.Tooltip("people:N", title=words.say("column.people")),
        alt.Tooltip("evidence:N", title=words.say("column.evidence")),
    ]
    base = alt.Chart()
    speaks = "isValid(datum.value)"
    cell = alt.layer(
        base.mark_rule(size=3, color=theme.GRID, aria=False).encode(
            x=alt.X(datum=0, scale=across, axis=axis),
            x2=alt.X2(datum=100),
            y=alt.YValue(34),
            opacity=alt.OpacityValue(0.0, condition={"test": speaks, "value": 1.0}),
        ),
        base.mark_rect(fill=dict(theme.HATCH), aria=False).encode(
            x=alt.X(datum=0, scale=across, axis=axis),
            x2=alt.X2(datum=100),
            y=alt.YValue(4),
            y2=alt.Y2Value(46),
            opacity=alt.OpacityValue(0.0, condition={"test": "datum.state === 'not_enough'", "value": 1.0}),
        ),
        base.mark_text(fontSize=12, color=theme.INK, aria=False).encode(
            x=alt.XValue(width / 2), y=alt.YValue(25), text=_text("reading", f"!{speaks}")
        ),
        base.mark_rule(size=5, color=theme.BLUE, strokeCap="round", aria=False).encode(
            x=alt.X("low:Q", scale=across, axis=axis),
            x2=alt.X2("high:Q"),
            y=alt.YValue(34),
            opacity=theme.paler_when_imprecise(0.45),
            tooltip=spoken,
        ),
        base.mark_point(size=45, filled=True, color=theme.INK, opacity=1, aria=False).encode(
            x=alt.X("value:Q", scale=across, axis=axis), y=alt.YValue(34), tooltip=spoken
        ),
        base.mark_text(align="left", fontSize=15, fontWeight=600, aria=False).encode(
            x=alt.XValue(2), y=alt.YValue(14), text=_text("reading", speaks)
        ),
        base.mark_text(align="right", fontSize=12, color=theme.CONTEXT, aria=False).encode(
            x=alt.XValue(width - 2), y=alt.YValue(14), text=_text("of_n", speaks)
        ),
    ).properties(width=width, height=50)
    grid = cell.facet(
        row=alt.Row(
            "condition:N",
            sort=_order("condition"),
            header=alt.Header(title=None, labelAngle=0, labelAlign="left", labelPadding=12),
        ),
        column=alt.Column("route:N", sort=_order("route"), header=alt.Header(title=None, labelFontWeight="bold")),
        spacing={"row": 10, "column": _GAP_PX},
        data=alt.NamedData("rows"),
    ).resolve_scale(x="shared")
    return finished(grid, words.say("chart.route_by_condition"))


def _order(name: str) -> alt.EncodingSortField:
    """The order of the contract, which the page numbers: a facet knows no order of appearance."""
    return alt.EncodingSortField(field=f"{name}_order", op="min", order="ascending")


def _text(field: str, test: str) -> alt.TextValue:
    return alt.TextValue("", condition={"test": test, "field": field})
