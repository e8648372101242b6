"""From treated to measured: each step of the ladder and what was lost on the way, in words."""

from __future__ import annotations

from reports.charts import ladder as ladder_chart
from reports.phrases import Phrase, plain
from reports.sections.declared import Chart, Column, Declared
from reports.words import Words


def ladder(words: Words) -> Declared:
    """The five steps of the chosen row."""
    finding = Phrase(
        "ladder.finding",
        {"started": ("count", "n_started"), "analysed": ("count", "n_analysed")},
        otherwise="ladder.heading",
    )
    return Declared(
        id="ladder",
        rows="subject",
        group="condition",
        about="n_analysed",
        heading=finding,
        heading_of_one=finding,
        sentence=Phrase("ladder.sentence", {"when": ("timepoint", "timepoint"), "scale": ("scale", "scale")}),
        reading=Phrase(
            "reading_of.ladder",
            {
                "due": ("count", "n_due"),
                "lost_due": ("count", "missed_n"),
                "share": ("share", "missed_pct"),
                "baseline_lost": ("count", "lost_n_baseline"),
            },
        ),
        how_to_read="reading.ladder",
        caption="ladder.caption",
        columns=(
            Column("step", plain("step", "step"), numeric=False),
            Column("people", plain("count", "people")),
            Column("lost", Phrase("ladder.lost", {"people": ("count", "lost"), "share": ("share", "lost_pct")})),
        ),
        definition="def-ladder",
        charts=(
            Chart(
                id="ladder-chart",
                spec=ladder_chart.spec(words),
                rows="subject",
                fields=ladder_chart.fields(),
                finding=Phrase("title.ladder", {"condition": ("condition", "condition"), "route": ("route", "route")}),
                definition="def-ladder",
                about="",
                measures=("people",),
                room=0.4,
            ),
        ),
    )
