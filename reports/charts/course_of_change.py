"""Claim: the mean score over a course in one condition, by session or by week, with n under each point and who left."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import altair as alt

from reports import theme
from reports.charts.spec import Spec, finished
from reports.phrases import Number, Phrase, plain
from reports.words import Words

Axis = Literal["session", "week"]
_HEIGHT_PX, _PEOPLE_PX, _LEFT_PX, _ROOM_PX = 180, 50, 66, 42


def fields() -> dict[str, Phrase | Number]:
    """The fields of a point: where it stands, the mean with its interval, the people there and those who left."""
    return {
        "position": Number("position"),
        "value": Number("mean", "mean"),
        "low": Number("ci_low", "mean"),
        "high": Number("ci_high", "mean"),
        "people": plain("count", "n", "mean"),
        "left": plain("count", "n_stopped", "mean"),
    }


@lru_cache(maxsize=64)
def spec(words: Words, axis: Axis, condition: str) -> Spec:
    """Mean with its interval by session or week, from zero; two rows of numbers under it."""
    x = alt.X(
        "position:Q",
        scale=alt.Scale(nice=False, zero=False, padding=22),
        axis=alt.Axis(title=words.say(f"axis.{axis}"), format="d", tickMinStep=1, grid=False, titlePadding=4),
    )
    down = alt.Scale(domainMin=0, nice=True)
    y = alt.Axis(title=None, grid=True, tickCount=4, minExtent=34)
    base = alt.Chart().encode(x=x)
    spoken = [
        alt.Tooltip("position:Q", title=words.say(f"axis.{axis}"), format="d"),
        alt.Tooltip("value:Q", title=words.say("column.mean"), format=".1f"),
        alt.Tooltip("low:Q", title=words.say("column.interval_low"), format=".1f"),
        alt.Tooltip("high:Q", title=words.say("column.interval_high"), format=".1f"),
        alt.Tooltip("people:N", title=words.say("column.people")),
        alt.Tooltip("left:N", title=words.say("column.stopped")),
    ]

    def under(field: str, place_px: int) -> Any:
        # Where the points stand too close for all numbers, only every second, third ... is written.
        fits = f"datum.order % ceil({_ROOM_PX} * (datum.points + 1) / width) === 0"
        seen = alt.TextValue("", condition={"test": f"isValid(datum.value) && {fits}", "field": field})
        return base.mark_text(fontSize=12, color=theme.CONTEXT, aria=False).encode(
            y=alt.YValue(_HEIGHT_PX + place_px), text=seen
        )

    def named(text: str, place_px: int) -> Any:
        return (
            alt.Chart()
            .mark_text(fontSize=12, color=theme.CONTEXT, align="right", aria=False)
            .encode(
                x=alt.XValue(-8),
                y=alt.YValue(_HEIGHT_PX + place_px),
                # Drawn for the first row only: it stands once in the chart.
                text=alt.TextValue("", condition={"test": "datum.order === 0", "value": words.say(text)}),
            )
        )

    layers = alt.layer(
        base.mark_line(color=theme.SKY, strokeWidth=2, aria=False).encode(y=alt.Y("value:Q", scale=down, axis=y)),
        base.mark_rule(size=4, color=theme.BLUE, strokeCap="round", aria=False).encode(
            y=alt.Y("low:Q", scale=down, axis=y), y2=alt.Y2("high:Q"), tooltip=spoken
        ),
        base.mark_point(size=50, filled=True, color=theme.INK, opacity=1, aria=False).encode(
            y=alt.Y("value:Q", scale=down, axis=y), tooltip=spoken
        ),
        under("people", _PEOPLE_PX),
        under("left", _LEFT_PX),
        named("axis.people", _PEOPLE_PX),
        named("axis.left", _LEFT_PX),
        height=_HEIGHT_PX,
    )
    description = words.say(f"chart.course_by_{axis}", condition=words.name("condition", condition))
    return finished(layers, description)
