"""The page on care and safety: its sections as data."""

from __future__ import annotations

from reports.carried import TABLES
from reports.carried_page import CarriedPage, PageOf, carried_page
from reports.sections import contrasts, pathway, route_profile, safety, vitals
from reports.sections.declared import Declared, Tile
from reports.sections.parts import Page
from reports.words import Words

# The sections of the words file that this page's script speaks from.
SPOKEN = (
    *("figure", "state", "headline", "empty", "filters", "file", "title", "outcome"),
    *("pathway", "safety", "vitals", "profile", "contrast", "benchmarks", "reading_of"),
)


def care_page(page: Page) -> CarriedPage:
    """The page of a scope."""
    made = PageOf(
        file="care.html",
        tables=TABLES,
        tiles=tiles(),
        sections=declared(page.words),
        spoken=SPOKEN,
        shown="filters.shown_care",
        timed=tuple(table for table, _ in contrasts.CONTRASTS.values()),
    )
    return carried_page(page, made)


def tiles() -> tuple[Tile, ...]:
    """The first screen: what was done, what was asked, what happened."""
    return (*safety.tiles()[:1], *pathway.tiles(), *safety.tiles()[1:])


def declared(words: Words) -> tuple[Declared, ...]:
    """Every section, in the order of the page."""
    return (
        pathway.pathway(words),
        safety.safety(words),
        safety.events(),
        vitals.vitals(words),
        route_profile.profile(words),
        route_profile.adjusting(words),
        route_profile.published(),
        *(contrasts.contrast(words, section) for section in contrasts.CONTRASTS),
        contrasts.balance(),
        contrasts.benchmarks(),
    )
