"""A clinic's own targets: the target in words, where the clinic stands, and whether that can be called met.

What is judged of what, and by which rule: `pipelines/outcomes/targets.py`. Clinics are in the order of their names,
never ranked.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.outcomes.targets import TARGETS, Target, assurance, interval_pct
from pipelines.provenance.arrivals import ANY_TABLE
from pipelines.vocabulary import ALL
from reports import figures, released_rows
from reports.deliveries_in_words import day
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView

DELIVERY_DAYS = "delivery_days"
LATE = {True: "not_met", False: "met", None: "open"}


def targets(page: Page) -> list[Section]:
    """The section; none on the page of a network in which no clinic has a target."""
    words, alone = page.words, page.scope.clinic_id != ALL
    if not page.about.targets:
        said = Section("targets", words.say("target.heading_one"), "", empty=words.say("target.none"))
        return [said] if alone else []
    clinics = sorted(page.about.targets, key=lambda clinic_id: rule_lines.clinic_name(page, clinic_id))
    names = (*(() if alone else ("clinic",)), "target", "stands", "assurance")
    rows = [row for clinic_id in clinics for row in _rows(page, clinic_id, page.about.targets[clinic_id], alone)]
    table = TableView(words.say("target.caption"), tuple(words.say(f"column.{name}") for name in names), tuple(rows))
    met = sum(row[-1].mark == "met" for row in rows)
    heading = words.say(
        "target.finding_one" if alone else "target.heading", met=figures.count(met), targets=figures.count(len(rows))
    )
    sentence = words.say("target.sentence_one" if alone else "target.sentence")
    return [Section("targets", heading, sentence, reading=words.say("reading.targets"), table=table, folded=False)]


def _rows(page: Page, clinic_id: str, given: Mapping[str, float], alone: bool) -> list[tuple[Cell, ...]]:
    clinic = () if alone else (parts.label(rule_lines.clinic_name(page, clinic_id)),)
    told = [
        (_aim(page, name, given[name]), *_standing(page, clinic_id, TARGETS[name], given[name]))
        for name in TARGETS
        if name in given
    ]
    if DELIVERY_DAYS in given:
        told.append((_aim(page, DELIVERY_DAYS, given[DELIVERY_DAYS]), *_delivering(page, clinic_id)))
    return [(*clinic, *row) for row in told]


def _aim(page: Page, name: str, value: float) -> Cell:
    when = page.words.name("timepoint", page.scope.timepoint)
    return parts.label(page.words.say(f"target.{name}", aim=rule_lines.plain(value), when=when))


def _standing(page: Page, clinic_id: str, target: Target, aim_pct: float) -> tuple[Cell, Cell]:
    """Where the clinic stands and what can be said of it; why there is no figure where there is none."""
    words = page.words
    row = released_rows.row(page.tables.get(target.table), clinic_id=clinic_id, **target.row)
    silent = _silence(row, target)
    if silent:
        return _silent(page, silent)
    part, whole = released_rows.number(row, target.part), released_rows.number(row, target.whole)
    assert part is not None and whole
    low, high = interval_pct(part, whole)
    said = words.say(
        "target.stands",
        share=figures.mean(100 * part / whole),
        low=figures.mean(low),
        high=figures.mean(high),
        part=figures.count(part),
        whole=figures.count(whole),
    )
    return parts.label(said), _said(page, assurance(target, aim_pct, low, high))


def _silence(row: released_rows.Row | None, target: Target) -> str:
    """Why the figure is not shown; '' when it is."""
    if row is None or target.of_the_measured:
        state = released_rows.state(row, target.share)
        return "" if state in ("reportable", "imprecise") else state
    numbers = [released_rows.number(row, column) for column in (target.share, target.part, target.whole)]
    return released_rows.why_empty(row, target.share) if None in numbers else ""


def _delivering(page: Page, clinic_id: str) -> tuple[Cell, Cell]:
    found = [at for at in page.about.arrivals if (at.clinic_id, at.table) == (clinic_id, ANY_TABLE)]
    if not found:
        return _silent(page, "no_data")
    (arrival,) = found
    days = arrival.days_before_newest
    key = {0: "target.delivered_newest", 1: "target.delivered_one"}.get(days, "target.delivered")
    said = parts.label(page.words.say(key, days=figures.count(days), day=day(page.words, arrival.last_on)))
    return said, _said(page, LATE[arrival.is_late])


def _silent(page: Page, why: str) -> tuple[Cell, Cell]:
    words = page.words
    return (
        Cell(words.say(f"state.{why}"), numeric=False, mark=why),
        Cell(words.say("target.silent"), numeric=False, mark=why),
    )


def _said(page: Page, found: str) -> Cell:
    return Cell(page.words.say(f"assurance.{found}"), numeric=False, mark=found)
