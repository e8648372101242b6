"""The reviewer's report from findings and runs made by hand: the past, what changed, each rule, each clinic alone."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace

import pytest

from pipelines.provenance.rule_runs import rule_runs
from pipelines.rules.finding import Finding
from reports import render
from reports.about import About, Delivery, RuleFact
from reports.reviewer import changed, rule_page, runs, trends
from reports.reviewer.flagged import OF_EACH_CLINIC_N, SHOWN_MOST_N, Flagged
from reports.reviewer.inside import Inside, Listed, Part
from reports.reviewer.report import Found, build_reviewers_report
from reports.sections import rule_lines, rule_tables
from reports.sections.parts import EarlierRun, Page, Section
from reports.words import words_of
from tests import released_sample as sample
from tests.rule_history import VALIDATIONS

SQL = "SELECT\n    count(flag) AS evaluated_n\nFROM delivered_sessions"
RULES = {
    "KAP-T04": RuleFact(
        "A word is one that its column accepts.",
        ("quarantines",),
        0.0,
        "one such record is already wrong, so none is tolerated",
        "a local word",
        "map the word",
        "conformance",
        "verification",
        (("sessions", "route"),),
        "value",
        "field",
        {("sessions", "route"): SQL},
    ),
    "KAP-A02": RuleFact(
        "The presence is recorded.",
        ("warns",),
        20.0,
        "a fifth may be missing",
        "not asked",
        "record it",
        "completeness",
        "verification",
        (("sessions", "therapist_presence"),),
        "none",
        "field",
    ),
}
FILES = (
    Delivery("alder", "a.csv", "sessions", 120, 120, 0, 0, 0, 0, "published", receipt=3),
    Delivery("birch", "b.csv", "sessions", 60, 59, 1, 0, 0, 0, "published", receipt=4),
)
# What stands: alder as in the second run, birch as in the third.
FINDINGS = [Finding(body["clinic_id"], *row) for body in (VALIDATIONS[2], VALIDATIONS[5]) for row in body["findings"]]
PARTS = [
    Part("birch", "KAP-T04", "sessions", "route", "condition", "trd", 1, 40),
    Part("birch", "KAP-T04", "sessions", "route", "condition", "ptsd", 0, 20),
]
LISTED = [Listed("birch", "KAP-T04", 4, "b.csv", 1, "quarantine/rows/birch/receipt-000004/reasons.csv")]
# More than stand on any page.
ROWS_N = SHOWN_MOST_N + 20
FLAGGED = [
    *(Flagged("alder", "KAP-A02", "sessions", "therapist_presence", 3, "a.csv", 7 * n) for n in range(1, ROWS_N + 1)),
    Flagged("birch", "KAP-A02", "sessions", "therapist_presence", 4, "=b.csv", 9),
]
FOUND = Found(FINDINGS, PARTS, LISTED, FLAGGED)


def about() -> About:
    return sample.about(
        clinics={"alder": "Alder House", "birch": "Birch Street"},
        deliveries=FILES,
        rules=RULES,
        past=rule_runs(VALIDATIONS),
    )


def page_of(facts: About) -> Page:
    return Page({}, facts, words_of())


def texts(section: Section) -> list[list[str]]:
    assert section.table is not None
    return [[cell.text for cell in row] for row in section.table.rows]


@pytest.fixture(scope="module")
def report() -> dict[str, str]:
    return {path: html.unescape(content.decode()) for path, content in build_reviewers_report(FOUND, about()).items()}


def test_after_each_run_checks_are_counted_of_every_clinic_as_it_stood() -> None:
    section = runs.runs(page_of(about()))
    # Run 1: T04 fails at alder, passes at birch; A02 passes at alder with failing rows; nothing to evaluate at birch.
    # Run 2: alder's T04 passes, its A02 fails. Run 3: birch's T04 fails, its A02 passes with failing rows.
    rows = texts(section)
    #      run, up to, clinics, passed, %, failed, nothing, no verdict, blocks, quarantines, blanks, warns, informs
    assert rows == [
        ["1", "2", "2", "2", "66.7", "1", "1", "0", "0", "1", "0", "0", "0"],
        ["2", "3", "1", "2", "66.7", "1", "1", "0", "0", "0", "0", "1", "0"],
        ["3", "4", "1", "2", "50.0", "2", "0", "0", "0", "1", "0", "1", "0"],
    ]
    assert section.heading == "Over 3 runs: 50.0 of 100 checks pass, in the run before 66.7"
    passed, failed = section.charts
    assert [row["value"] for row in passed.rows] == [66.67, 66.67, 50.0]
    assert [(row["run"], row["order"], row["value"]) for row in failed.rows] == [
        (1, 0, 1), (2, 0, 0), (3, 0, 1), (1, 1, 0), (2, 1, 1), (3, 1, 1),
    ]  # fmt: skip


def test_what_changed_is_told_of_the_clinics_that_the_last_run_judged_newly_failing_first() -> None:
    section = changed.changed(page_of(about()), linked=False)
    assert section.heading == "What changed since the run before: 1 newly failing, 0 no longer failing, 1 moved"
    assert texts(section) == [
        ["KAP-T04", "sessions: route", "▼ newly fails", "✓ passed", "✕ failed", "sets the row aside"],
        [
            "KAP-A02", "sessions: therapist_presence", "● moved", "– nothing to evaluate",
            "● passed, some rows fail", "warns",
        ],
    ]  # fmt: skip
    assert section.table is not None
    assert [cell.note for cell in section.table.rows[0]][3:5] == ["0 of 50: 0.0 %", "1 of 60: 1.7 %"]


def test_a_clinics_own_changes_are_those_of_its_own_last_run() -> None:
    alder = changed.changed(page_of(about().for_clinic("alder")), linked=False)
    assert [row[:3] for row in texts(alder)] == [
        ["KAP-A02", "sessions: therapist_presence", "▼ newly fails"],
        ["KAP-T04", "sessions: route", "▲ no longer fails"],
    ]


@pytest.mark.parametrize(
    ("before", "now", "is_moved"),
    # 3.05 and 3.14 both read 3.1; 3.149 reads 3.1 and 3.151 reads 3.2, though next to nothing moved.
    [(3.05, 3.14, False), (3.149, 3.151, False), (3.04, 3.14, True), (0.0, 0.05, True), (0.0, 0.04, False)],
)
def test_a_share_has_moved_where_a_reader_sees_it(before: float, now: float, is_moved: bool) -> None:
    assert trends.have_moved([before], [now]).tolist() == [is_moved]


def test_a_first_run_has_nothing_to_compare_with() -> None:
    first = page_of(replace(about(), past=rule_runs(VALIDATIONS[:2])))
    assert changed.changed(first, linked=False).empty == words_of().say("changed.no_run")
    section = runs.runs(first)
    assert section.charts == () and len(texts(section)) == 1


def test_every_check_says_how_it_went_and_when_it_first_failed() -> None:
    lines = rule_lines.lines_of_findings(FINDINGS)
    section = rule_tables.every_rule(page_of(about()), lines, linked=False)
    told = {(row[0], row[1]): row[-2:] for row in texts(section)}
    assert told == {
        ("KAP-T04", "Birch Street"): ["▲ more", "run 3"],
        ("KAP-A02", "Alder House"): ["● same", "run 1"],
        ("KAP-A02", "Birch Street"): ["–", "run 3"],
        ("KAP-T04", "Alder House"): ["● same", "run 1"],
    }
    assert section.table is not None
    sparks = {(row[0].text, row[1].text): row[-2].spark for row in section.table.rows}
    spoken = sparks["KAP-A02", "Alder House"]
    # 5 of 100, then 30 of 120, which the third run left as it stood.
    assert spoken is not None and spoken.spoken.endswith("5.0, 25.0, 25.0")
    assert spoken.lines == ("4,13.6 42,4 80,4",)


def test_very_many_checks_leave_those_with_nothing_to_look_at_to_the_file() -> None:
    passed = Finding("alder", "KAP-T04", "sessions", "route", "passed", 0, 100, 0.0, 0.0, "quarantines")
    many = [replace(passed, column=f"column_{n}") for n in range(rule_tables.SHOWN_MOST_N)]
    lines = rule_lines.lines_of_findings([*many, *FINDINGS])
    section = rule_tables.every_rule(page_of(about()), lines, linked=False)
    # Three of the four checks of the small report have failing rows.
    assert len(texts(section)) == 3
    assert f"{len(many) + 1:,} more checks" in section.sentence


def test_the_page_of_a_rule_tells_what_why_advice_query_counts_parts_runs_and_rows(report: dict[str, str]) -> None:
    page = report["rules/KAP-T04.html"]
    for told in (
        "A word is one that its column accepts.",
        "one value",
        "Conformance, value; verification",
        "0 %. One such record is already wrong, so none is tolerated.",
        "Usual cause: A local word.",
        "What to do: Map the word.",
        words_of().say("rule.use_quarantines"),
        SQL,
        "1 of 40",
        "0 of 170",
        'href="../../../quarantine/rows/birch/receipt-000004/reasons.csv"',
    ):
        assert told in page, told


def test_a_rule_that_only_warns_lists_its_first_rows_of_each_clinic(report: dict[str, str]) -> None:
    page = report["rules/KAP-A02.html"]
    assert words_of().say("rule.rows_flagged") in page
    listed = page[page.index("rows that fail</caption>") :]
    rows = listed[listed.index("<tbody>") : listed.index("</tbody>")]
    assert rows.count("<tr>") == OF_EACH_CLINIC_N + 1
    assert "a.csv" in rows and "delivery 4" in rows and ">9<" in rows and "sessions: therapist_presence" in rows
    own = report["clinics/alder/rules.html"]
    assert own.count("a.csv") == SHOWN_MOST_N


def test_every_row_of_a_rule_that_only_warns_is_a_line_of_the_file(report: dict[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(report["rows.csv"])))
    assert [row["row"] for row in rows if row["clinic_id"] == "alder"] == [str(7 * n) for n in range(1, ROWS_N + 1)]
    assert rows[-1] == {
        "clinic_id": "birch",
        # A spreadsheet takes no name for a formula.
        "file": "'=b.csv",
        "receipt": "4",
        "row": "9",
        "table": "sessions",
        "column": "therapist_presence",
        "rule": "KAP-A02",
        "expected": "The presence is recorded.",
        "remedy": "record it",
    }


def test_a_rule_on_a_clinics_history_names_the_field_and_no_row() -> None:
    moved = Finding("birch", "KAP-A02", "deliveries", "completeness", "failed", 1, 9, 11.1, 0.0, "warns")
    field = Flagged("birch", "KAP-A02", "deliveries", "completeness", None, "", None, "sessions.spo2_min")
    inside = Inside("../../../", flagged=[field])
    view = rule_page.rule_view(page_of(about()), "KAP-A02", rule_lines.lines_of_findings([moved]), inside)
    assert view.flagged is not None and view.flagged.caption == "KAP-A02: what moved"
    assert [[cell.text for cell in row] for row in view.flagged.rows] == [["Birch Street", "sessions: spo2_min"]]
    assert (view.rows, view.flagged_fold) == (words_of().say("rule.rows_moved"), "What moved: 1")


def test_without_a_list_of_rows_a_page_says_so_or_that_none_fails() -> None:
    lines, words = rule_lines.lines_of_findings(FINDINGS), words_of()
    said = {}
    for told in (lines, []):
        said[bool(told)] = rule_page.rule_view(page_of(about()), "KAP-A02", told, Inside("../")).rows
    assert said == {True: words.say("rule.rows_unknown"), False: words.say("rule.rows_clean")}


def test_a_clinic_that_the_run_did_not_judge_keeps_the_report_of_the_run_that_did() -> None:
    before = "../run-2/clinics/alder/quality.html"
    pages = build_reviewers_report(FOUND, about(), {"alder": EarlierRun("r-2", 3, before)})
    assert {path.split("/")[1] for path in pages if path.startswith("clinics/")} == {"birch"}
    network = html.unescape(pages["quality.html"].decode())
    assert f'href="{before}"' in network and 'href="clinics/birch/quality.html"' in network
    section = network[network.index('<section id="judged"') :]
    row = section[section.index("<tbody>") : section.index("</tbody>")]
    told = re.sub(r"<[^>]+>|\s+", " ", row).split()
    # The second run of three that judged something new.
    assert " ".join(told) == "Alder House run 2 (r-2) 3 that run's report of this clinic"
    assert f'href="{before}"' in row
    assert "This run judged 1 of 2 clinics: Birch Street." in network
    assert network.count("Not judged by this run. It was last judged by run 2 (r-2), up to delivery 3.") == 1


def test_where_the_earlier_report_is_gone_a_new_one_says_which_run_judged() -> None:
    pages = build_reviewers_report(FOUND, about(), {"alder": EarlierRun("r-2", 3, "")})
    own = html.unescape(pages["clinics/alder/quality.html"].decode())
    said = (
        "Not judged by this run. It was last judged by run 2 (r-2), up to delivery 3. That run's report of it is gone"
    )
    assert said in own[own.index('id="verdict"') : own.index('id="mend"')]
    network = html.unescape(pages["quality.html"].decode())
    assert said in network and 'href="clinics/alder/quality.html"' in network
    assert "made anew from the record" in network[network.index('<section id="judged"') :]
    assert "Not judged by this run" not in html.unescape(pages["clinics/birch/quality.html"].decode())


def test_a_clinic_that_no_run_has_judged_is_told_of_without_a_report() -> None:
    pages = build_reviewers_report(FOUND, about(), {"cedar": None})
    network = html.unescape(pages["quality.html"].decode())
    assert "No run has judged this clinic yet, so there is no report of it alone." in network
    assert "This run judged 2 of 3 clinics: Alder House, Birch Street." in network
    assert not any(path.startswith("clinics/cedar/") for path in pages)


def test_a_run_that_judged_every_clinic_says_nothing_of_earlier_ones(report: dict[str, str]) -> None:
    assert 'id="judged"' not in report["quality.html"] and "Not judged by this run" not in report["quality.html"]


def test_a_rule_on_too_many_rows_set_aside_leads_to_whatever_was_set_aside() -> None:
    blocked = Finding("birch", "KAP-D01", "deliveries", "quarantined_pct", "failed", 1, 1, 100.0, 20.0, "blocks")
    other = replace(LISTED[0], rule="KAP-K02", rows_n=4)
    far = replace(LISTED[0], clinic_id="alder", path="quarantine/rows/alder/receipt-000003/reasons.csv")
    page = replace(page_of(about()), about=replace(about(), rules={"KAP-D01": RuleFact("Few.", ("blocks",), 20.0)}))
    inside = Inside("../../../", listed=[*LISTED, other, far])
    view = rule_page.rule_view(page, "KAP-D01", rule_lines.lines_of_findings([blocked]), inside)
    assert view.listed is not None
    assert [[cell.text for cell in row] for row in view.listed.rows] == [[LISTED[0].path, "Birch Street", "b.csv", "5"]]


def test_every_check_is_a_line_of_the_file(report: dict[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(report["checks.csv"])))
    assert len(rows) == 4
    assert rows[0] == {
        "clinic_id": "birch",
        "rule": "KAP-T04",
        "table": "sessions",
        "column": "route",
        "kind": "conformance",
        "context": "verification",
        "effect": "quarantines",
        "status": "failed",
        "failed_n": "1",
        "evaluated_n": "60",
        "failed_pct": "1.666667",
        "threshold": "0",
        "first_failed_run": "3",
        "first_failed_up_to_receipt": "4",
    }


def test_a_clinics_report_stands_alone_and_holds_no_other_clinic(report: dict[str, str]) -> None:
    own = {path: text for path, text in report.items() if path.startswith("clinics/alder/")}
    assert {path.removeprefix("clinics/alder/") for path in own} == {
        *("quality.html", "rules.html", "checks.csv", "rows.csv", "deliveries.csv", "completeness.csv")
    }
    for path, text in own.items():
        shown = text.replace(render.vega_bundle(), "")
        assert not re.search(r"birch", shown, re.IGNORECASE), path
        up = re.findall(r'href="((?:\.\./)+)', shown)
        assert all(way == "../../../../" for way in up)
    birch = report["clinics/birch/rules.html"]
    assert 'href="../../../../quarantine/rows/birch/receipt-000004/reasons.csv"' in birch


def test_a_released_page_tells_neither_exact_parts_nor_the_names_of_runs_nor_links_into_the_home() -> None:
    from reports.pages import build_site

    site = build_site(sample.tables(), sample.about(rules=RULES))
    page = html.unescape(site["rules/KAP-T04.html"].decode())
    assert "By route and condition" not in page
    assert "quarantine/rows/<clinic>/receipt-<number>/reasons.csv" in page
    assert 'href="../../' not in page
    assert words_of().say("rule.rows_inside") in html.unescape(site["rules/KAP-A02.html"].decode())
    assert not any(path.endswith("rows.csv") for path in site)
