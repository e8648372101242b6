"""Groups that were not made by chance: by number of sessions, by integration, by the therapist's presence.

Each says first that people who go on differ from those who stop; none is adjusted.
"""

from __future__ import annotations

from reports.charts import rate_by_group
from reports.phrases import Phrase, Places, count, plain, rate, rate_places
from reports.sections.declared import Chart, Column, Declared, ListOf
from reports.words import Words

# section -> its table, the column that holds the group.
CONTRASTS = {
    "by-sessions": ("outcomes_by_sessions", "sessions_group"),
    "by-integration": ("outcomes_by_integration", "integration_group"),
    "by-presence": ("presence_contrast", "presence"),
}
OUTCOMES = ("response", "reliable_deterioration")
_TREATED: Places = {"condition": ("condition", "condition"), "route": ("route", "route")}
_WHEN: Places = {"when": ("timepoint", "timepoint"), "condition": ("condition", "condition")}


def contrast(words: Words, section: str) -> Declared:
    """Response and reliable worsening by group, on each person's primary scale."""
    table, group = CONTRASTS[section]
    said = section.replace("-", "_")
    every = ListOf(table, where={group: "all"})
    heading = Phrase(f"contrast.heading_{said}")
    return Declared(
        id=section,
        rows=ListOf(table),
        subject=every,
        group=group,
        about="response_pct",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("contrast.sentence", _WHEN),
        reading=Phrase(
            f"contrast.reading_{said}",
            {
                **rate_places("response"),
                "followed": ("share", "followup_pct"),
                "analysed": ("count", "n_analysed"),
                "due": ("count", "n_due"),
            },
            "response_pct",
        ),
        how_to_read=f"contrast.how_to_read_{said}",
        caption=f"contrast.caption_{said}",
        columns=(
            Column(group, _named(group), numeric=False),
            Column("started", count("n_started")),
            Column("analysed", count("n_analysed")),
            Column("measured_pct", plain("share", "followup_pct")),
            *(Column(outcome, rate(outcome)) for outcome in ("response", "reliable_improvement", OUTCOMES[1])),
        ),
        definition="def-contrasts",
        charts=tuple(
            Chart(
                id=f"{outcome.replace('_', '-')}-{section}",
                spec=rate_by_group.spec(words, group, outcome),
                rows=ListOf(table),
                fields=rate_by_group.fields_of(_named(group), rate_places(outcome)),
                finding=Phrase(
                    f"title.{outcome}", rate_places(outcome), f"{outcome}_pct", otherwise=f"outcome.{outcome}"
                ),
                definition="def-contrasts",
                about=f"{outcome}_pct",
            )
            for outcome in OUTCOMES
        ),
    )


def _named(group: str) -> Phrase:
    """The group of a row: numbers of sessions are said by the page, as the windows in force make them."""
    return plain("text", "group_said") if group == "sessions_group" else plain(group, group)


def balance() -> Declared:
    """How the groups of presence differed before they were treated."""
    heading = Phrase("contrast.heading_balance")
    return Declared(
        id="balance",
        rows=ListOf("presence_balance"),
        subject=ListOf("presence_contrast", where={"presence": "all"}),
        group="presence",
        about="",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("contrast.sentence_balance", {"condition": _WHEN["condition"]}),
        reading=Phrase("contrast.reading_balance"),
        how_to_read="contrast.how_to_read_balance",
        caption="contrast.caption_balance",
        columns=(
            Column("presence", plain("presence", "presence"), numeric=False),
            Column("characteristic", plain("characteristic", "characteristic"), numeric=False),
            Column("level", plain("text", "level_said"), numeric=False),
            Column("in_group", plain("text", "group_said"), numeric=False),
            Column("in_others", plain("text", "others_said"), numeric=False),
            Column("difference_in_sds", plain("effect", "standardised_difference")),
        ),
        definition="def-contrasts",
    )


def benchmarks() -> Declared:
    """What is published elsewhere beside the network's own, and whether the two can be compared."""
    heading = Phrase("benchmarks.heading")
    return Declared(
        id="benchmarks",
        rows=ListOf("benchmarks", by=("condition", "route"), free=("scale", "timepoint", "clinic")),
        group="study",
        about="",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("benchmarks.sentence", _TREATED),
        reading=Phrase("benchmarks.sentence", _TREATED),
        how_to_read="benchmarks.how_to_read",
        caption="benchmarks.caption",
        columns=(
            Column(
                "group",
                Phrase("benchmarks.group", _TREATED),
                numeric=False,
            ),
            Column("scale", plain("scale", "scale"), numeric=False),
            Column("published_measure", plain("published_measure", "measure"), numeric=False),
            Column("published", plain("text", "value_said")),
            Column("this_network", plain("text", "own_said"), numeric=False),
            Column("match", plain("match", "match"), numeric=False),
            Column("why_not", plain("text", "why_said"), numeric=False),
            Column("source", plain("text", "source_said"), numeric=False),
        ),
        definition="def-benchmarks",
        folded=False,
    )
