"""The worsening watch: everything that shows people worse after the beginning, as large as the success beside it."""

from __future__ import annotations

from reports.charts import rate_by_group
from reports.phrases import Phrase, Places, count, plain, rate_places
from reports.sections.declared import Chart, Column, Declared, ListOf
from reports.watch_rows import SUBJECT, TABLE
from reports.words import Words

_GROUP: Places = {"condition": ("condition", "condition"), "route": ("route", "route")}
_ABOUT = "new_pct"


def watch(words: Words) -> Declared:
    """One row per measure: reliable deterioration, safety items, serious events, courses that ended badly."""
    subject = ListOf(TABLE, where={"measure": SUBJECT})
    heading = Phrase("watch.finding", rate_places("new"), _ABOUT, otherwise="watch.heading")
    return Declared(
        id="watch",
        rows=ListOf(TABLE),
        subject=subject,
        group="measure",
        about=_ABOUT,
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("watch.sentence", _GROUP),
        reading=Phrase(
            "watch.item_finding",
            {"item": ("text", "item_said"), "part": ("count", "item_n"), "whole": ("count", "item_of_n")},
        ),
        reading_of_silence=Phrase("watch.no_item"),
        more=(
            Phrase("watch.serious_finding", {"part": ("count", "serious_n"), "whole": ("count", "serious_of_n")}),
            Phrase("watch.what_to_do"),
        ),
        how_to_read="watch.how_to_read",
        caption="watch.caption",
        columns=(
            Column("worsening", plain("text", "measure_said"), numeric=False),
            Column("newly", Phrase("figure.rate", rate_places("new"), _ABOUT)),
            Column("newly_counted", _part("new")),
            Column("positive_before", _part("at_baseline")),
            Column("positive_later", _part("any")),
            Column("positive_last", _part("at_last")),
            Column("unanswered", count("unanswered_n")),
        ),
        definition="def-worsening",
        charts=(
            Chart(
                id="worsening-by-measure",
                spec=rate_by_group.spec(words, "worsening", "worsening"),
                rows=ListOf(TABLE),
                fields=rate_by_group.fields_of(plain("text", "measure_said"), rate_places("new")),
                finding=Phrase("watch.title", _GROUP),
                definition="def-worsening",
                about=_ABOUT,
            ),
        ),
        folded=False,
        empty="empty.watch",
    )


def _part(name: str) -> Phrase:
    return Phrase("figure.part_of", {"part": ("count", f"{name}_n"), "whole": ("count", f"{name}_of_n")})
