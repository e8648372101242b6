"""The clinics of the network, in the order of their names: never ranked."""

from __future__ import annotations

from reports.phrases import Phrase, count, label, plain, rate
from reports.sections.declared import Column, Declared


def clinics() -> Declared:
    """One row per clinic with its counts, its follow-up and its response, and a link to its own pages."""
    return Declared(
        id="clinics",
        rows="clinics",
        group="clinic_id",
        about="response_pct",
        heading=Phrase("clinics.heading"),
        heading_of_one=Phrase("clinics.heading"),
        sentence=Phrase("clinics.sentence"),
        reading=Phrase("reading_of.clinics", {"condition": ("condition", "condition"), "route": ("route", "route")}),
        how_to_read="reading.clinics",
        caption="clinics.caption",
        columns=(
            Column("clinic", label("clinic"), numeric=False),
            Column("started", count("n_started")),
            Column("analysed", count("n_analysed")),
            Column("measured_pct", plain("share", "followup_pct")),
            Column("response", rate("response")),
            Column("reliable_deterioration", rate("reliable_deterioration")),
            Column("evidence", plain("state", "evidence"), numeric=False),
        ),
        definition="def-evidence",
        folded=False,
        link="clinics/{clinic}/index.html",
    )
