"""A section of the dashboard as data: which rows it lists, what it says of them, the columns of its table, its charts.

Read by dashboard.py for the page as delivered and by dashboard.js for every other choice of filters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reports.phrases import Number, Phrase

# The lists of the dashboard's outcomes (dashboard_rows.py).
List = Literal["subject", "by_condition", "by_route", "grid", "routes_of_condition", "course", "clinics"]

# Vega reads these tooltip fields as a heading and as an image to fetch (vega-tooltip): never let one through.
BANNED_FIELDS = frozenset({"title", "image"})


# What can be said of a group whose figure is not shown: how many could be measured.
SILENCE = Phrase(
    "reading_of.silent",
    {"analysed": ("count", "n_analysed"), "due": ("count", "n_due"), "followed": ("share", "followup_pct")},
)


@dataclass(frozen=True)
class ListOf:
    """Rows of one table that the filters choose: every column that a filter names holds the filter's value.

    by: filters that a row of any value passes while nothing is chosen, and `all` beside what is. free: filters that
    are not asked. where: columns that hold a fixed value. A filter that the table has no column for is not asked.
    """

    table: str
    by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    free: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of a table: the key of its heading, what stands in a cell, whether that is a number."""

    heading: str
    cell: Phrase
    numeric: bool = True


@dataclass(frozen=True)
class Chart:
    """One chart: a Vega-Lite spec without data, and the fields of its rows.

    rows: the list it draws; condition, axis: of the list, for a chart of one condition. finding: its title.
    measures: columns that the axis must hold, zero with them (none = the axis is fixed); room: what stands free beyond
    them for a text, as a share of the axis. tick: how many units of the rows make one of the axis. subject: the list
    whose one row the title is of (none = the section's). defined_only: a row whose figure nothing defines is left to
    the table.
    """

    id: str
    spec: Mapping[str, Any]
    rows: List | ListOf
    fields: Mapping[str, Phrase | Number]
    finding: Phrase
    definition: str
    about: str
    condition: str = ""
    axis: str = ""
    measures: tuple[str, ...] = ()
    room: float = 0.0
    wide: bool = False
    tick: float = 1.0
    subject: ListOf | None = None
    defined_only: bool = False

    def __post_init__(self) -> None:
        if BANNED_FIELDS & set(self.fields):
            raise ValueError(f"the chart {self.id} has a field that a tooltip would act on")
        if self.spec.get("datasets"):
            raise ValueError(f"the chart {self.id} carries its own data")


@dataclass(frozen=True)
class Declared:
    """One section.

    heading: of the subject row and of the list's summary about `about` over `group`; heading_of_one: said instead when
    the list is down to one group. reading: one sentence from the subject row; reading_of_silence: said instead when
    its figure is not shown; more: sentences after either, each where its figures are there. definition: the place in
    methods.html. of_groups: needs condition and route together, which a network's page does not hold of a single
    clinic. link: where a row's first cell leads, with a place {clinic}. subject: the list whose one row the sentences
    are of (none = the one row of the filters).
    """

    id: str
    rows: List | ListOf
    group: str
    about: str
    heading: Phrase
    heading_of_one: Phrase
    sentence: Phrase
    reading: Phrase
    reading_of_silence: Phrase = field(default_factory=lambda: SILENCE, kw_only=True)
    more: tuple[Phrase, ...] = field(default=(), kw_only=True)
    how_to_read: str
    caption: str
    columns: tuple[Column, ...]
    definition: str
    charts: tuple[Chart, ...] = ()
    folded: bool = True
    empty: str = "empty.section"
    of_groups: bool = False
    link: str = ""
    subject: ListOf | None = None

    @property
    def table(self) -> str:
        """The released table that its list is of; '' for the lists of the dashboard's outcomes."""
        return self.rows.table if isinstance(self.rows, ListOf) else ""

    @property
    def by_chart(self) -> bool:
        """Whether each chart of the section has rows of its own, those of one condition."""
        return any(chart.condition for chart in self.charts)


@dataclass(frozen=True)
class Tile:
    """One large figure: the figure, what it counts, the small print; mark: the look of what it says.

    subject: the list whose one row it is of (none = the one row of the filters).
    """

    figure: Phrase
    what: Phrase
    small: Phrase
    mark: str = ""
    subject: ListOf | None = None


@dataclass(frozen=True)
class Headline:
    """The first screen in words: the tiles, and the sentences beside them, those first that bring bad news.

    nobody: said instead of them when nobody has been measured.
    """

    tiles: tuple[Tile, ...]
    to_know: tuple[Phrase, ...]
    nobody: Phrase
