"""Claim: mean change from baseline by route within one condition, with its 95 % interval. Better lies to the left."""

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
from reports.phrases import Number, Phrase, label, plain
from reports.words import Words

MEASURES = ("change_ci_low", "change_ci_high")


def fields() -> dict[str, Phrase | Number]:
    """The fields of a row: its route and colour, the change with its interval, n in words."""
    about = "change_mean"
    return {
        "name": label("route"),
        "colour": plain("colour", "route"),
        "value": Number("change_mean", about),
        "low": Number("change_ci_low", about),
        "high": Number("change_ci_high", about),
        "reading": Phrase(
            "figure.change_n",
            {
                "figure": ("mean", "change_mean"),
                "low": ("mean", "change_ci_low"),
                "high": ("mean", "change_ci_high"),
                "n": ("count", "n_analysed"),
            },
            about,
        ),
        "people": Phrase("figure.part_of", {"part": ("count", "n_analysed"), "whole": ("count", "n_baseline")}, about),
    }


@lru_cache(maxsize=64)
def spec(words: Words, condition: str) -> Spec:
    """Interval dots, one row per route, on an axis in points of the scale."""
    across = alt.Scale(
        domain=[alt.ExprRef("low"), alt.ExprRef("high")], nice=False, zero=False, reverse=alt.ExprRef("turned")
    )
    axis = alt.Axis(
        title=words.say("axis.change_better"),
        values=alt.ExprRef("ticks"),
        # As they are: left to itself the axis rounds halves to whole numbers.
        labelExpr="format(datum.value, '~g')",
    )
    base = alt.Chart().encode(y=rows_axis())
    spoken = tooltips(words, words.say("column.route"))
    layers = alt.layer(
        *coloured_interval(base, across, axis, spoken),
        alt.Chart()
        .mark_rule(color=theme.CONTEXT, strokeDash=[3, 3], aria=False)
        .encode(x=alt.X(datum=0, scale=across, axis=axis)),
        ring(base, across, axis, spoken),
        row_names(base),
        at_the_right(base, "reading"),
        height=ROW_PX,
        params=[NARROW, *AXIS],
    )
    return finished(layers, words.say("chart.change_by_route", condition=words.name("condition", condition)))
