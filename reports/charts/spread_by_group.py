"""Claim: the spread of a measure in each group: median, middle half, 10th to 90th percentile; behind it what is
published."""

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
    coloured_interval,
    finished,
    ring,
    row_names,
    rows_axis,
    tooltips,
)
from reports.words import Words


@lru_cache(maxsize=64)
def spec(words: Words, measure: str, group: str, tick: int = 1) -> Spec:
    """One row per group in its colour; tick: how many units of the rows make one unit of the axis."""
    across = alt.Scale(domain=[alt.ExprRef("low"), alt.ExprRef("high")], nice=False, zero=False)
    axis = alt.Axis(
        title=words.say(f"axis.{measure}"),
        values=alt.ExprRef("ticks"),
        labelExpr=f"format(datum.value / {tick}, '~g')",
        titleAnchor="start",
    )
    base = alt.Chart().encode(y=rows_axis())
    spoken = [
        *tooltips(words, words.say(f"column.{group}"), people="sessions_recorded"),
        alt.Tooltip("published:N", title=words.say("column.published")),
    ]

    def line(low: str, high: str, size: int, color: str) -> alt.Chart:
        mark = base.mark_rule(size=size, strokeCap="round", aria=False, color=color)
        drawn: alt.Chart = mark.encode(x=alt.X(f"{low}:Q", scale=across, axis=axis), x2=alt.X2(f"{high}:Q"))
        return drawn

    layers = alt.layer(
        line("published_low", "published_high", 20, theme.PALE),
        line("lowest", "highest", 2, theme.CONTEXT),
        *coloured_interval(base, across, axis, spoken, size=7),
        ring(base, across, axis, spoken),
        row_names(base),
        at_the_right(base, "reading"),
        height=ROW_PX,
        params=[NARROW, *AXIS],
    )
    return finished(layers, words.say("chart.spread_by_group", measure=words.name("measure", measure)))
