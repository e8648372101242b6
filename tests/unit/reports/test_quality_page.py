"""The quality page: verdict, what to mend, reconciliation, completeness, rules; figures worked out by hand."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from pipelines.provenance.arrivals import ANY_TABLE, Arrival
from pipelines.rules.finding import Effect, Finding, Status
from reports.about import About, Delivery, RuleFact
from reports.pages import build_site
from reports.reviewer.report import Found, build_reviewers_report
from reports.sections import completeness, quality, received, reconciliation, rule_lines, rule_tables
from reports.sections.parts import Page, TableView
from reports.sections.rule_lines import RuleLine
from reports.words import words_of
from tests import released_sample as sample


def rule(sentence: str, effect: str, allowed_pct: float, remedy: str, kahn: str, context: str) -> RuleFact:
    return RuleFact(sentence, (effect,), allowed_pct, "a reason", "a cause", remedy, kahn, context)


RULES = {
    "KAP-D01": rule("At most a fifth is quarantined.", "blocks", 20, "deliver again", "conformance", "verification"),
    "KAP-K02": rule("A required value is present.", "quarantines", 0, "fill it in", "completeness", "verification"),
    "KAP-A02": rule("Presence is recorded.", "warns", 20, "record it", "completeness", "verification"),
    "KAP-R09": rule("A weight can be believed.", "warns", 5, "check it", "plausibility", "validation"),
}
FILES = (
    Delivery("alpha", "sessions.csv", "sessions", 110, 100, 6, 3, 1, 0, "published"),
    Delivery("beta", "sessions.csv", "sessions", 50, 20, 30, 0, 0, 0, "blocked"),
    Delivery("beta", "scores.csv", "scores", 40, 40, 0, 0, 0, 0, "published"),
)


def finding(clinic: str, rule: str, column: str, status: Status, failed: int, of: int, effect: Effect) -> Finding:
    if status in ("not_applicable", "error"):
        return Finding(clinic, rule, "sessions", column, status, None, None, None, 0.0, effect)
    table = "deliveries" if effect == "blocks" else "sessions"
    return Finding(clinic, rule, table, column, status, failed, of, 100 * failed / of, 20.0, effect)


FINDINGS = (
    finding("alpha", "KAP-K02", "route", "failed", 2, 110, "quarantines"),
    finding("alpha", "KAP-A02", "therapist_presence", "passed_with_failures", 10, 100, "warns"),
    finding("alpha", "KAP-R09", "weight_kg", "passed", 0, 90, "warns"),
    finding("beta", "KAP-D01", "quarantined_pct", "failed", 1, 2, "blocks"),
    finding("beta", "KAP-K02", "route", "passed", 0, 50, "quarantines"),
    finding("beta", "KAP-A02", "therapist_presence", "passed_with_failures", 15, 60, "warns"),
    finding("beta", "KAP-R09", "weight_kg", "not_applicable", 0, 0, "warns"),
)


def about(**changes: object) -> About:
    clinics = {"alpha": "Alder House", "beta": "Birch Street"}
    return sample.about(**({"clinics": clinics, "deliveries": FILES, "rules": RULES} | changes))


def page_of(facts: About) -> Page:
    return Page({}, facts, words_of())


def lines(findings: tuple[Finding, ...] = FINDINGS) -> list[RuleLine]:
    return rule_lines.lines_of_findings(findings)


def texts(table: TableView | None) -> list[list[str]]:
    assert table is not None
    return [[cell.text for cell in row] for row in table.rows]


def report(findings: tuple[Finding, ...], facts: About) -> str:
    return html.unescape(build_reviewers_report(Found(findings), facts)["quality.html"].decode("utf-8"))


def test_the_verdict_names_the_blocked_clinic_why_and_what_rests_on_it() -> None:
    verdict = quality.verdict(page_of(about()), lines())
    assert verdict.heading == "Published, except Birch Street: blocked"
    published, held, failed, *_ = verdict.statements
    assert published.text.startswith("2 of 3 files are published")
    assert held.mark == "blocked"
    assert held.text.startswith("Birch Street: 1 of 2 files blocked.")
    assert '"At most a fifth is quarantined." does not hold.' in held.text
    # 30 of 50 records of the one file; the other clinic's file and the published one are not named.
    assert held.text.count("records set aside") == 1
    assert "sessions.csv: 30 of 50 records set aside (60.0 %), allowed 20 %." in held.text
    assert words_of().say("verdict.earlier_kept") in held.text
    assert ("About rule KAP-D01", "methods.html#rule-KAP-D01") in held.links
    assert failed.text.startswith("2 of 4 rules failed somewhere, in 2 of 7 checks.")


def test_a_clinic_with_every_file_blocked_has_no_figure() -> None:
    blocked = tuple(replace(file, state="blocked") for file in FILES if file.clinic_id == "beta")
    verdict = quality.verdict(page_of(about(deliveries=(FILES[0], *blocked))), lines())
    assert words_of().say("verdict.nothing_kept") in verdict.statements[1].text
    everything = quality.verdict(page_of(about(deliveries=blocked)), lines())
    assert everything.heading == words_of().say("verdict.all_held")


@pytest.mark.parametrize(
    ("status", "key"), [("error", "verdict.error"), ("failed", "verdict.failed"), ("passed", "verdict.passed")]
)
def test_an_error_is_no_verdict_and_a_failure_no_pass(status: Status, key: str) -> None:
    one = finding("alpha", "KAP-K02", "route", status, 1, 10, "quarantines")
    verdict = quality.verdict(page_of(about(deliveries=FILES[:1])), lines((one,)))
    assert verdict.heading == words_of().say(key)


def test_the_reviewers_report_shows_exact_counts_and_links_to_nothing_beside_it() -> None:
    text = report(FINDINGS, about())
    assert "2 of 110" in text and words_of().say("reader.reviewer") in text
    assert "methods.html" not in text


def test_each_clinic_is_told_what_to_mend_the_blocked_first_and_small_slips_apart() -> None:
    slip = finding("alpha", "KAP-R09", "weight_kg", "failed", 9, 1000, "blanks")  # 0.9 of 100
    shown = quality.content(page_of(about()), lines((*FINDINGS[:2], slip, *FINDINGS[3:])))["to_mend"]
    assert [(clinic.name, clinic.mark, clinic.open, clinic.rules) for clinic in shown.clinics] == [
        ("Birch Street", "blocked", True, "1 rule to mend"),
        ("Alder House", "to_mend", False, "1 rule to mend, small slips in 1 rule"),
    ]
    birch, alder = shown.clinics
    assert [(table.caption, texts(table)) for table in alder.tables] == [
        (
            "To mend at Alder House",
            [
                [
                    "A required value is present.", "Fill it in.", "sessions: route",
                    "2 of 110", "1.8", "20", "sets the row aside",
                ]
            ],
        ),
        (
            "Small slips at Alder House: under 1 of 100 rows",
            [
                [
                    "A weight can be believed.", "Check it.", "sessions: weight_kg",
                    "9 of 1,000", "0.9", "20", "blanks the value",
                ]
            ],
        ),
    ]  # fmt: skip
    assert "quarantine/rows/alpha/receipt-*/reasons.csv" in alder.rows and "row + 1" in alder.rows
    (blocking,) = birch.tables
    assert texts(blocking) == [
        [
            "At most a fifth is quarantined.", "Deliver again.", "deliveries: quarantined_pct",
            "1 of 2 files", "by file", "20 % of a file's records", "blocks the delivery",
        ]
    ]  # fmt: skip
    assert blocking.rows[0][3].note == "sessions.csv: 30 of 50 records set aside (60.0 %), allowed 20 %."


@pytest.mark.parametrize(
    ("failed", "of", "effect", "mark"),
    [(9, 1000, "blanks", "slips"), (10, 1000, "blanks", "to_mend"), (1, 1000, "blocks", "to_mend")],
)
def test_a_slip_is_under_1_of_100_rows_and_blocks_nothing(failed: int, of: int, effect: Effect, mark: str) -> None:
    one = finding("alpha", "KAP-R09", "weight_kg", "failed", failed, of, effect)
    (clinic,) = quality.content(page_of(about(deliveries=FILES[:1])), lines((one,)))["to_mend"].clinics
    assert clinic.mark == mark
    key = "verdict.slips" if mark == "slips" else "verdict.failed"
    assert quality.verdict(page_of(about(deliveries=FILES[:1])), lines((one,))).heading == words_of().say(key)


def test_every_file_adds_up_or_the_page_says_which_does_not() -> None:
    right = reconciliation.reconciliation(page_of(about()))
    assert right.heading == words_of().say("deliveries.right")
    assert right.table is not None
    assert [cell.text for cell in right.table.foot] == [
        "All files", "", "200", "160", "36", "3", "1", "0", "18.0", "✓ yes", "2 of 3",
    ]  # fmt: skip
    # Quarantined of records: 6 of 110, 30 of 50, 0 of 40; together 36 of 200.
    assert right.table.columns[-3] == "Set aside, %"
    assert [row[-3] for row in texts(right.table)] == ["5.5", "60.0", "0.0"]
    short = (*FILES[:2], replace(FILES[2], accepted=39))
    wrong = reconciliation.reconciliation(page_of(about(deliveries=short)))
    assert "1 of 3 files do not add up" in wrong.heading
    assert [row[-2] for row in texts(wrong.table)] == ["✓ yes", "✓ yes", "✕ no"]
    assert wrong.table is not None and wrong.table.foot[-2].text == "✕ no"


def test_completeness_is_the_share_present_with_its_denominator() -> None:
    section = completeness.completeness(page_of(about()), lines(), linked=True)
    # therapist_presence: 90 of 100 and 45 of 60, together 135 of 160; route: 108 of 110 and 50 of 50, together 158.
    assert section.table is not None
    shown = [[(cell.text, cell.note, cell.mark) for cell in row[1:]] for row in section.table.rows]
    assert shown == [
        [("98.2", "of 110", "missing-1"), ("100.0", "of 50", "missing-0"), ("98.8", "of 160", "missing-1")],
        [("90.0", "of 100", "missing-2"), ("75.0", "of 60", "missing-3"), ("84.4", "of 160", "missing-2")],
    ]
    assert section.table.columns[1:] == ("Alder House", "Birch Street", "All clinics")
    assert "75.0 of 100" in section.heading


def test_completeness_counts_no_rule_of_another_kind_and_tells_no_data_from_nothing_missing() -> None:
    none_due = finding("beta", "KAP-A02", "therapist_presence", "not_applicable", 0, 0, "warns")
    found = (*FINDINGS[1:5], none_due)
    section = completeness.completeness(page_of(about()), lines(found), linked=True)
    rows = {row[0]: row[1:] for row in texts(section.table)}
    assert rows["sessions: therapist_presence"] == ["90.0", "no data", "90.0"]
    assert set(rows) == {"sessions: therapist_presence", "sessions: route"}


def test_of_one_clinic_completeness_names_who_asks_and_the_denominator_in_columns_of_their_own() -> None:
    section = completeness.completeness(page_of(about()), lines(FINDINGS[:3]), linked=True)
    assert section.table is not None and section.table.columns == (
        "Field",
        "Asked for by",
        "Present, of 100",
        "Of records",
    )
    assert [[(cell.text, cell.note, cell.mark) for cell in row] for row in section.table.rows] == [
        [
            ("sessions: route", "", ""),
            ("KAP-K02: A required value is present.", "", ""),
            ("98.2", "", "missing-1"),
            ("110", "", ""),
        ],
        [
            ("sessions: therapist_presence", "", ""),
            ("KAP-A02: Presence is recorded.", "", ""),
            ("90.0", "", "missing-2"),
            ("100", "", ""),
        ],
    ]
    assert not section.charts


def test_a_share_just_under_all_never_reads_as_all() -> None:
    assert [rule_lines.percent(value) for value in (99.99, 99.94, 100.0, 0.01, 0.0)] == [
        "over 99.9", "99.9", "100.0", "under 0.1", "0.0",
    ]  # fmt: skip


def test_one_line_per_rule_that_needs_a_person_over_all_clinics() -> None:
    table = rule_tables.need_a_person(page_of(about()), lines(), linked=True).table
    assert [row[:7] for row in texts(table)] == [
        [
            "KAP-D01", "deliveries: quarantined_pct", "✕ failed",
            "1 of 2", "1 of 2 files", "by file", "20 % of a file's records",
        ],
        ["KAP-K02", "sessions: route", "✕ failed", "1 of 2", "2 of 160", "1.3", "20"],
        ["KAP-A02", "sessions: therapist_presence", "● passed, some rows fail", "2 of 2", "25 of 160", "15.6", "20"],
    ]  # fmt: skip


def test_a_rule_that_only_counts_needs_no_person() -> None:
    counted = replace(finding("alpha", "KAP-R09", "weight_kg", "passed_with_failures", 47, 100, "informs"))
    counted = replace(counted, threshold_pct=100.0)
    section = rule_tables.need_a_person(page_of(about()), lines((counted,)), linked=True)
    assert section.table is None and section.empty == words_of().say("person.empty")


def test_kinds_say_how_many_of_those_that_passed_only_count() -> None:
    counted = replace(FINDINGS[1], failed_n=100, failed_pct=100.0, threshold_pct=100.0)
    said = "1 of those that passed can only count"
    assert said in rule_tables.kinds(page_of(about()), lines((*FINDINGS[:1], counted))).sentence
    assert "only count" not in rule_tables.kinds(page_of(about()), lines()).sentence


def test_kinds_count_checks_that_had_something_to_evaluate() -> None:
    table = rule_tables.kinds(page_of(about()), lines()).table
    assert texts(table) == [
        ["Conformance", "0 of 1", "no data", "0 of 1", "0", "0"],
        ["Completeness", "3 of 4", "no data", "3 of 4", "0", "0"],
        ["Plausibility", "no data", "1 of 1", "1 of 1", "1", "0"],
    ]
    together = ["Together", "3 of 5", "1 of 1", "4 of 6", "1", "0"]
    assert table is not None and [cell.text for cell in table.foot] == together
    broken = replace(FINDINGS[2], status="error", failed_n=None, evaluated_n=None, failed_pct=None)
    errors = rule_tables.kinds(page_of(about()), lines((*FINDINGS[:2], broken))).table
    assert errors is not None and [cell.text for cell in errors.foot][3:] == ["1 of 2", "0", "1"]


def test_every_rule_stands_with_numerator_denominator_percent_threshold_status_and_effect() -> None:
    section = rule_tables.every_rule(page_of(about()), lines(), linked=True)
    assert section.table is not None and section.folded
    rows = texts(section.table)
    assert len(rows) == 7
    assert [
        "KAP-A02", "Birch Street", "sessions: therapist_presence", "Completeness", "warns",
        "● passed, some rows fail", "15", "60", "25.0", "20", "–", "–",
    ] in rows  # fmt: skip
    assert [section.table.columns[place] for place in section.table.filters] == [
        "Clinic", "Kind", "What a failure does", "Status",
    ]  # fmt: skip
    idle = next(row for row in rows if row[5] == "– nothing to evaluate")
    assert idle[6:9] == ["no data", "no data", "no data"]


class Links(HTMLParser):
    """The ids of a page and the addresses it links to."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.hrefs: set[str] = set()
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and given.get("href"):
            self.hrefs.add(str(given["href"]))


def test_every_link_to_a_place_of_the_site_finds_it_and_no_id_stands_twice() -> None:
    rules = {f"S{number:02d}": RULES["KAP-K02"] for number in range(1, 13)}
    site = build_site(sample.tables(), about(rules=rules, clinics=sample.about().clinics))
    told = ("quality.html", "methods.html", "rules.html")
    pages = {path: Links(content) for path, content in site.items() if path.endswith(told)}
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path
        for href in page.hrefs:
            target, _, anchor = href.partition("#")
            if anchor and (not target or target.endswith(("quality.html", "methods.html"))):
                folder = path.rpartition("/")[0]
                there = pages[f"{folder}/{target}".lstrip("/") if target else path]
                assert anchor in there.ids, f"{path} -> {href}"
    # Each rule has a page of its own; a clinic one page of those with something to look at, else the methods tell.
    assert "rules/S04.html" in pages["quality.html"].hrefs
    assert {"rules.html#S03", "methods.html#rule-S04"} <= pages["clinics/alpha/quality.html"].hrefs


def test_a_clinics_own_page_has_no_list_of_clinics_and_no_clinic_column() -> None:
    site = build_site(sample.tables(), about(clinics=sample.about().clinics))
    own = site["clinics/alpha/quality.html"].decode("utf-8")
    assert 'class="clinics"' not in own
    assert not re.search(r">\s*Clinic\s*</th>", own)
    assert not re.search("all clinics|field and clinic|each clinic", own, re.IGNORECASE)
    assert 'class="clinics"' in site["quality.html"].decode("utf-8")


def test_nothing_delivered_says_what_to_do() -> None:
    page = page_of(about(clinics={}, deliveries=(), rules={}))
    shown = quality.content(page, [])
    assert shown["verdict"].heading == words_of().say("verdict.nothing")
    assert shown["to_mend"].empty and all(section.empty for section in shown["sections"])


def test_of_very_many_deliveries_the_last_stand_on_the_page_and_all_in_the_reports_file() -> None:
    one = Delivery("alpha", "=more.csv", "scores", 5, 3, 1, 1, 0, 0, "published", receipt=0)
    many = tuple(replace(one, receipt=n) for n in range(1, reconciliation.SHOWN_MOST_N + 31))
    facts = about(deliveries=many, left_out=(replace(one, receipt=999, state="retracted"),))
    section = reconciliation.reconciliation(page_of(facts))
    assert "the last 200 of 230" in section.sentence and "validation/<run>/deliveries.csv" in section.sentence
    assert section.table is not None and len(section.table.rows) == 200
    # The totals are of all: 230 files of 5 records, of which 3 accepted.
    assert [cell.text for cell in section.table.foot][1:4] == ["1,150", "690", "230"]
    assert len(texts(received.received(page_of(facts)).table)) == 200
    files = build_reviewers_report(Found(FINDINGS), facts)
    rows = list(csv.DictReader(io.StringIO(files["deliveries.csv"].decode())))
    assert [row["receipt"] for row in rows] == [*(str(n) for n in range(1, 231)), "999"]
    assert (rows[-1]["state"], rows[0]["accepted"], rows[0]["file"], rows[0]["adds_up"]) == (
        "retracted", "3", "'=more.csv", "true",
    )  # fmt: skip


def test_a_clinic_gone_silent_is_told_in_the_verdict_though_no_rule_can_fail() -> None:
    last, newest = date(2026, 3, 8), 73
    late = Arrival("beta", ANY_TABLE, last, newest, 3, 31, 62, "usual")
    in_time = Arrival("alpha", ANY_TABLE, date(2026, 5, 20), 0, 3, 31, 62, "usual")
    told = quality.verdict(page_of(about(arrivals=(in_time, late))), lines()).statements
    (said,) = [each for each in told if each.mark == "late"]
    assert said.text == "Late: Birch Street, nothing since 8 March 2026, 73 days before the newest delivery."
    assert said.links[0][1] == "#arrived"
    of_a_table = replace(late, table="scores")
    assert not [
        each
        for each in quality.verdict(page_of(about(arrivals=(in_time, of_a_table))), lines()).statements
        if each.mark == "late"
    ]
