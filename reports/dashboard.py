"""The dashboard: its sections as data, filled for the page as it is delivered, and the same data for dashboard.js."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipelines.vocabulary import ALL, PRIMARY, TIMEPOINTS
from reports import theme
from reports.dashboard_rows import (
    COURSE_NUMBERS,
    DERIVED_NUMBERS,
    LADDER,
    RELEASED_NUMBERS,
    DashboardRows,
    Filters,
    blank,
    dashboard_rows,
    ends,
    steps_of,
    summary,
)
from reports.packed import packed
from reports.phrases import Said, Speaker, as_data
from reports.released_rows import Row
from reports.sections import change, clinics, grid, headline, ladder, rates
from reports.sections.declared import Chart, Declared, Headline
from reports.sections.parts import Cell, Page, TableView
from reports.words import Words

# The sections of the words file that a page's script speaks from; the rest is only said here.
SPOKEN = ("figure", "state", "headline", "know", "empty", "margin", "grid", "ladder", "change", "bounds", "reliable")
SPOKEN_TOO = ("course", "clinics", "reading_of", "title", "outcome", "filters", "file")
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
)
_COURSE_CODES = ("clinic_id", "condition", "route", "scale", "axis", "empty_because")


@dataclass(frozen=True)
class FilledChart:
    """A chart's place on the page: its title in words; hidden = nothing to draw for these filters."""

    id: str
    finding: str
    definition: str
    label: str
    wide: bool
    hidden: bool


@dataclass(frozen=True)
class Filled:
    """A section in words for one choice of filters. empty: a sentence in place of charts and table ('' = shown)."""

    id: str
    heading: str
    sentence: str
    reading: str
    how_to_read: str
    definition: str
    charts: tuple[FilledChart, ...]
    table: TableView
    folded: bool
    empty: str


@dataclass(frozen=True)
class FilledTile:
    """A tile in words."""

    figure: Said
    what: str
    small: str
    mark: str


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
    filled = {section.id: fill(section, rows, filters, speaker) for section in sections}
    outer = ("by-condition", "by-route", "clinics")
    return Dashboard(
        tiles=tuple(
            FilledTile(
                speaker.cell(tile.figure, subject),
                speaker.sentence(tile.what, subject),
                speaker.sentence(tile.small, subject),
                tile.mark,
            )
            for tile in first.tiles
        ),
        to_know=to_know(first, subject, speaker),
        margins=(filled["by-condition"], filled["by-route"]),
        sections=tuple(filled[section.id] for section in sections if section.id not in outer),
        clinics=filled.get("clinics"),
        choices=choices(page, rows),
        shown=shown(speaker, filters),
        blocked=_blocked(page, rows),
        empty="",
        data=_data(page, rows, sections, first),
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


def fill(section: Declared, rows: DashboardRows, filters: Filters, speaker: Speaker) -> Filled:
    """One section in words for these filters."""
    subject = rows.row(filters)
    about = subject or blank(filters)
    lists = [_rows_of(chart, rows, filters) for chart in section.charts] if _by_chart(section) else []
    listed = [row for each in lists for row in each] if lists else rows.chosen(section.rows, filters)
    told = [row for row in listed if row.get("evidence") != "none"]
    if section.rows == "subject" and not _by_chart(section):
        told = steps_of(subject) if subject else []
    values = {**about, **summary(listed, section.about, section.group)}
    heading = section.heading_of_one if values["rows_n"] < 2 else section.heading
    return Filled(
        id=section.id,
        heading=speaker.sentence(heading, values),
        sentence=speaker.sentence(section.sentence, about),
        reading=read(section, subject, speaker),
        how_to_read=speaker.words.say(section.how_to_read),
        definition=section.definition,
        charts=tuple(_chart(chart, rows, filters, speaker) for chart in section.charts),
        table=TableView(
            speaker.words.say(section.caption),
            tuple(speaker.words.say(f"column.{column.heading}") for column in section.columns),
            tuple(_line(section, row, speaker) for row in told),
        ),
        folded=section.folded,
        empty="" if told else speaker.words.say(section.empty),
    )


def read(section: Declared, subject: Row | None, speaker: Speaker) -> str:
    """The sentence made from the section's data; nothing when the chosen group does not exist."""
    if subject is None:
        return ""
    return speaker.sentence(section.reading, subject) or speaker.sentence(section.reading_of_silence, subject)


def _by_chart(section: Declared) -> bool:
    """Whether each chart of the section has rows of its own, those of one condition."""
    return any(chart.condition for chart in section.charts)


def _rows_of(chart: Chart, rows: DashboardRows, filters: Filters) -> list[Row]:
    if chart.condition and filters.condition not in (ALL, chart.condition):
        return []
    found = rows.chosen(chart.rows, filters, chart.condition, chart.axis)
    if chart.condition and not any(row["route"] == filters.route for row in found):
        return []
    return found if chart.rows != "course" or sum(row["mean"] is not None for row in found) > 1 else []


def _chart(chart: Chart, rows: DashboardRows, filters: Filters, speaker: Speaker) -> FilledChart:
    drawn = _rows_of(chart, rows, filters)
    of_route = next((row for row in drawn if row["route"] == filters.route), None)
    subject = of_route if chart.condition else rows.row(filters)
    if chart.rows == "course" and subject is not None:
        subject = {**subject, **ends(drawn, speaker.words.limits.precise_n)}
    return FilledChart(
        chart.id,
        speaker.sentence(chart.finding, subject),
        chart.definition,
        str(chart.spec.get("description", "")),
        chart.wide,
        hidden=bool(chart.condition) and not drawn,
    )


def _line(section: Declared, row: Row, speaker: Speaker) -> tuple[Cell, ...]:
    link = section.link.format(clinic=row["clinic_id"]) if section.link else ""
    said = [speaker.cell(column.cell, row) for column in section.columns]
    return tuple(
        Cell(each.text, column.numeric, each.mark, "" if i else link)
        for i, (each, column) in enumerate(zip(said, section.columns, strict=True))
    )


def to_know(first: Headline, subject: Row, speaker: Speaker) -> tuple[str, ...]:
    """The sentences beside the tiles: those whose figures are shown."""
    if subject["n_analysed"] == 0:
        return (speaker.sentence(first.nobody, subject),)
    return tuple(sentence for phrase in first.to_know if (sentence := speaker.sentence(phrase, subject)))


def names(page: Page) -> dict[str, dict[str, str]]:
    """kind of code -> code -> name, for every code that a row of this page may hold."""
    kinds = ("condition", "route", "timepoint", "state", "direction", "step", "axis")
    found = {kind: page.words.names(kind) for kind in kinds}
    found["clinic"] = {
        ALL: page.words.say("filters.every_clinic"),
        **{c: n or c for c, n in page.about.clinics.items()},
    }
    found["scale"] = {PRIMARY: page.words.say("filters.primary")} | {s: f.name for s, f in page.about.scales.items()}
    found["colour"] = dict(theme.ROUTE_COLOURS)
    return found


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


def shown(speaker: Speaker, filters: Filters) -> str:
    """What the page shows, in one line: said aloud when it changes, and printed in place of the filters."""
    return speaker.words.say(
        "filters.shown", **{kind: speaker.name(kind, code) for kind, code in asdict(filters).items()}
    )


def _data(page: Page, rows: DashboardRows, sections: Sequence[Declared], first: Headline) -> dict[str, Any]:
    """What dashboard.js reads: the rows, the names, the templates, the sections."""
    course = [row for each in rows.course.values() for row in each]
    return {
        "clinic": page.scope.clinic_id,
        "outcomes": packed(list(rows.outcomes.values()), _OUTCOME_CODES, (*RELEASED_NUMBERS, *DERIVED_NUMBERS)),
        "course": packed(course, _COURSE_CODES, COURSE_NUMBERS),
        "main_scale": rows.main_scale,
        "conditions": rows.conditions,
        "routes": rows.routes,
        "higher_is_better": sorted(s for s, scale in page.about.scales.items() if scale.lower_is_better is False),
        "names": names(page),
        "words": {
            key: page.words.template(key) for key in page.words.sentences if key.split(".")[0] in (*SPOKEN, *SPOKEN_TOO)
        },
        "synthetic": page.about.synthetic,
        "ladder": LADDER,
        "enough_n": page.about.limits.precise_n,
        "blocked": sorted(rows.blocked),
        "headline": as_data(first),
        "sections": [_of_section(section) for section in sections],
    }


def _of_section(section: Declared) -> dict[str, Any]:
    told = (
        "id",
        "rows",
        "group",
        "about",
        "link",
        "empty",
        "heading",
        "heading_of_one",
        "of_groups",
        "sentence",
        "reading",
        "reading_of_silence",
        "columns",
        "charts",
    )
    return {name: as_data(getattr(section, name)) for name in told}
