"""The dashboard: its sections as data, filled for the page as it is delivered, and the same data for dashboard.js."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.vocabulary import ALL, PRIMARY, TIMEPOINTS
from reports.care_rows import CareRows
from reports.carried import FILTER_COLUMNS
from reports.dashboard_rows import (
    COURSE_NUMBERS,
    DERIVED_NUMBERS,
    LADDER,
    RELEASED_NUMBERS,
    DashboardRows,
    Filters,
    dashboard_rows,
)
from reports.filled import Filled, FilledTile, fill, fill_tile, names, sections_as_data, shown, templates
from reports.packed import packed
from reports.phrases import Speaker, as_data
from reports.released_rows import Row
from reports.sections import change, clinics, grid, headline, ladder, rates, watch
from reports.sections.declared import Chart, Declared, Headline
from reports.sections.parts import Page
from reports.watch_rows import DERIVED, WATCH, watch_rows
from reports.words import Words

# The sections of the words file that a page's script speaks from; the rest is only said here.
SPOKEN = ("figure", "state", "headline", "know", "empty", "margin", "grid", "ladder", "change", "bounds", "reliable")
SPOKEN_TOO = ("watch", "course", "clinics", "reading_of", "title", "outcome", "filters", "file")
_OUTCOME_CODES = (
    "clinic_id",
    "condition",
    "route",
    "scale",
    "timepoint",
    "evidence",
    "empty_because",
    "direction",
    "worst_condition",
    "profile",
)
_COURSE_CODES = ("clinic_id", "condition", "route", "scale", "axis", "empty_because")


@dataclass(frozen=True)
class Dashboard:
    """Everything that index.html shows. empty: the sentence of a page with no outcomes at all."""

    tiles: tuple[FilledTile, ...]
    to_know: tuple[str, ...]
    margins: tuple[Filled, ...]
    sections: tuple[Filled, ...]
    clinics: Filled | None
    choices: Mapping[str, Sequence[tuple[str, str]]]
    shown: str
    blocked: str
    empty: str
    data: Mapping[str, Any] | None


def dashboard(page: Page, specs: Mapping[str, Declared] | None = None) -> Dashboard:
    """The dashboard of a page's scope. specs: sections declared before by `declared`, to draw each chart once."""
    rows = dashboard_rows(page)
    filters = Filters(clinic=page.scope.clinic_id)
    subject = rows.row(filters)
    if subject is None or (subject["evidence"] == "withheld" and subject["n_started"] is None):
        reason = "withheld" if subject else "blocked" if filters.clinic in rows.blocked else "no_data"
        empty = page.words.say(f"empty.{reason}")
        listed = _clinics(page, rows, filters)
        return Dashboard((), (), (), (), listed, {}, "", _blocked(page, rows), empty, None)
    speaker = Speaker(page.words, names(page))
    sections = [
        section for section in (specs or declared(page.words, rows)).values() if section.id != "clinics" or _many(page)
    ]
    sections = [replace(each, charts=_known(each, rows)) for each in sections]
    first = headline.headline()
    worse = watch_rows(page)
    sections = [section for section in sections if not section.table or worse.tables[section.table]]
    filled = {s.id: fill(s, worse if s.table else rows, filters, speaker) for s in sections}
    outer = ("by-condition", "by-route", "clinics")
    return Dashboard(
        tiles=tuple(fill_tile(tile, subject, speaker) for tile in first.tiles),
        to_know=to_know(first, subject, speaker),
        margins=(filled["by-condition"], filled["by-route"]),
        sections=tuple(filled[section.id] for section in sections if section.id not in outer),
        clinics=filled.get("clinics"),
        choices=choices(page, rows),
        shown=shown(speaker, filters),
        blocked=_blocked(page, rows),
        empty="",
        data=_data(page, rows, worse, sections, first),
    )


def declared(words: Words, rows: DashboardRows) -> dict[str, Declared]:
    """Every section of the dashboard, in the order of the page."""
    sections = (
        rates.margin(words, "condition"),
        rates.margin(words, "route"),
        grid.grid(words, len(rows.routes)),
        ladder.ladder(words),
        change.change(words, rows.conditions),
        rates.bounds(words),
        rates.better_and_worse(words, "condition"),
        rates.better_and_worse(words, "route"),
        watch.watch(words),
        change.course(words, rows.conditions),
        clinics.clinics(),
    )
    return {section.id: section for section in sections}


def _known(section: Declared, rows: DashboardRows) -> tuple[Chart, ...]:
    return tuple(chart for chart in section.charts if not chart.condition or chart.condition in rows.conditions)


def _many(page: Page) -> bool:
    return page.scope.clinic_id == ALL and bool(page.about.clinics)


def _blocked(page: Page, rows: DashboardRows) -> str:
    """Which clinics the figures are without, because what they delivered is blocked."""
    if not rows.blocked or not _many(page):
        return ""
    named = [page.about.clinics.get(clinic) or clinic for clinic in sorted(rows.blocked)]
    return page.words.say("headline.blocked", clinics=", ".join(named))


def _clinics(page: Page, rows: DashboardRows, filters: Filters) -> Filled | None:
    return fill(clinics.clinics(), rows, filters, Speaker(page.words, names(page))) if _many(page) else None


def to_know(first: Headline, subject: Row, speaker: Speaker) -> tuple[str, ...]:
    """The sentences beside the tiles: those whose figures are shown."""
    if subject["n_analysed"] == 0:
        return (speaker.sentence(first.nobody, subject),)
    return tuple(sentence for phrase in first.to_know if (sentence := speaker.sentence(phrase, subject)))


def choices(page: Page, rows: DashboardRows) -> dict[str, list[tuple[str, str]]]:
    """filter -> (code, name) of what a reader may choose, the default first."""
    named = names(page)
    codes = {
        "clinic": list(rows.main_scale) if _many(page) else [],
        "condition": [ALL, *rows.conditions],
        "route": [ALL, *rows.routes],
        "scale": [PRIMARY, *rows.scales],
        "timepoint": list(TIMEPOINTS),
    }
    return {kind: [(code, named[kind].get(code, code)) for code in found] for kind, found in codes.items() if found}


def _data(
    page: Page, rows: DashboardRows, worse: CareRows, sections: Sequence[Declared], first: Headline
) -> dict[str, Any]:
    """What dashboard.js reads: the rows, the names, the templates, the sections."""
    course = [row for each in rows.course.values() for row in each]
    return {
        "file": "index.html",
        "shown": "filters.shown",
        "clinic": page.scope.clinic_id,
        "outcomes": packed(list(rows.outcomes.values()), _OUTCOME_CODES, (*RELEASED_NUMBERS, *DERIVED_NUMBERS)),
        "course": packed(course, _COURSE_CODES, COURSE_NUMBERS),
        "tables": {name: packed(worse.tables[name], each.codes, each.numbers) for name, each in WATCH.items()},
        "filter_columns": dict(FILTER_COLUMNS),
        "derived": list(DERIVED),
        "main_scale": rows.main_scale,
        "conditions": rows.conditions,
        "routes": rows.routes,
        "higher_is_better": sorted(s for s, scale in page.about.scales.items() if scale.lower_is_better is False),
        "names": names(page),
        "words": templates(page, (*SPOKEN, *SPOKEN_TOO)),
        "synthetic": page.about.synthetic,
        "ladder": LADDER,
        "enough_n": page.about.limits.precise_n,
        "blocked": sorted(rows.blocked),
        "headline": as_data(first),
        "sections": sections_as_data(sections),
    }
