"""Completeness by delivery: of a clinic's fields how many were filled in, run by run, and by how much that changed."""

from __future__ import annotations

import csv
import io
from math import isnan
from typing import Any

import pandas as pd

from pipelines.outcomes.estimates import rounded
from pipelines.provenance.rule_runs import FOLLOWED_N, RuleRuns
from reports import figures
from reports.reviewer.trends import MOVED_PCT
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView
from reports.table_file import text_cell

FILE = "completeness.csv"
COLUMNS = ("clinic_id", "run", "receipts", "verdict", "table", "column")
FIGURES = ("filled_n", "records_n", "filled_pct", "change_points")
# So many rows stand on the page, those that fell furthest first; the file holds all.
SHOWN_MOST_N = 100
# What the rule asks about that compares a delivery with all that stands; named beside this comparison of runs.
JUDGED = ("deliveries", "completeness")


def changes(past: RuleRuns) -> pd.DataFrame:
    """One row per run of the last FOLLOWED_N, clinic, table and column, in that order: the columns of `filled`, and

    filled_pct (0 to 100) and change_points = that minus the same of the clinic's last run before with records of this
    table, NA without one.
    """
    key = ["clinic_id", "table", "column"]
    rows = past.filled.sort_values(["run", *key], kind="stable", ignore_index=True)
    share = pd.Series(rounded(100 * rows["filled_n"] / rows["records_n"]), index=rows.index)
    before = share.groupby([rows[name] for name in key]).shift()
    rows = rows.assign(filled_pct=share, change_points=rounded(share - before))
    followed = [run.number for run in past.runs[-FOLLOWED_N:]]
    return rows[rows["run"].isin(followed)].reset_index(drop=True)


def filled(page: Page) -> Section:
    """The section on a clinic's own page: the furthest fall first, then the lowest share."""
    words, rows = page.words, changes(page.about.past)
    if rows.empty:
        return Section("filled", words.say("filled.heading"), "", empty=words.say("filled.empty"))
    ever = rows.groupby(["table", "column"])["filled_n"].transform("sum") > 0
    ordered = _ordered(rows[ever])
    shown = ordered.head(SHOWN_MOST_N).to_dict("records")
    never_n = len(rows.loc[~ever, ["table", "column"]].drop_duplicates())
    names = ("field", "run", "deliveries", "filled_in", "present", "change_points")
    table = TableView(
        words.say("filled.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_row(page, row) for row in shown),
        filters=(names.index("run"),),
        shown=words.say("filled.shown", shown="{shown}", total="{total}"),
        file=FILE,
    )
    told = [words.say("filled.sentence")]
    told += [
        words.say("filled.rule", rule=code, sentence=rule.sentence)
        for code, rule in page.about.rules.items()
        if JUDGED in rule.where
    ]
    if left := len(ordered) - len(shown):
        told.append(words.say("filled.more", left=figures.count(left), file=FILE))
    if never_n:
        told.append(words.say("filled.never_one" if never_n == 1 else "filled.never", fields=never_n, file=FILE))
    fold = words.say("filled.fold", rows=figures.count(len(shown)))
    return Section("filled", _finding(page, rows), " ".join(told), table=table, fold=fold)


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """The furthest fall first; of what did not fall the lowest share, the newest run."""
    fallen = rows["change_points"].where(rows["change_points"] <= -MOVED_PCT, 0.0).fillna(0.0)
    placed = rows.assign(fallen=fallen, newest=-rows["run"])
    order = placed.sort_values(["fallen", "filled_pct", "newest", "table", "column"], kind="stable").index
    return rows.loc[order]


def _finding(page: Page, rows: pd.DataFrame) -> str:
    """What the newest run with records shows against the one before."""
    words, newest = page.words, rows[rows["run"] == rows["run"].max()]
    told = newest.dropna(subset=["change_points"])
    if told.empty:
        return words.say("filled.first")
    furthest: dict[Any, Any] = told.sort_values("change_points", kind="stable").iloc[0].to_dict()
    if furthest["change_points"] > -MOVED_PCT:
        return words.say("filled.none_fell", run=furthest["run"])
    return words.say(
        "filled.finding",
        column=furthest["column"],
        table=words.name("quality_table", furthest["table"]),
        points=figures.mean(-furthest["change_points"]),
        run=furthest["run"],
    )


def _row(page: Page, row: dict[Any, Any]) -> tuple[Cell, ...]:
    words = page.words
    held = words.say(f"filled.{row['verdict']}") if row["verdict"] in ("blocked", "error") else ""
    return (
        rule_lines.where(page, row["table"], row["column"]),
        Cell(words.say("trend.run", run=row["run"]), numeric=False, note=held),
        parts.label(", ".join(map(str, row["receipts"]))),
        Cell(words.say("figure.part_of", part=figures.count(row["filled_n"]), whole=figures.count(row["records_n"]))),
        Cell(rule_lines.percent(row["filled_pct"])),
        _change(row["change_points"]),
    )


def _change(points: float) -> Cell:
    """By how many points, with its symbol; a dash where there is nothing before."""
    if isnan(points):
        return Cell("–")
    symbol = "●" if abs(points) < MOVED_PCT else "▼" if points < 0 else "▲"
    return Cell(f"{symbol} {figures.mean(points)}")


def filled_csv(page: Page) -> bytes:
    """Every field of every run shown on a line; an empty cell where there is nothing to compare with."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *FIGURES))
    for row in changes(page.about.past).to_dict("records"):
        told = {**row, "receipts": " ".join(map(str, row["receipts"]))}
        numbers = ("" if pd.isna(row[name]) else f"{row[name]:.6f}".rstrip("0").rstrip(".") for name in FIGURES)
        writer.writerow([*(text_cell(str(told[name])) for name in COLUMNS), *numbers])
    return text.getvalue().encode()
