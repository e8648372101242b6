"""Vital signs, dissociation and sedation during sessions, and how many people went beyond a limit."""

from __future__ import annotations

from reports.charts import rate_by_group
from reports.phrases import Phrase, Places, plain
from reports.sections.declared import Chart, Column, Declared, ListOf
from reports.words import Words

TABLE = "vitals_by_route"
BEYOND: Places = {
    "share": ("share", "patients_beyond_pct"),
    "low": ("share", "patients_beyond_ci_low"),
    "high": ("share", "patients_beyond_ci_high"),
    "part": ("count", "patients_beyond_n"),
    "whole": ("count", "patients_n"),
}
_ABOUT = "patients_beyond_pct"
_LIMITED = ListOf(TABLE, where={"limited": "yes"})
_PEAK = ListOf(TABLE, where={"measure": "sbp_peak"})
_GROUP: Places = {"condition": ("condition", "condition"), "route": ("route", "route")}
_READ: Places = {"part": ("count", "n"), "whole": ("count", "sessions_n")}
_MEAN: Places = {"figure": ("mean", "mean"), "spread": ("mean", "sd")}
_LIMIT: Places = {"measure": ("measure", "measure"), "limit": ("text", "limit_said")}


def vitals(words: Words) -> Declared:
    """Every measure for the chosen condition and route of the session."""
    heading = Phrase("vitals.finding", {**BEYOND, **_LIMIT}, _ABOUT, otherwise="vitals.heading")
    return Declared(
        id="vitals",
        rows=ListOf(TABLE),
        subject=_PEAK,
        group="measure",
        about=_ABOUT,
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("vitals.sentence", _GROUP),
        reading=Phrase(
            "vitals.reading",
            {
                **BEYOND,
                **_LIMIT,
                "sessions": ("count", "n"),
                "all": ("count", "sessions_n"),
                "beyond": ("count", "beyond_n"),
            },
            _ABOUT,
        ),
        reading_of_silence=Phrase("vitals.silent", {"sessions": ("count", "n"), "all": ("count", "sessions_n")}),
        how_to_read="vitals.how_to_read",
        caption="vitals.caption",
        columns=(
            Column("measure", plain("measure", "measure"), numeric=False),
            Column(
                "sessions_recorded",
                Phrase("figure.part_of", _READ),
            ),
            Column("median", Phrase("figure.interval", _spread("median"), "median")),
            Column("mean_sd", Phrase("figure.with_spread", _MEAN, "mean")),
            Column("limit", plain("text", "limit_said"), numeric=False),
            Column(
                "sessions_beyond",
                Phrase("figure.part_of", {"part": ("count", "beyond_n"), "whole": ("count", "n")}, "beyond_n"),
            ),
            Column("people_beyond", Phrase("figure.rate", BEYOND, _ABOUT)),
            Column("source", plain("text", "source_said"), numeric=False),
        ),
        definition="def-vital-signs",
        empty="empty.sessions",
        charts=(
            Chart(
                id="people-beyond-a-limit",
                spec=rate_by_group.spec(words, "measure", "beyond"),
                rows=_LIMITED,
                fields={
                    **rate_by_group.fields_of(Phrase("vitals.beyond", _LIMIT), BEYOND),
                    # The names are long: on a narrow page there is no room for the interval beside them.
                    "reading": Phrase("vitals.share_n", BEYOND, _ABOUT),
                },
                finding=Phrase("vitals.title", _GROUP),
                definition="def-vital-signs",
                about=_ABOUT,
            ),
        ),
    )


def _spread(middle: str) -> Places:
    return {"figure": ("amount", middle), "low": ("amount", "p10"), "high": ("amount", "p90")}
