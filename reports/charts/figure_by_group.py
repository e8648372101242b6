"""Claim: a figure in each group, with its interval, on an axis that begins at zero and follows the rows."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

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
def spec(words: Words, chart: str, axis: str, group: str) -> Spec:
    """Interval dots, one row per group in its colour. chart, axis, group: keys of its words."""
    across = alt.Scale(domain=[alt.ExprRef("low"), alt.ExprRef("high")], nice=False, zero=False)
    scale = alt.Axis(
        title=words.say(f"axis.{axis}"),
        values=alt.ExprRef("ticks"),
        labelExpr="format(datum.value, '~g')",
        titleAnchor="start",
    )
    base = alt.Chart().encode(y=rows_axis())
    spoken = tooltips(words, words.say(f"column.{group}"))
    layers = alt.layer(
        *coloured_interval(base, across, scale, spoken),
        ring(base, across, scale, spoken),
        row_names(base),
        at_the_right(base, "reading"),
        height=ROW_PX,
        params=[NARROW, *AXIS],
    )
    return finished(layers, words.say(f"chart.{chart}"))
