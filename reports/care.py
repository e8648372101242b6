"""The page on care and safety: its sections as data, filled for the page as delivered, and the same for care.js."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.vocabulary import ALL, CONDITIONS, REPORTED_ROUTES, TIMEPOINTS
from reports.care_rows import CareRows, care_rows
from reports.carried import DERIVED, FILTER_COLUMNS, TABLES
from reports.dashboard_rows import Filters
from reports.filled import Filled, FilledTile, fill, fill_tile, names, sections_as_data, shown, templates
from reports.packed import packed
from reports.phrases import Speaker, as_data
from reports.sections import contrasts, pathway, route_profile, safety, vitals
from reports.sections.declared import Declared, Tile
from reports.sections.parts import Page
from reports.words import Words

# The sections of the words file that this page's script speaks from.
SPOKEN = ("figure", "state", "headline", "empty", "filters", "file", "title", "outcome")
SPOKEN_TOO = ("pathway", "safety", "vitals", "profile", "contrast", "benchmarks", "reading_of")


@dataclass(frozen=True)
class CarePage:
    """Everything that care.html shows. empty: the sentence of a page with nothing to show."""

    tiles: tuple[FilledTile, ...]
    sections: tuple[Filled, ...]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    shown: str
    empty: str
    data: Mapping[str, Any] | None


def care_page(page: Page) -> CarePage:
    """The page of a scope."""
    rows = care_rows(page)
    filters = Filters(clinic=page.scope.clinic_id)
    if not any(rows.tables.values()):
        return CarePage((), (), {}, "", page.words.say("empty.no_data"), None)
    speaker = Speaker(page.words, names(page))
    sections = [section for section in declared(page.words) if rows.tables[section.table]]
    return CarePage(
        tiles=tuple(fill_tile(tile, rows.of_tile(tile, filters), speaker) for tile in tiles()),
        sections=tuple(fill(section, rows, filters, speaker) for section in sections),
        choices=choices(page, rows),
        shown=shown(speaker, filters, "filters.shown_care"),
        empty="",
        data=_data(page, rows, sections),
    )


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


def choices(page: Page, rows: CareRows) -> dict[str, list[tuple[str, str]]]:
    """filter -> (code, name) of what a reader may choose, the default first."""
    named = names(page)
    codes = {
        "clinic": [ALL, *rows.clinics(page)] if page.scope.clinic_id == ALL else [],
        "condition": rows.seen("condition", (ALL, *CONDITIONS)),
        "route": rows.seen("route", (ALL, *REPORTED_ROUTES)),
        "timepoint": rows.seen("timepoint", TIMEPOINTS, (table for table, _ in contrasts.CONTRASTS.values())),
    }
    return {kind: [(code, named[kind].get(code, code)) for code in found] for kind, found in codes.items() if found}


def _data(page: Page, rows: CareRows, sections: Sequence[Declared]) -> dict[str, Any]:
    """What care.js reads: the rows, the names, the templates, the sections."""
    return {
        "file": "care.html",
        "shown": "filters.shown_care",
        "clinic": page.scope.clinic_id,
        "tables": {
            name: packed(rows.tables[name], carried.codes, carried.numbers, carried.reads)
            for name, carried in TABLES.items()
        },
        "filter_columns": dict(FILTER_COLUMNS),
        "derived": list(DERIVED),
        "conditions": rows.seen("condition", CONDITIONS),
        "routes": rows.seen("route", REPORTED_ROUTES),
        "names": names(page),
        "words": templates(page, (*SPOKEN, *SPOKEN_TOO)),
        "synthetic": page.about.synthetic,
        "tiles": as_data(tiles()),
        "sections": sections_as_data(sections),
    }
