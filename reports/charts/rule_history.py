"""Claims about the runs: so many of 100 checks passed in each, and so many failed by what a failure does."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from reports import theme
from reports.charts.spec import Spec, finished
from reports.words import Words

HEIGHT_PX = 180
ROW_PX = 34


@lru_cache(maxsize=8)
def passed(words: Words) -> Spec:
    """Rows: run, value (0 to 100), reading. A line from run to run, its points named by hovering."""
    base = alt.Chart(height=HEIGHT_PX).encode(
        x=alt.X("run:O", title=words.say("column.run"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(values=[0, 50, 100], grid=True), title=None),
        tooltip=[
            alt.Tooltip("run:O", title=words.say("column.run")),
            alt.Tooltip("reading:N", title=words.say("column.passed_n")),
        ],
    )
    line = base.mark_line(color=theme.BLUE, strokeWidth=2, aria=False)
    dots = base.mark_point(color=theme.INK, filled=True, size=45, opacity=1, aria=False)
    return finished(alt.layer(line, dots), words.say("runs.passed_title"))


@lru_cache(maxsize=8)
def failed(words: Words) -> Spec:
    """Rows: run, effect (its words), order, value. One row per effect, one cell per run, deeper where more failed."""
    by_row = alt.EncodingSortField(field="order", op="min", order="ascending")
    base = alt.Chart().encode(
        x=alt.X("run:O", title=words.say("column.run"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("effect:N", title=None, sort=by_row),
        tooltip=[
            alt.Tooltip("run:O", title=words.say("column.run")),
            alt.Tooltip("effect:N", title=words.say("column.rule_effect")),
            alt.Tooltip("value:Q", title=words.say("column.checks")),
        ],
    )
    scale = alt.Scale(range=["#ffffff", "#f0bd78"], domainMin=0, interpolate="rgb")
    shade = alt.Color("value:Q", scale=scale, legend=None)
    cells = base.mark_rect(stroke=theme.GRID, aria=False).encode(color=shade)
    figures = base.mark_text(fontSize=12, color=theme.INK, aria=False).encode(text="value:Q")
    return finished(alt.layer(cells, figures), words.say("runs.failed_title"))
