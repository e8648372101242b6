"""Claim: mean change from baseline by route within one condition, with its 95 % interval. Better lies to the left."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import ALL
from reports import figures, released_rows, theme
from reports.about import Scale
from reports.released_rows import Scope
from reports.words import Words

NAME = "change_by_route"
TABLE = "outcomes_by_route_condition"
COLUMNS = ("route", "n_analysed", "change_mean", "change_ci_low", "change_ci_high")
DERIVED = ("state", "reading", "colour")


def records(table: ReleasedTable, scope: Scope, condition: str, scale_id: str) -> list[dict[str, Any]]:
    """The released rows of one condition and scale, `all` routes first, then the routes in order."""
    released_rows.released(table, TABLE)
    found = released_rows.rows(
        table, clinic_id=scope.clinic_id, condition=condition, scale=scale_id, timepoint=scope.timepoint
    )
    by_route = {record["route"]: record for record in found}
    return [by_route[route] for route in (ALL, *released_rows.routes_in(found)) if route in by_route]


def rows(table: ReleasedTable, words: Words, scope: Scope, condition: str, scale_id: str) -> list[dict[str, Any]]:
    """One row per route with its mean change and interval in points of the scale."""
    return [_row(record, words) for record in records(table, scope, condition, scale_id)]


def _row(record: dict[str, Any], words: Words) -> dict[str, Any]:
    state = released_rows.state(record, "change_mean")
    speaks = state in ("reportable", "imprecise")
    row: dict[str, Any] = {
        column: figures.plot(released_rows.number(record, column)) if speaks else None for column in COLUMNS[1:]
    }
    row["route"] = words.name("route", record["route"])
    row["state"] = state
    row["reading"] = (
        f"n {figures.count(released_rows.number(record, 'n_analysed') or 0)}" if speaks else words.say(f"state.{state}")
    )
    row["colour"] = theme.ROUTE_COLOURS.get(record["route"], theme.CONTEXT)
    return row


def ticks(low: float, high: float) -> list[float]:
    """Round values from `low` to `high`, at most seven of them, zero among them where it lies between."""
    rough = max(high - low, 1e-6) / 6
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [round(step * i, 6) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def chart(
    table: ReleasedTable, words: Words, scope: Scope, condition: str, scale_id: str, scale: Scale
) -> alt.LayerChart | alt.FacetChart:
    """Interval dots, one row per route. TypeError when `table` is not the released outcomes table.

    The axis is turned round for a scale where higher is better, so that better is always to the left.
    """
    drawn = rows(table, words, scope, condition, scale_id)
    ends = [row[c] for row in drawn for c in ("change_ci_low", "change_ci_high") if row[c] is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    reach = max(high - low, 1.0)
    turned = scale.lower_is_better is False
    # Room for the number of people at the worse end, where the text stands.
    edge = 0.03 * reach
    domain = [low - 0.42 * reach, high + edge] if turned else [low - edge, high + 0.42 * reach]
    text_at = low - 0.05 * reach if turned else high + 0.05 * reach
    across = alt.Scale(domain=[float(end) for end in domain], nice=False, reverse=turned)
    heading = words.say("axis.change" if scale.lower_is_better is None else "axis.change_better", scale=scale.name)
    axis = alt.Axis(title=heading, values=ticks(low, high))
    y = alt.Y("route:N", sort=[row["route"] for row in drawn], title=None, axis=alt.Axis(minExtent=110))
    spoken = [
        alt.Tooltip("route:N", title=words.say("column.route")),
        alt.Tooltip("change_mean:Q", title=words.say("column.change"), format=".1f"),
        alt.Tooltip("change_ci_low:Q", title=words.say("column.interval_low"), format=".1f"),
        alt.Tooltip("change_ci_high:Q", title=words.say("column.interval_high"), format=".1f"),
        alt.Tooltip("n_analysed:Q", title=words.say("column.people"), format=","),
    ]
    base = alt.Chart().encode(y=y)
    numbers = base.transform_filter("isValid(datum.change_mean)")
    strength = theme.paler_when_imprecise(0.5)
    return alt.layer(
        alt.Chart()
        .mark_rule(color=theme.CONTEXT, strokeDash=[3, 3], aria=False)
        .encode(x=alt.X(datum=0, scale=across, axis=axis)),
        numbers.mark_rule(size=5, strokeCap="round", aria=False).encode(
            x=alt.X("change_ci_low:Q", scale=across, axis=axis),
            x2=alt.X2("change_ci_high:Q"),
            color=alt.Color("colour:N", scale=None, legend=None),
            opacity=strength,
            tooltip=spoken,
        ),
        numbers.mark_point(size=70, filled=True, color=theme.INK, opacity=1, aria=False).encode(
            x=alt.X("change_mean:Q", scale=across, axis=axis), tooltip=spoken
        ),
        base.mark_text(align="left", fontSize=12, color=theme.CONTEXT, aria=False).encode(
            x=alt.X(datum=float(text_at), scale=across, axis=axis), text=alt.Text("reading:N")
        ),
        data=alt.NamedData(NAME),
        width="container",
        height=28 * max(1, len(drawn)),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=f"{words.name('condition', condition)} · {scale.name}",
        description=words.say("chart.change_by_route", condition=words.name("condition", condition), scale=scale.name),
    )
