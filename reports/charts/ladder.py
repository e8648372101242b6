"""Claim: of the people who started, so many were due, had a baseline, were followed up and could be analysed."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from reports import theme
from reports.charts.spec import AXIS, NARROW, ROW_PX, Spec, at_the_right, finished, row_names, rows_axis
from reports.phrases import Number, Phrase, plain
from reports.words import Words


def fields() -> dict[str, Phrase | Number]:
    """The fields of a step: its name, the people on it, the same in words, and how many it lost."""
    return {
        "name": plain("step", "step"),
        "value": Number("people"),
        "reading": plain("count", "people"),
        "lost": Phrase("ladder.lost_here", {"people": ("count", "lost"), "share": ("share", "lost_pct")}),
    }


@lru_cache(maxsize=64)
def spec(words: Words) -> Spec:
    """One bar per step, from zero; each step is part of the one before it."""
    # Room for the number at the end of the longest bar.
    most = alt.Scale(domainMin=0, domainMax=alt.ExprRef("high"), nice=False)
    base = alt.Chart().encode(y=rows_axis())
    spoken = [
        alt.Tooltip("name:N", title=words.say("column.step")),
        alt.Tooltip("reading:N", title=words.say("column.people")),
        alt.Tooltip("lost:N", title=words.say("column.lost")),
    ]
    layers = alt.layer(
        base.mark_bar(size=18, color=theme.BLUE, aria=False).encode(
            x=alt.X("value:Q", scale=most, axis=None, stack=None), tooltip=spoken
        ),
        base.mark_text(align="left", dx=6, aria=False).encode(
            x=alt.X("value:Q", scale=most, axis=None), text=alt.Text("reading:N")
        ),
        at_the_right(base, "lost"),
        row_names(base),
        height=ROW_PX,
        params=[NARROW, *AXIS],
    )
    return finished(layers, words.say("chart.ladder"))
