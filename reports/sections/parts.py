"""What a section of a page is made of: a heading that says the finding, a sentence, a real table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.disclosure.released import ReleasedTable
from reports import figures, released_rows
from reports.about import About
from reports.released_rows import Row, Scope
from reports.words import Words


@dataclass(frozen=True)
class Spark:
    """A small line beside a word: its points as SVG has them, the last of them, and what it says in words."""

    width_px: int
    height_px: int
    lines: tuple[str, ...]
    x: str
    y: str
    spoken: str


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, whether it is a number to the right, and a mark (a state) for its look.

    note: a smaller text after it. spark: a small line of what went before.
    """

    text: str
    numeric: bool = True
    mark: str = ""
    link: str = ""
    note: str = ""
    spark: Spark | None = None


@dataclass(frozen=True)
class Drawn:
    """A chart of a section that does not answer to filters: its Vega-Lite spec and rows. label: what it says in words.

    height_px: None leaves it to the spec. wide: it scrolls sideways on a narrow page.
    """

    id: str
    title: str
    label: str
    spec: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    height_px: int | None = None
    wide: bool = False


@dataclass(frozen=True)
class TableView:
    """A table beside a chart: the first cell of each row is its header.

    foot: a row of totals. ids: the rows' own ids, for links to them. filters: the columns a reader can choose from;
    shown: the sentence that then says how many rows are left, with the places {shown} and {total}; file: the name under
    which a reader saves these rows as CSV, none where that is not offered.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    ids: tuple[str, ...] = ()
    filters: tuple[int, ...] = ()
    shown: str = ""
    file: str = ""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Of each column whether its numbers, and so its header, stand to the right; the first is the rows' header."""
        return tuple(place > 0 and any(row[place].numeric for row in self.rows) for place in range(len(self.columns)))


@dataclass(frozen=True)
class Section:
    """One section. `empty` = a sentence in place of the table when there is nothing to show.

    fold: what a folded table is called in place of `the same numbers as a table`. charts: drawn above it.
    """

    id: str
    heading: str
    sentence: str
    reading: str = ""
    table: TableView | None = None
    empty: str = ""
    folded: bool = True
    fold: str = ""
    charts: tuple[Drawn, ...] = ()


@dataclass(frozen=True)
class EarlierRun:
    """The run that judged a clinic last, where that is not the one of the report: its folder under `validation/`,

    the newest delivery it judged, and the address of its report of that clinic, empty where that is gone.
    """

    run_id: str
    receipt: int
    report: str


@dataclass(frozen=True)
class Page:
    """What every section is given: the released tables by name, the facts of the release, the words, the scope.

    rule_pages: rule code -> the address of its own page, of those that have one. clinic_reports: the same of clinics.
    earlier: of each clinic that the run of a reviewer's report did not judge, the one that did; None = none ever did.
    """

    tables: Mapping[str, ReleasedTable]
    about: About
    words: Words
    scope: Scope = field(default_factory=Scope)
    rule_pages: Mapping[str, str] = field(default_factory=dict)
    clinic_reports: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, EarlierRun | None] = field(default_factory=dict)

    @property
    def outcomes(self) -> ReleasedTable | None:
        """The table outcomes_by_route_condition, None when it was not released."""
        return self.tables.get("outcomes_by_route_condition")

    @property
    def when(self) -> str:
        """The timepoint of the page in words."""
        return self.words.name("timepoint", self.scope.timepoint)


def label(text: str, link: str = "") -> Cell:
    """A cell of words."""
    return Cell(text, numeric=False, link=link)


def silent(words: Words, state: str) -> Cell:
    """A cell that says why there is no number."""
    return Cell(words.say(f"state.{state}"), mark=state)


def people(record: Row | None, column: str, words: Words) -> Cell:
    """A count, or why it is not there."""
    value = released_rows.number(record, column)
    return silent(words, released_rows.why_empty(record, column)) if value is None else Cell(figures.count(value))


def rate_text(record: Row | None, outcome: str, words: Words) -> str | None:
    """`52 of 100 (49 to 55), 2,663 of 5,122`; None when the rate is not shown."""
    if released_rows.state(record, f"{outcome}_pct") not in ("reportable", "imprecise"):
        return None
    pct, low, high, part, of_n = (
        released_rows.number(record, f"{outcome}_{end}") for end in ("pct", "ci_low", "ci_high", "n", "of_n")
    )
    if pct is None or low is None or high is None or part is None or of_n is None:
        return None
    return words.say(
        "figure.rate",
        share=figures.share(pct),
        low=figures.share(low),
        high=figures.share(high),
        part=figures.count(part),
        whole=figures.count(of_n),
    )


def rate(record: Row | None, outcome: str, words: Words) -> Cell:
    """The rate with interval, numerator and denominator; or its state in words."""
    text = rate_text(record, outcome, words)
    state = released_rows.state(record, f"{outcome}_pct")
    if text is None:
        return silent(words, state if state not in ("reportable", "imprecise") else "withheld")
    return Cell(text, mark="imprecise" if state == "imprecise" else "")


def share(record: Row | None, column: str, words: Words) -> Cell:
    """A percentage as whole people of 100; silent where the row's evidence is."""
    value, state = released_rows.number(record, column), released_rows.state(record, column)
    return silent(words, state) if value is None or state in released_rows.SILENT else Cell(figures.share(value))


def moment(record: Row | None, column: str, words: Words) -> Cell:
    """A mean or standard deviation at one decimal; silent where the row's evidence is."""
    value, state = released_rows.number(record, column), released_rows.state(record, column)
    return silent(words, state) if value is None or state in released_rows.SILENT else Cell(figures.mean(value))


def evidence(record: Row, words: Words) -> Cell:
    """The evidence state of a row in words."""
    state = str(record.get("evidence") or "no_data")
    return Cell(words.say(f"state.{state}"), numeric=False, mark=state)
