"""A page that is a list of declared sections over released tables: filled as delivered, and the same for its script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipelines.vocabulary import ALL, CONDITIONS, REPORTED_ROUTES, TIMEPOINTS
from reports.care_rows import CareRows, care_rows
from reports.carried import DERIVED, FILTER_COLUMNS, Carried
from reports.dashboard_rows import Filters
from reports.filled import Filled, FilledTile, fill, fill_tile, names, sections_as_data, shown, templates
from reports.packed import packed
from reports.phrases import Speaker, as_data
from reports.sections.declared import Declared, Tile
from reports.sections.parts import Page


@dataclass(frozen=True)
class CarriedPage:
    """Everything that such a page shows. empty: the sentence of a page with nothing to show."""

    tiles: tuple[FilledTile, ...]
    sections: tuple[Filled, ...]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    shown: str
    empty: str
    data: Mapping[str, Any] | None


@dataclass(frozen=True)
class PageOf:
    """What makes one such page: its file, the tables it carries, its tiles and sections, the words its script speaks.

    shown: the key of the line that says the choice. filters: those the page has beside clinic, condition and route.
    timed: the tables whose timepoints may be chosen. chosen: what is chosen at first, where it is not everything.
    scale_of: clinic -> condition -> the scale that `primary` stands for.
    """

    file: str
    tables: Mapping[str, Carried]
    tiles: tuple[Tile, ...]
    sections: tuple[Declared, ...]
    spoken: tuple[str, ...]
    shown: str
    timed: tuple[str, ...]
    scaled: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    scale_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def carried_page(page: Page, made: PageOf) -> CarriedPage:
    """The page of a scope."""
    rows = care_rows(page, made.tables, made.scale_of)
    filters = Filters(clinic=page.scope.clinic_id, **made.chosen)
    if not any(rows.tables.values()):
        return CarriedPage((), (), {}, "", page.words.say("empty.no_data"), None)
    speaker = Speaker(page.words, names(page))
    sections = [section for section in made.sections if rows.tables[section.table]]
    return CarriedPage(
        tiles=tuple(fill_tile(tile, rows.of_tile(tile, filters), speaker) for tile in made.tiles),
        sections=tuple(fill(section, rows, filters, speaker) for section in sections),
        choices=_choices(page, rows, made),
        shown=shown(speaker, rows.resolved(filters), made.shown),
        empty="",
        data=_data(page, rows, made, sections, filters),
    )


def _choices(page: Page, rows: CareRows, made: PageOf) -> dict[str, list[tuple[str, str]]]:
    """filter -> (code, name) of what a reader may choose."""
    named = names(page)
    scales = sorted(page.about.scales, key=lambda scale: page.about.scales[scale].name.casefold())
    codes = {
        "clinic": [ALL, *rows.clinics(page)] if page.scope.clinic_id == ALL else [],
        "condition": rows.seen("condition", (ALL, *CONDITIONS)),
        "route": rows.seen("route", (ALL, *REPORTED_ROUTES)),
        "scale": ["primary", *rows.seen("scale", scales, made.scaled)] if made.scaled else [],
        "timepoint": rows.seen("timepoint", TIMEPOINTS, made.timed),
    }
    return {kind: [(code, named[kind].get(code, code)) for code in found] for kind, found in codes.items() if found}


def _data(page: Page, rows: CareRows, made: PageOf, sections: Sequence[Declared], filters: Filters) -> dict[str, Any]:
    """What care.js reads: the rows, the names, the templates, the sections."""
    return {
        "file": made.file,
        "shown": made.shown,
        "clinic": page.scope.clinic_id,
        "defaults": asdict(filters),
        "tables": {
            name: packed(rows.tables[name], carried.codes, carried.numbers, carried.reads)
            for name, carried in made.tables.items()
        },
        "filter_columns": dict(FILTER_COLUMNS),
        "derived": list(DERIVED),
        "conditions": rows.seen("condition", CONDITIONS),
        "routes": rows.seen("route", REPORTED_ROUTES),
        "names": names(page),
        "words": templates(page, made.spoken),
        "synthetic": page.about.synthetic,
        "tiles": as_data(made.tiles),
        "sections": sections_as_data(sections),
        **({"scale_of": made.scale_of, "higher_is_better": higher_is_better(page)} if made.scale_of else {}),
    }


def higher_is_better(page: Page) -> list[str]:
    """The scales on which more is better."""
    return sorted(scale for scale, facts in page.about.scales.items() if facts.lower_is_better is False)
