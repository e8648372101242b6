"""The reviewer's report of a run, for the inside of the home only: the network's pages and each clinic's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.provenance.rule_runs import KEY
from pipelines.rules.finding import Finding
from pipelines.vocabulary import ALL
from reports.about import About
from reports.pages import frame
from reports.released_rows import Scope
from reports.reviewer import filled, quality_html, rules_html
from reports.reviewer.flagged import ROWS, Flagged, rows_csv
from reports.reviewer.inside import Inside, Listed, Part
from reports.reviewer.trends import first_failed
from reports.sections import reconciliation, rule_lines
from reports.sections.parts import EarlierRun, Page
from reports.sections.rule_lines import RuleLine
from reports.table_file import text_cell
from reports.words import words_of

CHECKS = "checks.csv"
CHECK_COLUMNS = (
    *KEY,
    *("kind", "context", "effect", "status", "failed_n", "evaluated_n", "failed_pct", "threshold"),
    *("first_failed_run", "first_failed_up_to_receipt"),
)
# From quality.html to the home folder: validation/<run_id>/, and clinics/<clinic_id>/ below it.
_UP, _UP_OF_CLINIC = "../../", "../../../../"


@dataclass(frozen=True)
class Found:
    """What a run found, in exact counts: what stands of every clinic, failures by route and condition, rows.

    listed: the lists of what was set aside. flagged: the rows that fail a rule which sets nothing aside.
    """

    findings: Sequence[Finding]
    broken_down: Sequence[Part] = ()
    listed: Sequence[Listed] = ()
    flagged: Sequence[Flagged] = ()

    def of_clinic(self, clinic_id: str) -> Found:
        """The same of one clinic."""
        return Found(
            [each for each in self.findings if each.clinic_id == clinic_id],
            [each for each in self.broken_down if each.clinic_id == clinic_id],
            [each for each in self.listed if each.clinic_id == clinic_id],
            [each for each in self.flagged if each.clinic_id == clinic_id],
        )


def build_reviewers_report(
    found: Found, about: About, earlier: Mapping[str, EarlierRun | None] | None = None
) -> dict[str, bytes]:
    """Relative path -> bytes: quality.html, rules/<code>.html and CSV files of all; in clinics/<clinic_id>/
    the same of one clinic, which holds no other. TypeError for anything but findings: counts are exact.

    earlier: of clinics that this run did not judge, the run that did. Where its report of a clinic is still there, that
    one holds and none is made anew.
    """
    before, clinics = earlier or {}, sorted({line.clinic_id for line in rule_lines.lines_of_findings(found.findings)})
    hold = {clinic_id: run.report for clinic_id, run in before.items() if run and run.report}
    own_pages = {clinic_id: hold.get(clinic_id) or f"clinics/{clinic_id}/quality.html" for clinic_id in clinics}
    report = _pages(found, about, ALL, own_pages, before)
    for clinic_id in (each for each in clinics if each not in hold):
        own_run = {clinic_id: before[clinic_id]} if clinic_id in before else {}
        own = _pages(found.of_clinic(clinic_id), about.for_clinic(clinic_id), clinic_id, {}, own_run)
        report |= {f"clinics/{clinic_id}/{path}": content for path, content in own.items()}
    return report


def _pages(
    found: Found,
    about: About,
    clinic_id: str,
    clinic_reports: Mapping[str, str],
    earlier: Mapping[str, EarlierRun | None],
) -> dict[str, bytes]:
    lines, words = rule_lines.lines_of_findings(found.findings), words_of(about.language, about.limits)
    page = Page({}, about, words, Scope(clinic_id), clinic_reports=clinic_reports, earlier=earlier)
    page = replace(page, rule_pages=rules_html.addresses_of(page, lines))
    up = f"{_UP}../" if clinic_id == ALL else _UP_OF_CLINIC
    inside = Inside(up, found.broken_down, found.listed, found.flagged)
    return {
        "quality.html": quality_html.quality_page(page, lines, _frame(page, "reviewer"), linked=False),
        CHECKS: checks_csv(page, lines),
        ROWS: rows_csv(page, found.flagged),
        reconciliation.FILE: reconciliation.deliveries_csv(page),
        **({} if clinic_id == ALL else {filled.FILE: filled.filled_csv(page)}),
        **rules_html.rule_pages(page, lines, lambda way: _frame(page, "reviewer_rules", way), inside),
    }


def _frame(page: Page, here: str, up: str = "") -> dict[str, Any]:
    """The frame of a released page, with the links that this report has, and who may read it."""
    words = page.words
    links = [{"href": f"{up}quality.html", "text": words.say("rule.back"), "here": here == "reviewer"}]
    if page.scope.clinic_id != ALL and any("#" in address for address in page.rule_pages.values()):
        address = f"{up}{rules_html.OF_A_CLINIC}"
        links.append({"href": address, "text": words.say("rule.link"), "here": here == "reviewer_rules"})
    files = (CHECKS, ROWS, reconciliation.FILE, *(() if page.scope.clinic_id == ALL else (filled.FILE,)))
    return frame(page, "reviewer", [], up) | {
        "links": links,
        "table_files": [{"href": f"{up}{file}", "text": file} for file in files],
        "reader": words.say("reader.reviewer"),
        "sheet_mark": words.say("page.synthetic") if page.about.synthetic else words.say("reader.reviewer"),
    }


def checks_csv(page: Page, lines: Iterable[RuleLine]) -> bytes:
    """Every check on a line, the most urgent first: percentages 0 to 100, an empty cell where there is no figure."""
    ordered = sorted(lines, key=lambda line: line.urgency)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CHECK_COLUMNS)
    writer.writerows(_check(page, line) for line in ordered)
    return text.getvalue().encode()


def _check(page: Page, line: RuleLine) -> list[str]:
    rule = rule_lines.fact(page, line.rule)
    run = first_failed(page.about.past, line)
    words = (line.clinic_id, line.rule, line.table, line.column, rule.kahn, rule.context, line.effect, line.status)
    figures = (line.failed_n, line.evaluated_n, line.failed_pct, line.threshold_pct)
    told = ["" if each is None else f"{round(each, 6):.6f}".rstrip("0").rstrip(".") for each in figures]
    since = ["", ""] if run is None else [str(run.number), str(run.receipt)]
    return [*(text_cell(word) for word in words), *told, *since]
