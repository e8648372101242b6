"""Claim: so many of 100 in each group (a condition, a route, a step of care), with the interval.

One row per group: the interval as a bar, the estimate as a dot on it, the people measured at the right. With
`bounds`, a pale bar behind reaches from the worst case to the best case for the people not measured.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import altair as alt

from reports import theme
from reports.charts.spec import NARROW, ROW_PX, Spec, at_the_right, finished, row_names, rows_axis, tooltips
from reports.phrases import Number, Phrase, Places, label, rate_places
from reports.words import Words

Group = Literal["condition", "route"]


def fields_of(name: Phrase, places: Places) -> dict[str, Phrase | Number]:
    """The fields of a row: its name, its figures, n in words and numerator of denominator. places: those of a rate."""
    about = places["share"][1]
    return {
        "name": name,
        "value": Number(about, about),
        "low": Number(places["low"][1], about),
        "high": Number(places["high"][1], about),
        "reading": Phrase("figure.rate_n", {place: _brief(how) for place, how in places.items()}, about),
        "people": Phrase("figure.part_of", places, about),
    }


def _brief(how: tuple[str, str]) -> tuple[str, str]:
    """A share in few letters: beside its bar there is room for no more."""
    kind, column = how
    return ("share_brief" if kind == "share" else kind, column)


def fields(group: Group, outcome: str, bounds: bool = False) -> dict[str, Phrase | Number]:
    """The fields of a row of the outcomes by condition or by route; with `bounds`, worst and best case too."""
    about = f"{outcome}_pct"
    ends = {"worst": Number(f"{outcome}_pct_worst", about), "best": Number(f"{outcome}_pct_best", about)}
    return {**fields_of(label(group), rate_places(outcome)), **(ends if bounds else {})}


@lru_cache(maxsize=64)
def spec(words: Words, group: str, outcome: str, bounds: bool = False, axis: str = "of_100") -> Spec:
    """Interval dots on an axis from 0 to 100, in the order of the rows. group, outcome, axis: keys of their words."""
    # Room at the right of 100 for the number of people: the axis itself ends at 100.
    across = alt.Scale(domain=[0, alt.ExprRef("narrow ? 100 : 180")], nice=False)
    scale = alt.Axis(values=[0, 50, 100], title=words.say(f"axis.{axis}"), titleAnchor="start")
    base = alt.Chart().encode(y=rows_axis())
    spoken = tooltips(words, words.say(f"column.{group}"))
    only_silent = alt.OpacityValue(0.0, condition={"test": "datum.state === 'not_enough'", "value": 1.0})
    layers = [
        base.mark_rule(size=3, color=theme.GRID, aria=False).encode(
            x=alt.X(datum=0, scale=across, axis=scale), x2=alt.X2(datum=100)
        ),
        base.mark_bar(size=16, fill=dict(theme.HATCH), aria=False).encode(
            x=alt.X(datum=0, scale=across, axis=scale), x2=alt.X2(datum=100), opacity=only_silent
        ),
    ]
    if bounds:
        layers.append(
            base.mark_bar(size=16, color=theme.PALE, aria=False).encode(
                x=alt.X("worst:Q", scale=across, axis=scale), x2=alt.X2("best:Q")
            )
        )
    layers += [
        base.mark_rule(size=5, color=theme.BLUE, strokeCap="round", aria=False).encode(
            x=alt.X("low:Q", scale=across, axis=scale),
            x2=alt.X2("high:Q"),
            opacity=theme.paler_when_imprecise(0.45),
            tooltip=spoken,
        ),
        base.mark_point(size=45, filled=True, color=theme.INK, opacity=1, aria=False).encode(
            x=alt.X("value:Q", scale=across, axis=scale), tooltip=spoken
        ),
        row_names(base),
        at_the_right(base, "reading"),
    ]
    description = words.say(
        "chart.rate_by_group", outcome=words.say(f"outcome.{outcome}"), group=words.say(f"column.{group}").lower()
    )
    return finished(alt.layer(*layers, height=ROW_PX, params=[NARROW]), description)
