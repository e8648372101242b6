"""The page on change in detail: its sections as data."""

from __future__ import annotations

from dataclasses import replace

from pipelines.vocabulary import ALL, CONDITIONS
from reports import released_rows
from reports.carried_change import CHANGE_TABLES
from reports.carried_page import CarriedPage, PageOf, carried_page
from reports.sections import detail, firm
from reports.sections.declared import Declared
from reports.sections.parts import Page
from reports.words import Words

# The sections of the words file that this page's script speaks from.
SPOKEN = (
    *("figure", "state", "headline", "empty", "filters", "file", "title", "outcome"),
    *("individual", "talking", "baselines", "attribution", "firm", "reading_of"),
)


def change_page(page: Page) -> CarriedPage:
    """The page of a scope: at first the condition with most people measured, on its main scale."""
    clinics = [page.scope.clinic_id, *(page.about.clinics if page.scope.clinic_id == ALL else ())]
    scale_of = {clinic: _main_scales(page, clinic) for clinic in clinics}
    measured = {c: _analysed(page, c, scale) for c, scale in scale_of[page.scope.clinic_id].items()}
    first = max(measured, key=lambda condition: measured[condition], default=ALL)
    made = PageOf(
        file="change.html",
        tables=CHANGE_TABLES,
        tiles=(),
        sections=declared(page.words),
        spoken=SPOKEN,
        shown="filters.shown",
        timed=("individual_change", "baseline_sensitivity", "outcome_checks"),
        scaled=("individual_change",),
        chosen={"condition": first},
        scale_of=scale_of,
    )
    return carried_page(page, made)


def declared(words: Words) -> tuple[Declared, ...]:
    """Every section, in the order of the page."""
    return (
        detail.individual(words),
        detail.talking(words),
        detail.baselines(words),
        detail.attribution(words),
        firm.firm(words),
    )


def _main_scales(page: Page, clinic: str) -> dict[str, str]:
    scope = replace(page.scope, clinic_id=clinic)
    found = {condition: released_rows.main_scale(page.outcomes, scope, condition) for condition in CONDITIONS}
    return {condition: scale for condition, scale in found.items() if scale is not None}


def _analysed(page: Page, condition: str, scale: str) -> float:
    scope = page.scope
    key = {"clinic_id": scope.clinic_id, "condition": condition, "route": ALL, "scale": scale}
    row = released_rows.row(page.outcomes, **key, timepoint=scope.timepoint)
    return released_rows.number(row, "n_analysed") or 0.0
