"""The rows behind a page made of released tables: which of them it carries, and which of them a choice shows.

A network's page carries the network's rows and, of each clinic, the totals over all routes or over all conditions; a
clinic's own page carries all rows of that clinic. `chosen` is the one definition of what a list holds; lists.js has
the same over the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from pipelines.vocabulary import ALL, PRIMARY
from reports import both_ways, derived_texts, released_rows
from reports.carried import FILTER_COLUMNS, Carried
from reports.dashboard_rows import Filters
from reports.released_rows import Row
from reports.sections.declared import Chart, Declared, ListOf, Tile
from reports.sections.parts import Page

# Of published results alone there is nothing to choose.
_NOT_OWN = ("benchmarks",)


@dataclass(frozen=True)
class CareRows:
    """tables: name -> the rows carried, in the order in which they are listed. carried: what of each table.

    scale_of: clinic -> condition -> the scale that `primary` stands for; empty where it stands for itself.
    """

    tables: Mapping[str, Sequence[Row]]
    carried: Mapping[str, Carried]
    scale_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def resolved(self, filters: Filters) -> Filters:
        """The filters with the scale that `primary` stands for."""
        own = self.scale_of.get(filters.clinic, {}).get(filters.condition)
        return replace(filters, scale=own) if own and filters.scale == PRIMARY else filters

    def chosen(self, which: ListOf, filters: Filters) -> list[Row]:
        """The rows of one list."""
        columns, filters = set(self.carried[which.table].codes), self.resolved(filters)
        asked = {
            column: (getattr(filters, name), name in which.by)
            for name, column in FILTER_COLUMNS.items()
            if column in columns and name not in which.free and column not in which.where
        }
        return [
            row
            for row in self.tables[which.table]
            if all(row[column] == value for column, value in which.where.items())
            and all(
                row[column] == value or (every and ALL in (value, row[column]))
                for column, (value, every) in asked.items()
            )
        ]

    def one(self, which: ListOf | None, filters: Filters) -> Row | None:
        """The one row of a list."""
        found = self.chosen(which, filters) if which else []
        return found[0] if found else None

    def seen(self, column: str, order: Iterable[str], tables: Iterable[str] = ()) -> list[str]:
        """The values of a column that any row of these tables has, in this order; without tables, of every own one."""
        among = tuple(tables) or tuple(name for name in self.tables if name not in _NOT_OWN)
        found = {row[column] for name in among for row in self.tables[name] if column in row}
        return [value for value in order if value in found]

    def clinics(self, page: Page) -> list[str]:
        """The clinics of whom there is a row, by name."""
        names = page.about.clinics
        return self.seen("clinic_id", sorted(names, key=lambda clinic: (names[clinic].casefold(), clinic)))

    def subject(self, section: Declared, filters: Filters) -> Row | None:
        """The row that the section's sentences are of."""
        return self.one(section.subject, filters)

    def blank(self, section: Declared, filters: Filters) -> Row:
        """The codes of the filters, and no figure."""
        codes = {FILTER_COLUMNS[name]: value for name, value in asdict(self.resolved(filters)).items()}
        return {**codes, "evidence": "none", "empty_because": ""}

    def listed(self, section: Declared, filters: Filters) -> list[Row]:
        """The rows of the section's list."""
        return self.chosen(_list(section.rows), filters)

    def told(self, section: Declared, filters: Filters) -> list[Row]:
        """The rows of the section's table: all of its list."""
        return self.listed(section, filters)

    def drawn(self, section: Declared, chart: Chart, filters: Filters) -> list[Row]:
        """The rows of one chart; those without a definition only where it draws them too."""
        rows = self.chosen(_list(chart.rows), filters)
        if not chart.defined_only:
            return rows
        return [row for row in rows if released_rows.state(row, chart.about) != "not_defined"]

    def titled(self, section: Declared, chart: Chart, filters: Filters) -> Row | None:
        """The row that the chart's title is of."""
        return self.one(chart.subject or section.subject, filters)

    def of_tile(self, tile: Tile, filters: Filters) -> Row | None:
        """The row that a tile is of."""
        return self.one(tile.subject, filters)


def care_rows(
    page: Page, tables: Mapping[str, Carried], scale_of: Mapping[str, Mapping[str, str]] | None = None
) -> CareRows:
    """The rows of these tables that this page carries; where it has main scales, of a single clinic theirs alone."""
    main = scale_of or {}
    return CareRows({name: _rows(page, name, carried, main) for name, carried in tables.items()}, tables, main)


def _list(rows: object) -> ListOf:
    if not isinstance(rows, ListOf):
        raise TypeError("a section of this page lists the rows of a table")
    return rows


def _rows(page: Page, name: str, carried: Carried, main: Mapping[str, Mapping[str, str]]) -> list[Row]:
    own = page.scope.clinic_id
    found = [
        _row(page, name, record, carried)
        for record in released_rows.rows(page.tables.get(name))
        if all(record[column] == value for column, value in carried.only.items())
        and (record.get("clinic_id", own) == own or (own == ALL and _is_margin(record) and _is_main(record, main)))
    ]
    places = {column: {value: i for i, value in enumerate(order)} for column, order in carried.orders.items()}
    return sorted(found, key=lambda row: tuple(places[c].get(row[c], len(places[c])) for c in places))


def _is_margin(record: Row) -> bool:
    """Whether a clinic's row is a total over all routes or all conditions."""
    return ALL in (record["condition"], record.get("route", ALL))


def _is_main(record: Row, main: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a clinic's row is of the condition's main scale, or of no single one."""
    scale = record.get("scale", PRIMARY)
    return not main or scale in (PRIMARY, main.get(record["clinic_id"], {}).get(record["condition"]))


def _row(page: Page, name: str, record: Row, carried: Carried) -> Row:
    row = {column: record.get(column) for column in (*carried.codes, *carried.numbers)}
    row |= _derived(name, record)
    if record.get("evidence") in released_rows.SILENT:
        # What the page does not show it does not carry either.
        row |= dict.fromkeys(set(carried.numbers) - set(carried.counts))
        if record["evidence"] == "not_enough" and carried.recorded and record[carried.recorded] == 0:
            row["evidence"] = "no_data"
    row |= derived_texts.of(name, record, page)
    reasons = [*str(record.get("empty_because") or "").split(";"), *_reasons(name, record)]
    row["empty_because"] = ";".join(each for each in reasons if each.split(":")[0] in carried.numbers)
    return row | {code: "" if row[code] is None else str(row[code]) for code in carried.codes}


def _reasons(name: str, record: Row) -> list[str]:
    """Why a derived number is not there, where more can be said than that it is missing."""
    return both_ways.why_empty(record) if name == "individual_change" else []


def _derived(name: str, record: Row) -> dict[str, float | None]:
    """Numbers made of released ones by subtraction or choice; None where one of them is not shown."""

    def number(column: str) -> float | None:
        return released_rows.number(record, column)

    if name == "care_pathway":
        of_n, recorded = number("of_n"), number("recorded_n")
        return {"not_recorded_n": None if of_n is None or recorded is None else of_n - recorded}
    if name == "individual_change":
        return both_ways.both_ways(record)
    if name == "baseline_sensitivity":
        # Where nobody has several scores there is nothing to say of the rules.
        return {"several_n": number("n_with_several") or None}
    if name == "safety_by_route":
        clustered = number("clustered_ci_low") is not None
        ends = {end: number(f"clustered_ci_{end}" if clustered else f"ci_{end}") for end in ("low", "high")}
        return {
            **{f"shown_ci_{end}": value for end, value in ends.items()},
            # Nothing is said of what there is none of.
            "without_table_n": number("assessed_without_table_n") or None,
            "unlinked_n": number("events_unlinked_n") or None,
        }
    return {}
