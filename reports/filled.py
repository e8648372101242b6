"""Sections in words: a declared section filled from its rows for one choice of filters, as the page delivers it.

sections.js does the same for every other choice, from the same declarations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pipelines.vocabulary import ALL, PRIMARY
from reports import theme
from reports.dashboard_rows import Filters, summary
from reports.phrases import Said, Speaker, as_data
from reports.released_rows import Row
from reports.sections.declared import Chart, Declared, Tile
from reports.sections.parts import Cell, Page, TableView

_KINDS = ("condition", "route", "timepoint", "state", "direction", "step", "axis")
_CARE_KINDS = (
    "care_step",
    "event",
    "measure",
    "counted",
    "integration_group",
    "presence",
    "characteristic",
    "published_measure",
    "match",
    "change_method",
    "talking_version",
    "baseline_rule",
    "attribution_level",
    "clustering",
)
# What a page's script is told of a section.
_TOLD = (
    "id",
    "rows",
    "subject",
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
    "more",
    "columns",
    "charts",
)


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


def fill_tile(tile: Tile, row: Row | None, speaker: Speaker) -> FilledTile:
    """One tile in words. What it counts is said of nothing, too."""
    return FilledTile(
        speaker.cell(tile.figure, row),
        speaker.sentence(tile.what, row or {}),
        speaker.sentence(tile.small, row),
        tile.mark,
    )


class SectionRows(Protocol):
    """The rows of a page's sections for a choice of filters; the page's script has the same lists."""

    def subject(self, section: Declared, filters: Filters) -> Row | None:
        """The row that the section's sentences are of; None when the choice has none."""

    def blank(self, section: Declared, filters: Filters) -> Row:
        """What stands for a subject that there is none of: its codes and no figure."""

    def listed(self, section: Declared, filters: Filters) -> list[Row]:
        """The rows that the heading sums up."""

    def told(self, section: Declared, filters: Filters) -> list[Row]:
        """The rows of the table."""

    def drawn(self, section: Declared, chart: Chart, filters: Filters) -> list[Row]:
        """The rows of one chart."""

    def titled(self, section: Declared, chart: Chart, filters: Filters) -> Row | None:
        """The row that the chart's title is of."""


def fill(section: Declared, rows: SectionRows, filters: Filters, speaker: Speaker) -> Filled:
    """One section in words for these filters."""
    subject = rows.subject(section, filters)
    about = subject or rows.blank(section, filters)
    told = rows.told(section, filters)
    values = {**about, **summary(rows.listed(section, filters), section.about, section.group)}
    heading = section.heading_of_one if values["rows_n"] < 2 else section.heading
    return Filled(
        id=section.id,
        heading=speaker.sentence(heading, values),
        sentence=speaker.sentence(section.sentence, about),
        reading=read(section, subject, speaker),
        how_to_read=speaker.words.say(section.how_to_read),
        definition=section.definition,
        charts=tuple(_chart(section, chart, rows, filters, speaker) for chart in section.charts),
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
    first = speaker.sentence(section.reading, subject) or speaker.sentence(section.reading_of_silence, subject)
    return " ".join(said for said in (first, *(speaker.sentence(each, subject) for each in section.more)) if said)


def _chart(section: Declared, chart: Chart, rows: SectionRows, filters: Filters, speaker: Speaker) -> FilledChart:
    return FilledChart(
        chart.id,
        speaker.sentence(chart.finding, rows.titled(section, chart, filters)),
        chart.definition,
        str(chart.spec.get("description", "")),
        chart.wide,
        hidden=bool(chart.condition) and not rows.drawn(section, chart, filters),
    )


def _line(section: Declared, row: Row, speaker: Speaker) -> tuple[Cell, ...]:
    link = section.link.format(clinic=row["clinic_id"]) if section.link else ""
    said = [speaker.cell(column.cell, row) for column in section.columns]
    return tuple(
        Cell(each.text, column.numeric, each.mark, "" if i else link)
        for i, (each, column) in enumerate(zip(said, section.columns, strict=True))
    )


def names(page: Page) -> dict[str, dict[str, str]]:
    """kind of code -> code -> name, for every code that a row of this page may hold."""
    found = {kind: page.words.names(kind) for kind in (*_KINDS, *_CARE_KINDS)}
    found["clinic"] = {
        ALL: page.words.say("filters.every_clinic"),
        **{c: n or c for c, n in page.about.clinics.items()},
    }
    listed = {scale: facts.name for scale, facts in page.about.scales.items()}
    found["scale"] = {**listed, PRIMARY: page.words.say("filters.primary")}
    found["colour"] = dict(theme.ROUTE_COLOURS)
    return found


def shown(speaker: Speaker, filters: Filters, key: str = "filters.shown") -> str:
    """What the page shows, in one line: said aloud when it changes, and printed in place of the filters."""
    return speaker.words.say(key, **{kind: speaker.name(kind, code) for kind, code in asdict(filters).items()})


def sections_as_data(sections: Sequence[Declared]) -> list[dict[str, Any]]:
    """The sections as the page's script reads them."""
    return [{name: as_data(getattr(section, name)) for name in _TOLD} for section in sections]


def templates(page: Page, spoken: Sequence[str]) -> Mapping[str, str]:
    """key -> template, of those sections of the words file that the page's script speaks from."""
    return {key: page.words.template(key) for key in page.words.sentences if key.split(".")[0] in spoken}
