"""Claim: the mean score over the sessions of a course in one condition, with n under each point and who has left."""

from __future__ import annotations

from typing import Any

import altair as alt

from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import ALL
from reports import figures, released_rows, theme
from reports.about import Scale
from reports.released_rows import Scope
from reports.words import Words

NAME = "course_of_change"
TABLE = "score_trajectories"
COLUMNS = ("position", "n", "mean", "ci_low", "ci_high")
DERIVED = ("people",)
AXIS = "session"


def records(table: ReleasedTable, scope: Scope, condition: str, scale_id: str) -> list[dict[str, Any]]:
    """The released rows of one condition and scale by session, all routes, in order of the session."""
    released_rows.released(table, TABLE)
    found = released_rows.rows(
        table, clinic_id=scope.clinic_id, condition=condition, route=ALL, scale=scale_id, axis=AXIS
    )
    return sorted(found, key=lambda record: float(record["position"]))


def rows(table: ReleasedTable, words: Words, scope: Scope, condition: str, scale_id: str) -> list[dict[str, Any]]:
    """One row per session whose mean is shown."""
    return [
        {
            "position": figures.plot(released_rows.number(record, "position"), 0),
            "n": released_rows.number(record, "n"),
            "mean": figures.plot(released_rows.number(record, "mean")),
            "ci_low": figures.plot(released_rows.number(record, "ci_low")),
            "ci_high": figures.plot(released_rows.number(record, "ci_high")),
            "people": figures.count(released_rows.number(record, "n") or 0),
        }
        for record in records(table, scope, condition, scale_id)
        if released_rows.number(record, "mean") is not None
    ]


def chart(
    table: ReleasedTable, words: Words, scope: Scope, condition: str, scale_id: str, scale: Scale
) -> alt.LayerChart | alt.FacetChart:
    """Mean with its interval by session, from zero. TypeError when `table` is not the released trajectories."""
    drawn = rows(table, words, scope, condition, scale_id)
    top = max([1.0, *(row["ci_high"] or row["mean"] for row in drawn)])
    last = max([1.0, *(row["position"] for row in drawn)])
    x = alt.X(
        "position:Q",
        scale=alt.Scale(domain=[0.5, last + 0.5], nice=False),
        axis=alt.Axis(
            title=words.say("axis.session"), values=[int(row["position"]) for row in drawn], format="d", grid=False
        ),
    )
    down = alt.Scale(domain=[0, float(top) * 1.05], nice=False)
    title = words.say("axis.mean_score", scale=scale.name)
    y = alt.Axis(title=title, grid=True, tickCount=5, titleAngle=0, titleAlign="left", titleAnchor="end", titleY=-8)
    base = alt.Chart().encode(x=x)
    spoken = [
        alt.Tooltip("position:Q", title=words.say("axis.session"), format="d"),
        alt.Tooltip("mean:Q", title=words.say("column.mean"), format=".1f"),
        alt.Tooltip("ci_low:Q", title=words.say("column.interval_low"), format=".1f"),
        alt.Tooltip("ci_high:Q", title=words.say("column.interval_high"), format=".1f"),
        alt.Tooltip("n:Q", title=words.say("column.people"), format=","),
    ]
    return alt.layer(
        base.mark_line(color=theme.SKY, strokeWidth=2, aria=False).encode(y=alt.Y("mean:Q", scale=down, axis=y)),
        base.mark_rule(size=4, color=theme.BLUE, strokeCap="round", aria=False).encode(
            y=alt.Y("ci_low:Q", scale=down, axis=y), y2="ci_high:Q", tooltip=spoken
        ),
        base.mark_point(size=50, filled=True, color=theme.INK, opacity=1, aria=False).encode(
            y=alt.Y("mean:Q", scale=down, axis=y), tooltip=spoken
        ),
        base.mark_text(fontSize=12, color=theme.CONTEXT, dy=-8, aria=False).encode(
            y=alt.Y(datum=0, scale=down, axis=y), text=alt.Text("people:N")
        ),
        data=alt.NamedData(NAME),
        width="container",
        height=200,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title={"text": f"{words.name('condition', condition)} · {scale.name}", "offset": 24},
        description=words.say("chart.course_of_change", condition=words.name("condition", condition), scale=scale.name),
    )
