"""What every chart shares: it is made without data, as wide as its place, and its rows come by the name `rows`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from reports import theme
from reports.words import Words

Spec = Mapping[str, Any]
DATA = "rows"
ROW_PX = 30  # the height of one row; the page gives a chart of n rows n times that


def finished(chart: alt.LayerChart | alt.FacetChart, description: str) -> Spec:
    """The Vega-Lite spec of a chart, its rows left to the page."""
    if isinstance(chart, alt.LayerChart):
        chart = chart.properties(width="container")
    # Checked against the Vega-Lite schema in the tests: here that would take most of the time of a release.
    spec: dict[str, Any] = chart.properties(data=alt.NamedData(DATA), description=description).to_dict(validate=False)
    return spec


def rows_axis() -> alt.Y:
    """One row per name, in the order of the rows. On a narrow page (`narrow`, set by the page) the name stands above
    its mark instead of beside it."""
    # By number: layers that draw different rows would each bring an order of their own.
    by_row = alt.EncodingSortField(field="order", op="min", order="ascending")
    labels = alt.Axis(labelExpr="narrow ? '' : datum.label", minExtent=alt.ExprRef(f"narrow ? 0 : {theme.NAMES_PX}"))
    return alt.Y("name:N", sort=by_row, title=None, axis=labels)


def row_names(base: alt.Chart) -> alt.Chart:
    """The names above their marks, on a narrow page only."""
    names: alt.Chart = base.mark_text(align="left", dy=-16, aria=False).encode(
        x=alt.XValue(0), text=alt.TextValue("", condition={"test": "narrow", "field": "name"})
    )
    return names


def at_the_right(base: alt.Chart, field: str) -> alt.Chart:
    """A text at the right of each row; on a narrow page above its mark."""
    lift = alt.ExprRef("narrow ? -16 : 0")
    mark = base.mark_text(align="right", baseline="middle", dy=lift, fontSize=12, color=theme.CONTEXT, aria=False)
    readings: alt.Chart = mark.encode(x=alt.XValue(alt.ExprRef("width")), text=alt.Text(f"{field}:N"))
    return readings


def coloured_interval(
    base: alt.Chart, across: alt.Scale, axis: alt.Axis, spoken: list[alt.Tooltip], size: int = 5
) -> list[alt.Chart]:
    """From `low` to `high` in the colour of the row, paler when imprecise, with a dark edge for the light colours."""

    def line(width: int) -> alt.Chart:
        mark: alt.Chart = base.mark_rule(size=width, strokeCap="round", color=theme.CONTEXT, aria=False).encode(
            x=alt.X("low:Q", scale=across, axis=axis), x2=alt.X2("high:Q")
        )
        return mark

    colour = alt.Color("colour:N", scale=None, legend=None)
    opacity = theme.paler_when_imprecise(0.5)
    return [line(size + 3), line(size).encode(color=colour, opacity=opacity, tooltip=spoken)]


def ring(base: alt.Chart, across: alt.Scale, axis: alt.Axis, spoken: list[alt.Tooltip]) -> alt.Chart:
    """The figure itself: a white dot with a dark edge at `value`."""
    mark = base.mark_point(size=45, fill="white", stroke=theme.INK, strokeWidth=2, opacity=1, aria=False)
    drawn: alt.Chart = mark.encode(x=alt.X("value:Q", scale=across, axis=axis), tooltip=spoken)
    return drawn


# Set by the page: `narrow` where names stand above their marks; `low`, `high` and `ticks` of an axis that follows the
# rows; `turned` where higher is better, so that better is to the left all the same.
NARROW = alt.VariableParameter(name="narrow", value=False)
AXIS = tuple(
    alt.VariableParameter(name=name, value=value)
    for name, value in {"low": -1, "high": 1, "ticks": [0], "turned": False}.items()
)


def tooltips(words: Words, name: str, people: str = "people") -> list[alt.Tooltip]:
    """What hovering says of a row: its name, the figure with its interval, and how many of how many people (or what
    the column `people` counts)."""
    return [
        alt.Tooltip("name:N", title=name),
        alt.Tooltip("reading:N", title=words.say("column.figure")),
        alt.Tooltip("people:N", title=words.say(f"column.{people}")),
    ]
