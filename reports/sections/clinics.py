"""The clinics of the network, in the order of their names: never ranked."""

from __future__ import annotations

from pipelines.vocabulary import ALL, PRIMARY
from reports import released_rows
from reports.sections import parts
from reports.sections.parts import Page, Section, TableView


def clinics(page: Page) -> Section:
    """One row per clinic with its counts, its follow-up and its response, and a link to its own pages."""
    words = page.words
    names = sorted(page.about.clinics.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    if not names:
        return Section("clinics", words.say("clinics.heading"), "", empty=words.say("empty.section"))
    found = {
        record["clinic_id"]: record
        for record in released_rows.rows(
            page.outcomes, condition=ALL, route=ALL, scale=PRIMARY, timepoint=page.scope.timepoint
        )
    }
    table = TableView(
        words.say("clinics.caption", when=page.when),
        tuple(
            words.say(f"column.{c}") for c in ("clinic", "started", "analysed", "measured_pct", "response", "evidence")
        ),
        tuple(
            (
                parts.label(name or clinic_id, link=f"clinics/{clinic_id}/index.html"),
                parts.people(found.get(clinic_id), "n_started", words),
                parts.people(found.get(clinic_id), "n_analysed", words),
                parts.share(found.get(clinic_id), "followup_pct", words),
                parts.rate(found.get(clinic_id), "response", words),
                parts.evidence(found.get(clinic_id) or {}, words),
            )
            for clinic_id, name in names
        ),
    )
    return Section("clinics", words.say("clinics.heading"), words.say("clinics.sentence"), table=table, folded=False)
