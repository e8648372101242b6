"""The tables of one rule: where it fails, by route and condition, over the runs, and where its rows are listed."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.provenance.rule_runs import RuleAfter
from pipelines.vocabulary import ALL
from reports import figures
from reports.reviewer.inside import Listed, Part
from reports.reviewer.trends import counted_cells, receipt_of, spark
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Spark, TableView
from reports.sections.rule_lines import RuleLine

# So many lines stand in one table of a rule, the most urgent first.
SHOWN_MOST_N = 200


def counts(page: Page, told: Sequence[RuleLine]) -> TableView:
    """One row per check with something to look at."""
    words, shown = page.words, told[:SHOWN_MOST_N]
    many = page.scope.clinic_id == ALL
    counted = ("status", "failed_n", "evaluated_n", "failed_pct", "threshold", "trend", "first_failed")
    names = (*(("clinic",) if many else ()), "where", *counted)
    return TableView(
        words.say("rule.counts_caption", rule=told[0].rule),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(
            (
                *((parts.label(rule_lines.clinic_name(page, line.clinic_id)),) if many else ()),
                rule_lines.where(page, line.table, line.column),
                rule_lines.status(page, line.status),
                *counted_cells(page, line),
            )
            for line in shown
        ),
    )


def by_route_and_condition(page: Page, broken_down: Sequence[Part]) -> TableView | None:
    """One row per route or condition, clinic and field: the failing records of those evaluated; none without any."""
    if not broken_down:
        return None
    words, many = page.words, page.scope.clinic_id == ALL
    ordered = sorted(broken_down, key=lambda part: (part.dimension, -part.failed_n, part.clinic_id, part.level))
    names = ("of_group", *(("clinic",) if many else ()), "where", "failed", "failed_pct")
    return TableView(
        words.say("rule.parts_caption", rule=ordered[0].rule),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(
            (
                Cell(words.name(part.dimension, part.level), numeric=False, note=words.name("column", part.dimension)),
                *((parts.label(rule_lines.clinic_name(page, part.clinic_id)),) if many else ()),
                rule_lines.where(page, part.table, part.column),
                _part_of(page, part.failed_n, part.evaluated_n),
                _percent(part.failed_n, part.evaluated_n),
            )
            for part in ordered[:SHOWN_MOST_N]
        ),
    )


def runs(page: Page, code: str, after: Sequence[RuleAfter]) -> TableView | None:
    """The last runs, the newest first; none before there are two, for one says what the counts say."""
    if len(after) < 2:
        return None
    words, runs = page.words, {run.number: run for run in page.about.past.runs}
    return TableView(
        words.say("rule.runs_caption", rule=code),
        tuple(words.say(f"column.{name}") for name in ("run", "failed", "failed_pct", "checks_failed")),
        tuple(
            (
                Cell(words.say("trend.run", run=each.run), numeric=False, note=receipt_of(page, runs[each.run])),
                _part_of(page, each.failed_n, each.evaluated_n),
                _percent(each.failed_n, each.evaluated_n),
                _part_of(page, each.failed_checks, each.checks),
            )
            for each in reversed(after)
        ),
    )


def line(page: Page, after: Sequence[RuleAfter]) -> Spark | None:
    """The share of failing rows over the last runs; none before two are known."""
    shares = [100 * each.failed_n / each.evaluated_n if each.evaluated_n else None for each in after]
    known = sum(share is not None for share in shares)
    return spark(page, shares) if known > 1 else None


def files(page: Page, listed: Sequence[Listed], up: str) -> TableView:
    """One row per file that lists rows and values set aside. up: from the page to the home folder."""
    words, many = page.words, page.scope.clinic_id == ALL
    names = ("listed_in", *(("clinic",) if many else ()), "file", "rows_listed")
    return TableView(
        words.say("rule.listed_caption", rule=listed[0].rule),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(
            (
                Cell(each.path, numeric=False, link=f"{up}{each.path}"),
                *((parts.label(rule_lines.clinic_name(page, each.clinic_id)),) if many else ()),
                parts.label(each.file),
                Cell(figures.count(each.rows_n)),
            )
            for each in sorted(listed, key=lambda each: (each.clinic_id, -each.receipt))[:SHOWN_MOST_N]
        ),
    )


def _part_of(page: Page, part: int, whole: int) -> Cell:
    return Cell(page.words.say("figure.part_of", part=figures.count(part), whole=figures.count(whole)))


def _percent(part: int, whole: int) -> Cell:
    return Cell(rule_lines.percent(100 * part / whole) if whole else "–")
