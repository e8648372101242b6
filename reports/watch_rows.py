"""What the dashboard carries of the table worsening_watch, and what a heading may say of all measures of a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from pipelines.outcomes.worsening_watch import DETERIORATIONS, EVENTS, STOPS
from pipelines.vocabulary import ALL, CONDITIONS
from reports import released_rows
from reports.care_rows import CareRows, care_rows
from reports.carried import Carried
from reports.released_rows import Row
from reports.sections.parts import Page

TABLE = "worsening_watch"
KINDS = ("deterioration", "safety_item", "event", "stopped")
SUBJECT = "deterioration_end_of_induction"
# Only a safety item has these; of any other measure they are left blank, not said to be undefined.
_OF_ITEMS = tuple(f"{name}_{part}" for name in ("at_baseline", "any", "at_last") for part in ("of_n", "n"))
_COUNTS = ("n_started", "patients_n", "unanswered_n", "new_of_n", "new_n", *_OF_ITEMS)
# Of the whole group, for the sentences about it: the safety item with most people newly positive, serious events.
SUMMED = ("item_n", "item_of_n", "serious_n", "serious_of_n")
WATCH: Mapping[str, Carried] = MappingProxyType(
    {
        TABLE: Carried(
            (
                *("clinic_id", "condition", "route", "measure", "kind", "measure_said", "item_said"),
                *("evidence", "empty_because"),
            ),
            (*_COUNTS, "new_pct", "new_ci_low", "new_ci_high", *SUMMED),
            (*_COUNTS, *SUMMED),
            {"condition": (ALL, *CONDITIONS), "kind": KINDS, "measure": (*DETERIORATIONS, *EVENTS, *STOPS)},
        )
    }
)
# Made for the page alone.
DERIVED = ("measure_said", "item_said", *SUMMED)


def watch_rows(page: Page) -> CareRows:
    """The rows of this page, each with its measure in words."""
    found = care_rows(page, WATCH)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in found.tables[TABLE]:
        groups.setdefault(_cell(row), []).append(row)
    summed = {cell: _summed(rows, page) for cell, rows in groups.items()}
    rows = [
        {**_blank_where_no_item(row), "measure_said": measure_name(page, row["measure"]), **summed[_cell(row)]}
        for row in found.tables[TABLE]
    ]
    return replace(found, tables={TABLE: rows})


def measure_name(page: Page, measure: str) -> str:
    """A measure in words: a safety item by its scale's name and its number."""
    scale, _, item = measure.rpartition("_item_")
    if not scale:
        return page.words.name("worsening", measure)
    return page.words.say("watch.item", scale=page.about.scale(scale).name, item=item)


def _cell(row: Row) -> tuple[str, ...]:
    return row["clinic_id"], row["condition"], row["route"]


def _summed(rows: Sequence[Row], page: Page) -> dict[str, object]:
    items = [row for row in rows if row["kind"] == "safety_item" and row["new_n"] is not None]
    worst = max(items, key=lambda row: (float(row["new_n"]), float(row["new_of_n"])), default=None)
    serious = next((row for row in rows if row["measure"] == "serious_adverse_event"), None)
    return {
        "item_said": measure_name(page, worst["measure"]) if worst else "",
        "item_n": worst and worst["new_n"],
        "item_of_n": worst and (worst["new_of_n"] or None),
        "serious_n": serious and serious["new_n"],
        "serious_of_n": serious and (serious["new_of_n"] or None),
    }


def _blank_where_no_item(row: Row) -> Row:
    if row["kind"] == "safety_item":
        return row
    blank = (*_OF_ITEMS, *(("unanswered_n",) if row["kind"] != "stopped" else ()))
    empty = [name for name in blank if released_rows.why_empty(row, name) != "withheld"]
    kept = [part for part in row["empty_because"].split(";") if part and part.split(":")[0] not in empty]
    return {**row, "empty_because": ";".join([*kept, *(f"{name}:none" for name in empty)])}
