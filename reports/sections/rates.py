"""Rates by condition and by route: response (the margins), the worst and best case, reliably better and worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.charts import rate_by_group
from reports.charts.rate_by_group import Group
from reports.phrases import Phrase, count, label, plain, rate, rate_places
from reports.sections.declared import Chart, Column, Declared, List
from reports.words import Words

_WHEN = {"when": ("timepoint", "timepoint"), "scale": ("scale", "scale")}
_OF = {"condition": ("condition", "condition")}
_LISTS: Mapping[Group, List] = {"condition": "by_condition", "route": "by_route"}


def margin(words: Words, group: Group) -> Declared:
    """Response by condition over the chosen routes, or by route over the chosen conditions."""
    return Declared(
        id=f"by-{group}",
        rows=_LISTS[group],
        group=group,
        about="response_pct",
        heading=Phrase(
            f"margin.finding_{group}",
            {"lowest": ("share", "lowest"), "highest": ("share", "highest"), "spoken": ("count", "spoken_n")},
            otherwise=f"margin.{group}",
        ),
        heading_of_one=Phrase(
            "margin.finding_of_one",
            {**_OF, "route": ("route", "route"), **rate_places("response")},
            "response_pct",
            otherwise=f"margin.{group}",
        ),
        sentence=Phrase(f"margin.sentence_{group}", {**_WHEN, "route": ("route", "route"), **_OF}),
        reading=measured("response", f"by_{group}"),
        how_to_read="reading.rates",
        caption=f"margin.caption_{group}",
        columns=(
            Column(group, label(group), numeric=False),
            Column("started", count("n_started")),
            Column("analysed", count("n_analysed")),
            Column("measured_pct", plain("share", "followup_pct")),
            Column("response", rate("response")),
            *((Column("profile", plain("text", "profile"), numeric=False),) if group == "route" else ()),
        ),
        definition="def-response",
        charts=(_chart(words, group, "response"),),
    )


def bounds(words: Words) -> Declared:
    """Response and remission by condition, with what the people not measured could make of them."""
    finding = Phrase(
        "bounds.finding",
        {"worst": ("share", "response_pct_worst"), "best": ("share", "response_pct_best")},
        "response_pct",
        otherwise="bounds.heading",
    )
    return Declared(
        id="bounds",
        rows="by_condition",
        group="condition",
        about="response_pct",
        heading=finding,
        heading_of_one=finding,
        sentence=Phrase("bounds.sentence", {**_WHEN, "route": ("route", "route")}),
        reading=Phrase(
            "reading_of.bounds",
            {
                "measured": ("count", "response_of_n"),
                "whole": ("count", "response_bounds_of_n"),
                **{k: v for k, v in rate_places("response").items() if k in ("share", "low", "high")},
            },
            "response_pct",
        ),
        how_to_read="reading.bounds",
        caption="bounds.caption",
        columns=(
            Column("condition", label("condition"), numeric=False),
            Column("baseline", count("n_baseline")),
            *(
                column
                for outcome in ("response", "remission")
                for column in (
                    Column(outcome, rate(outcome)),
                    Column("worst", plain("share", f"{outcome}_pct_worst", f"{outcome}_pct")),
                    Column("best", plain("share", f"{outcome}_pct_best", f"{outcome}_pct")),
                )
            ),
        ),
        definition="def-bounds",
        charts=tuple(_chart(words, "condition", outcome, bounds=True) for outcome in ("response", "remission")),
    )


def better_and_worse(words: Words, group: Group) -> Declared:
    """Reliably better and reliably worse by route or by condition, worsening as large as improvement."""
    outcomes = ("reliable_improvement", "reliable_deterioration")
    finding = Phrase(
        f"reliable.finding_by_{group}",
        {
            "better": ("share", f"{outcomes[0]}_pct"),
            "worse": ("share", f"{outcomes[1]}_pct"),
            "lowest": ("share", "lowest"),
            "highest": ("share", "highest"),
        },
        f"{outcomes[1]}_pct",
        otherwise="reliable.heading",
    )
    of_one = Phrase(
        "reliable.finding",
        {"better": ("share", f"{outcomes[0]}_pct"), "worse": ("share", f"{outcomes[1]}_pct")},
        f"{outcomes[1]}_pct",
        otherwise="reliable.heading",
    )
    return Declared(
        id="better-and-worse" if group == "route" else f"better-and-worse-by-{group}",
        rows=_LISTS[group],
        group=group,
        about="reliable_deterioration_pct",
        heading=finding,
        heading_of_one=of_one,
        sentence=Phrase("reliable.sentence", {**_WHEN, **_OF, "route": ("route", "route")}),
        reading=measured("reliable_deterioration", "reliable_deterioration"),
        how_to_read="reading.reliable",
        caption=f"reliable.caption_by_{group}",
        columns=(
            Column(group, label(group), numeric=False),
            *(Column(outcome, rate(outcome)) for outcome in (*outcomes, "reliable_recovery")),
        ),
        definition="def-reliable-improvement",
        charts=tuple(_chart(words, group, outcome) for outcome in outcomes),
    )


def measured(outcome: str, key: str) -> Phrase:
    """One sentence made from the subject row: how many could be measured, what they show, one limitation."""
    return Phrase(
        f"reading_of.{key}",
        {
            **rate_places(outcome),
            "followed": ("share", "followup_pct"),
            "analysed": ("count", "n_analysed"),
            "due": ("count", "n_due"),
            "condition": ("condition", "condition"),
            "route": ("route", "route"),
        },
        f"{outcome}_pct",
    )


def _chart(words: Words, group: Group, outcome: str, bounds: bool = False) -> Chart:
    places = {**rate_places(outcome), "group": (group, group)}
    return Chart(
        id=f"{outcome.replace('_', '-')}-by-{group}{'-bounds' if bounds else ''}",
        spec=rate_by_group.spec(words, group, outcome, bounds),
        rows=_LISTS[group],
        fields=rate_by_group.fields(group, outcome, bounds),
        finding=Phrase(f"title.{outcome}", places, f"{outcome}_pct", otherwise=f"outcome.{outcome}"),
        definition=f"def-{outcome.replace('_', '-')}",
        about=f"{outcome}_pct",
    )


def columns_of(names: Sequence[str]) -> tuple[Column, ...]:
    """Counts of the ladder as columns, headed by the words of their step."""
    return tuple(Column(name.removeprefix("n_"), count(name)) for name in names)
