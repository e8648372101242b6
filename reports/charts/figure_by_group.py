"""Claim: a figure in each group, with its interval, on an axis that begins at zero and follows the rows."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from reports import theme
from reports.charts.spec import (
    AXIS,
    NARROW,
    ROW_PX,
    Spec,
    at_the_right,
    finished,
    row_names,
    rows_axis,
    tooltips,
)
from reports.words import Words


@lru_cache(maxsize=64)
def spec(words: Words, chart: str, axis: str, group: str) -> Spec:
    """Interval dots, one row per group in its colour. chart, axis, group: keys of its words."""
    across = alt.Scale(domain=[alt.ExprRef("low"), alt.ExprRef("high")], nice=False, zero=False)
    scale = alt.Axis(title=words.say(f"axis.{axis}"), values=alt.ExprRef("ticks"), titleAnchor="start")
    base = alt.Chart().encode(y=rows_axis())
    spoken = tooltips(words, words.say(f"column.{group}"))
    layers = alt.layer(
        # A dark edge, for the light colours of the palette.
        base.mark_rule(size=8, strokeCap="round", color=theme.CONTEXT, aria=False).encode(
            x=alt.X("low:Q", scale=across, axis=scale), x2=alt.X2("high:Q")
        ),
        base.mark_rule(size=5, strokeCap="round", aria=False).encode(
            x=alt.X("low:Q", scale=across, axis=scale),
            x2=alt.X2("high:Q"),
            color=alt.Color("colour:N", scale=None, legend=None),
            opacity=theme.paler_when_imprecise(0.5),
            tooltip=spoken,
        ),
        base.mark_point(size=45, fill="white", stroke=theme.INK, strokeWidth=2, opacity=1, aria=False).encode(
            x=alt.X("value:Q", scale=across, axis=scale), tooltip=spoken
        ),
        row_names(base),
        at_the_right(base, "reading"),
        height=ROW_PX,
        params=[NARROW, *AXIS],
    )
    return finished(layers, words.say(f"chart.{chart}"))
