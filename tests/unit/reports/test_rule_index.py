"""The index of a clinic's page of rules: groups, counts and order worked out by hand."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.finding import Finding
from pipelines.rules.rule import GROUPS
from reports.about import About, RuleFact
from reports.reviewer.report import Found, build_reviewers_report
from reports.reviewer.rule_index import index
from reports.sections.parts import Page
from reports.sections.rule_lines import lines_of_findings
from reports.words import words_of
from tests import released_sample as sample


def fact(code: str) -> RuleFact:
    return RuleFact(f"{code} holds.", ("warns",), 5.0, group=BY_CODE[code].group)


# As the catalogue has them: keys, completeness, completeness, conformance, sequence, deliveries.
RULES = {code: fact(code) for code in ("KAP-K01", "KAP-A01", "KAP-A02", "KAP-T04", "KAP-S01", "KAP-D22")}


def finding(code: str, column: str, status: str, failed_n: int, evaluated_n: int) -> Finding:
    share = 100 * failed_n / evaluated_n if evaluated_n else None
    return Finding("alder", code, "sessions", column, status, failed_n, evaluated_n, share, 5.0, "warns")


FINDINGS = [
    # Nothing to evaluate in one table is no less a pass of the other.
    finding("KAP-K01", "", "passed", 0, 100),
    finding("KAP-K01", "route", "not_applicable", 0, 0),
    finding("KAP-A01", "", "passed_with_failures", 1, 100),
    finding("KAP-A02", "therapist_presence", "passed_with_failures", 4, 100),
    finding("KAP-T04", "route", "failed", 30, 100),
    finding("KAP-T04", "drug", "passed_with_failures", 2, 100),
    finding("KAP-T04", "condition", "passed", 0, 100),
    finding("KAP-S01", "", "error", 0, 0),
    finding("KAP-D22", "completeness", "not_applicable", 0, 0),
]


def about() -> About:
    return sample.about(clinics={"alder": "Alder House"}, rules=RULES, deliveries=())


def test_the_index_counts_every_rule_by_group_failures_first() -> None:
    page = Page({}, about(), words_of())
    found = index(page, lines_of_findings(FINDINGS))
    assert found.heading == "4 of 6 rules have something to look at"
    assert found.sentence.startswith("2 failed or could not be evaluated") and "2 passed with" in found.sentence
    assert [(group.name, group.counted) for group in found.groups] == [
        ("Numbers and words", "1 failed"),
        ("Order in time", "1 could not be evaluated"),
        ("Structure and keys", "1 with every row passing"),
        ("Completeness", "2 passed with failing rows"),
        ("Deliveries and history", "1 with nothing to evaluate"),
    ]
    words, order, keys, completeness, _ = found.groups
    assert [(entry.code, entry.mark, entry.counted) for entry in words.told] == [("KAP-T04", "failed", "in 2 fields")]
    assert [(entry.code, entry.mark) for entry in order.told] == [("KAP-S01", "error")]
    # The more rows fail, the earlier.
    assert [(entry.code, entry.counted) for entry in completeness.told] == [
        ("KAP-A02", "4 of 100"),
        ("KAP-A01", "1 of 100"),
    ]
    assert keys.told == () and [(entry.code, entry.mark, entry.address) for entry in keys.others] == [
        ("KAP-K01", "passed", "")
    ]


def test_a_rule_without_a_group_only_counts_and_comes_last() -> None:
    counted = {"KAP-W01": replace(fact("KAP-K01"), group="")}
    page = Page({}, replace(about(), rules={**counted, **RULES}), words_of())
    found = index(page, lines_of_findings([*FINDINGS, finding("KAP-W01", "", "passed_with_failures", 3, 9)]))
    assert found.groups[-1].name == "Only counted"


def test_every_group_of_the_catalogue_has_a_name() -> None:
    assert set(words_of().names("rule_group")) == {*GROUPS, "counted"}


@pytest.fixture(scope="module")
def page() -> str:
    return html.unescape(build_reviewers_report(Found(FINDINGS), about())["clinics/alder/rules.html"].decode())


def test_every_rule_with_something_to_look_at_keeps_its_place_and_leads_back(page: str) -> None:
    places = re.findall(r'<section id="(KAP-[A-Z]\d+)"', page)
    # What could not be told, what failed, then the more rows the earlier.
    assert places == ["KAP-S01", "KAP-T04", "KAP-A02", "KAP-A01"]
    assert page.count('<section id="index"') == 1
    listed = page[page.index('id="index"') : page.index('class="rule"')]
    assert set(re.findall(r'href="#(KAP-[A-Z]\d+)"', listed)) == set(places)
    assert page.count('href="#index"') == len(places)


def test_what_failed_stands_open_and_what_passed_is_folded(page: str) -> None:
    folds = re.findall(r'<details class="rule"( open)?>\s*<summary><h2 id="(KAP-[A-Z]\d+)-heading"', page)
    assert [(code, bool(is_open)) for is_open, code in folds] == [
        ("KAP-S01", True),
        ("KAP-T04", True),
        ("KAP-A02", False),
        ("KAP-A01", False),
    ]
