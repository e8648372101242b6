"""The steps of care: how often each was recorded, how often it was done, how long it took and when it came."""

from __future__ import annotations

from reports.charts import rate_by_group
from reports.phrases import Phrase, Places, plain
from reports.sections.declared import Chart, Column, Declared, ListOf, Tile
from reports.words import Words

TABLE = "care_pathway"
DONE: Places = {
    "share": ("share", "done_pct"),
    "low": ("share", "ci_low"),
    "high": ("share", "ci_high"),
    "part": ("count", "done_n"),
    "whole": ("count", "recorded_n"),
}
_GROUP: Places = {"condition": ("condition", "condition"), "route": ("route", "route")}


def pathway(words: Words) -> Declared:
    """Every step of care for the chosen condition and route of the course."""
    integration = ListOf(TABLE, where={"step": "integration"})
    return Declared(
        id="pathway",
        rows=ListOf(TABLE),
        subject=integration,
        group="step",
        about="done_pct",
        heading=(heading := Phrase("pathway.finding", DONE, "done_pct", otherwise="pathway.heading")),
        heading_of_one=heading,
        sentence=Phrase("pathway.sentence", _GROUP),
        reading=Phrase(
            "pathway.reading",
            {
                **DONE,
                "unit": ("counted", "unit"),
                "unknown": ("count", "not_recorded_n"),
                "all": ("count", "of_n"),
            },
            "done_pct",
        ),
        reading_of_silence=Phrase(
            "pathway.silent",
            {"recorded": ("count", "recorded_n"), "all": ("count", "of_n"), "unit": ("counted", "unit")},
        ),
        how_to_read="pathway.how_to_read",
        caption="pathway.caption",
        columns=(
            Column("care_step", plain("care_step", "step"), numeric=False),
            Column(
                "recorded_of",
                Phrase(
                    "pathway.recorded",
                    {"part": ("count", "recorded_n"), "whole": ("count", "of_n"), "unit": ("counted", "unit")},
                ),
            ),
            Column("done", Phrase("figure.rate", DONE, "done_pct")),
            Column("median_minutes", _median("median_minutes", "minutes_patients_n")),
            Column("median_delay_days", _median("median_delay_days", "delay_days_patients_n")),
            Column("median_delay_minutes", _median("median_delay_minutes", "delay_minutes_patients_n", "hours")),
        ),
        definition="def-care-pathway",
        charts=(
            Chart(
                id="steps-of-care",
                spec=rate_by_group.spec(words, "care_step", "done", axis="recorded_of_100"),
                rows=ListOf(TABLE),
                fields=rate_by_group.fields_of(plain("care_step", "step"), DONE),
                finding=Phrase("pathway.title", _GROUP),
                definition="def-care-pathway",
                about="done_pct",
            ),
        ),
        folded=False,
    )


def tiles() -> tuple[Tile, ...]:
    """Preparation and integration, of the sessions in which they were recorded."""
    return tuple(
        Tile(
            Phrase("figure.of_100", {"share": DONE["share"]}, "done_pct"),
            Phrase(f"pathway.tile_{step}"),
            Phrase("headline.interval", DONE, "done_pct"),
            subject=ListOf(TABLE, where={"step": step}),
        )
        for step in ("preparation", "integration")
    )


def _median(column: str, people: str, read: str = "amount") -> Phrase:
    return Phrase("pathway.median", {"value": (read, column), "n": ("count", people)}, column)
