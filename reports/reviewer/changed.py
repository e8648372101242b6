"""What changed since the run before: checks that newly fail or no longer do, and shares that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.provenance.rule_runs import KEY, RuleRuns
from pipelines.vocabulary import ALL
from reports import figures
from reports.reviewer.trends import have_moved
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView
from reports.sections.rule_lines import EFFECTS, NOT_GOOD

# In the order in which they are told.
SIDES = ("worse", "better", "moved")
SHOWN_MOST_N = 300
# More than so many fold.
FOLDED_FROM_N = 12


@dataclass(frozen=True)
class Changed:
    """Checks of the clinics that the last run judged, before it and after it.

    rows: those that changed: the key, side (`worse`, `better`, `moved`), effect, and status, failed_n, evaluated_n,
    failed_pct with the ending `_before` and without. new_n: clinics that no earlier run judged.
    """

    rows: pd.DataFrame
    new_n: int


def changes(past: RuleRuns) -> Changed | None:
    """What the last run changed; None where there is no run before it."""
    if len(past.runs) < 2:
        return None
    last = past.runs[-1]
    before, now = (past.standing(run.number) for run in past.runs[-2:])
    before, now = (each[each["clinic_id"].isin(last.clinics)] for each in (before, now))
    both = now.merge(before, on=list(KEY), suffixes=("", "_before"))
    bad, was_bad = both["status"].isin(NOT_GOOD), both["status_before"].isin(NOT_GOOD)
    shares = (both[name].fillna(0.0).to_numpy("float64") for name in ("failed_pct_before", "failed_pct"))
    moved = pd.Series(have_moved(*shares), index=both.index)
    side = (
        pd.Series("", index=both.index)
        .mask(moved, "moved")
        .mask(was_bad & ~bad, "better")
        .mask(bad & ~was_bad, "worse")
    )
    rows = both.assign(side=side)[side != ""]
    order = pd.DataFrame(
        {
            "side": rows["side"].map(SIDES.index),
            "effect": rows["effect"].map(EFFECTS.index),
            "failed": -rows["failed_n"].fillna(0),
        }
    )
    ordered = rows.loc[order.sort_values(["side", "effect", "failed"], kind="stable").index]
    return Changed(ordered, len(last.clinics - set(before["clinic_id"])))


def changed(page: Page, linked: bool) -> Section:
    """The section: newly failing first."""
    words, found = page.words, changes(page.about.past)
    if found is None:
        return Section("changed", words.say("changed.first"), "", empty=words.say("changed.no_run"))
    counts = {side: figures.count(int((found.rows["side"] == side).sum())) for side in SIDES}
    told = [words.say("changed.sentence" if page.scope.clinic_id == ALL else "changed.sentence_one")]
    if found.new_n:
        told.append(words.say("changed.sentence_new", clinics=figures.count(found.new_n)))
    heading = words.say("changed.finding", **counts)
    if found.rows.empty:
        return Section("changed", words.say("changed.heading"), " ".join(told), empty=words.say("changed.none"))
    left = len(found.rows) - SHOWN_MOST_N
    if left > 0:
        told.append(words.say("changed.more", left=figures.count(left)))
    shown = found.rows.head(SHOWN_MOST_N).to_dict("records")
    many = len(page.about.past.runs[-1].clinics) > 1
    names = ("rule", *(("clinic",) if many else ()), "where", "changed", "before", "now", "rule_effect")
    table = TableView(
        words.say("changed.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_row(page, row, many, linked) for row in shown),
        filters=tuple(names.index(name) for name in ("clinic", "changed", "rule_effect") if name in names),
        shown=words.say("changed.shown", shown="{shown}", total="{total}"),
        file="changes.csv",
    )
    fold = words.say("changed.fold", changes=figures.count(len(shown)))
    folded = len(shown) > FOLDED_FROM_N
    return Section("changed", heading, " ".join(told), table=table, folded=folded, fold=fold)


def _row(page: Page, row: dict[Any, Any], many: bool, linked: bool) -> tuple[Cell, ...]:
    sentence = rule_lines.fact(page, row["rule"]).sentence
    return (
        Cell(row["rule"], numeric=False, link=rule_lines.link(page, row["rule"], linked), note=sentence),
        *((parts.label(rule_lines.clinic_name(page, row["clinic_id"])),) if many else ()),
        rule_lines.where(page, row["table"], row["column"]),
        Cell(page.words.say(f"changed.{row['side']}"), numeric=False),
        _figure(page, row, "_before"),
        _figure(page, row, ""),
        rule_lines.effect(page, row["effect"]),
    )


def _figure(page: Page, row: dict[Any, Any], end: str) -> Cell:
    failed, evaluated, share = (row[f"{name}{end}"] for name in ("failed_n", "evaluated_n", "failed_pct"))
    status = rule_lines.status(page, row[f"status{end}"])
    if pd.isna(failed) or pd.isna(evaluated) or pd.isna(share):
        return status
    note = page.words.say(
        "changed.figure",
        failed=figures.count(failed),
        evaluated=figures.count(evaluated),
        share=rule_lines.percent(float(share)),
    )
    return Cell(status.text, numeric=False, mark=status.mark, note=note)
