"""Claim: how much of each field is there at each clinic. One row per field, one column per clinic."""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from reports import theme
from reports.charts.spec import Spec, finished
from reports.words import Words

ROW_PX, LINE_PX = 24, 16
# The shades of the table, pale to deep, by their mark; what is not shown is hatched.
SHADES = {"missing-0": "#ffffff", "missing-1": "#fdf6ea", "missing-2": "#f8dfb8", "missing-3": "#f0bd78"}
# From so many clinics on the figures would not fit into their cells.
LAST_WITH_TEXT_N = 12


@lru_cache(maxsize=8)
def spec(words: Words, clinics_n: int, lines_n: int) -> Spec:
    """Rows: field, clinic (its name, or its number where there are many), order and clinic_order, shade (a mark of the
    table's), name, present and whole (in words). lines_n: words of the longest name, each on a line of its own.
    """
    by_row, by_column = (
        alt.EncodingSortField(field=field, op="min", order="ascending") for field in ("order", "clinic_order")
    )
    # A name on several lines, for the columns are narrow; its lines run down from the first.
    names = alt.Axis(
        orient="top",
        labelAngle=0,
        labelLimit=90,
        labelExpr="split(datum.label, ' ')",
        labelLineHeight=LINE_PX,
        labelPadding=LINE_PX * (lines_n - 1) + 8,
    )
    base = alt.Chart().encode(
        x=alt.X("clinic:N", title=None, sort=by_column, axis=names),
        y=alt.Y("field:N", title=None, sort=by_row, axis=alt.Axis(labelLimit=330)),
    )
    spoken = [
        alt.Tooltip("field:N", title=words.say("column.field")),
        alt.Tooltip("name:N", title=words.say("column.clinic")),
        alt.Tooltip("present:N", title=words.say("column.present")),
        alt.Tooltip("whole:N", title=words.say("column.evaluated_n")),
    ]
    scale = alt.Scale(domain=list(SHADES), range=list(SHADES.values()))
    shade = alt.Fill("shade:N", scale=scale, legend=None)
    shown = f"indexof({list(SHADES)}, datum.shade) >= 0"
    hatched = base.transform_filter(f"!({shown})").mark_rect(fill=dict(theme.HATCH), stroke=theme.GRID, aria=False)
    shaded = base.transform_filter(shown).mark_rect(stroke=theme.GRID, aria=False)
    layers = [hatched.encode(tooltip=spoken), shaded.encode(fill=shade, tooltip=spoken)]
    if clinics_n <= LAST_WITH_TEXT_N:
        layers.append(base.mark_text(fontSize=12, color=theme.INK, aria=False).encode(text="present:N", tooltip=spoken))
    return finished(alt.layer(*layers), words.say("completeness.map"))
