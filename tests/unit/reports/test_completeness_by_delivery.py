"""Completeness by delivery in a clinic's report: counts that the ledger keeps, worked out by hand run by run."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import Any

import pytest

from pipelines.provenance.rule_runs import FOLLOWED_N, rule_runs
from pipelines.rules.finding import Finding
from reports.about import RuleFact
from reports.pages import build_site
from reports.released_rows import Scope
from reports.reviewer import filled
from reports.reviewer.report import Found, build_reviewers_report
from reports.sections.parts import Page, Section
from reports.words import words_of
from tests import released_sample as sample
from tests.rule_history import judged, word

Profile = list[list[Any]]


def validated(run_id: str, clinic_id: str, receipts: list[int], profile: Profile, verdict: str = "passed") -> Any:
    """A judgement of one delivery more than before: the last of its receipts is the new one."""
    body = judged(run_id, clinic_id, receipts, word(0, 100 + len(receipts)))
    return {**body, "pending": receipts[-1:], "profile": profile, "verdict": verdict}


# weight_kg: 90 of 100, then 3 of 4 (-15), then, blocked, 50 of 200 (-50). dose_mg: all, all, 199 of 200 (-0.5).
# The second run of alder brings no score: `total` 40 of 80, then 60 of 80 (+25). period is never filled in.
VALIDATIONS = (
    validated(
        "r-1",
        "alder",
        [1],
        [
            ["scores", "total", 40, 80],
            ["scores", "phq9_upper_half", 11, 60],
            ["sessions", "dose_mg", 100, 100],
            ["sessions", "period", 0, 100],
            ["sessions", "weight_kg", 90, 100],
        ],
    ),
    validated("r-2", "birch", [2], [["sessions", "weight_kg", 1, 8]]),
    validated(
        "r-3",
        "alder",
        [1, 3],
        [["sessions", "dose_mg", 4, 4], ["sessions", "period", 0, 4], ["sessions", "weight_kg", 3, 4]],
    ),
    validated(
        "r-4",
        "alder",
        [1, 3, 4],
        [
            ["scores", "total", 60, 80],
            ["sessions", "dose_mg", 199, 200],
            ["sessions", "period", 0, 200],
            ["sessions", "weight_kg", 50, 200],
        ],
        "blocked",
    ),
)


def page_of(*validations: Any, clinic_id: str = "alder") -> Page:
    about = sample.about(past=rule_runs(validations), clinics={"alder": "Alder House", "birch": "Birch Street"})
    return Page({}, about.for_clinic(clinic_id), words_of(), Scope(clinic_id))


def texts(section: Section) -> list[list[str]]:
    assert section.table is not None
    return [[cell.text for cell in row] for row in section.table.rows]


def test_each_run_says_how_many_of_how_many_and_the_points_since_the_run_before_the_furthest_fall_first() -> None:
    section = filled.filled(page_of(*VALIDATIONS))
    assert texts(section) == [
        ["sessions: weight_kg", "run 3", "4", "50 of 200", "25.0", "▼ −50.0"],
        ["sessions: weight_kg", "run 2", "3", "3 of 4", "75.0", "▼ −15.0"],
        ["sessions: dose_mg", "run 3", "4", "199 of 200", "99.5", "▼ −0.5"],
        # Nothing fell: the lowest share first, then the newest run.
        ["scores: total", "run 1", "1", "40 of 80", "50.0", "–"],
        ["scores: total", "run 3", "4", "60 of 80", "75.0", "▲ 25.0"],
        ["sessions: weight_kg", "run 1", "1", "90 of 100", "90.0", "–"],
        ["sessions: dose_mg", "run 2", "3", "4 of 4", "100.0", "● 0.0"],
        ["sessions: dose_mg", "run 1", "1", "100 of 100", "100.0", "–"],
    ]
    assert section.table is not None
    assert [row[1].note for row in section.table.rows] == ["blocked", "", "blocked", "", "blocked", "", "", ""]


def test_the_rule_that_compares_with_all_that_stands_is_named() -> None:
    rule = RuleFact("No field is emptier.", ("warns",), where=(("deliveries", "completeness"),))
    other = RuleFact("No table is silent.", ("informs",), where=(("deliveries", "table"),))
    page = page_of(*VALIDATIONS)
    page = replace(page, about=replace(page.about, rules={"KAP-D26": other, "KAP-D22": rule}))
    sentence = filled.filled(page).sentence
    assert "Rule KAP-D22 compares with all that stands: No field is emptier." in sentence
    assert "KAP-D26" not in sentence


def test_the_heading_tells_of_the_newest_run() -> None:
    headings = [filled.filled(page_of(*VALIDATIONS[:runs])).heading for runs in (1, 3, 4)]
    assert [heading.removeprefix("Completeness by delivery: ") for heading in headings] == [
        "nothing before to compare with",
        "in run 2, weight_kg (sessions) is filled in 15.0 points less often",
        "in run 3, weight_kg (sessions) is filled in 50.0 points less often",
    ]
    risen = validated("r-3", "alder", [1, 3], [["sessions", "weight_kg", 19, 20]])
    assert filled.filled(page_of(VALIDATIONS[0], risen)).heading.endswith(
        "no field is filled in less often than before"
    )


def test_a_field_that_was_never_filled_in_stands_in_the_file_alone() -> None:
    section = filled.filled(page_of(*VALIDATIONS))
    assert "1 field that none of these runs filled in" in section.sentence
    rows = list(csv.DictReader(io.StringIO(filled.filled_csv(page_of(*VALIDATIONS)).decode())))
    assert [(row["run"], row["filled_n"]) for row in rows if row["column"] == "period"] == [
        ("1", "0"), ("2", "0"), ("3", "0"),
    ]  # fmt: skip
    assert not any(row["column"].endswith("upper_half") for row in rows)
    assert rows[-1] == {
        "clinic_id": "alder",
        "run": "3",
        "receipts": "4",
        "verdict": "blocked",
        "table": "sessions",
        "column": "weight_kg",
        "filled_n": "50",
        "records_n": "200",
        "filled_pct": "25",
        "change_points": "-50",
    }


def test_a_judgement_that_repeats_the_last_one_is_no_run_to_compare_with() -> None:
    again = {**VALIDATIONS[0], "run_id": "r-2"}
    assert texts(filled.filled(page_of(VALIDATIONS[0], again, *VALIDATIONS[2:]))) == texts(
        filled.filled(page_of(*VALIDATIONS))
    )


def test_very_many_rows_are_bounded_on_the_page_and_whole_in_the_file() -> None:
    fields = [f"field_{number:03d}" for number in range(150)]
    runs = [
        validated("r-1", "alder", [1], [["sessions", name, 300, 300] for name in fields]),
        validated("r-2", "alder", [1, 2], [["sessions", name, 300 - n, 300] for n, name in enumerate(fields)]),
    ]
    page = page_of(*runs)
    section = filled.filled(page)
    shown = texts(section)
    assert [row[0] for row in shown[:2]] == ["sessions: field_149", "sessions: field_148"]
    assert len(shown) == filled.SHOWN_MOST_N and "200 more rows" in section.sentence
    assert len(filled.filled_csv(page).splitlines()) == 301


def test_the_first_of_very_many_runs_still_has_the_run_before_it() -> None:
    runs = [
        validated(f"r-{n}", "alder", list(range(1, n + 1)), [["sessions", "weight_kg", 100 - n, 100]])
        for n in range(1, FOLLOWED_N + 3)
    ]
    rows = texts(filled.filled(page_of(*runs)))
    assert len(rows) == FOLLOWED_N and {row[-1] for row in rows} == {"▼ −1.0"}


def test_a_ledger_that_kept_no_counts_is_told_of_in_words() -> None:
    body = judged("r-1", "alder", [1], word(0, 100))
    assert "keeps no counts" in filled.filled(page_of(body)).empty


@pytest.fixture(scope="module")
def report() -> dict[str, bytes]:
    found = [Finding(body["clinic_id"], *row) for body in VALIDATIONS[1:] for row in body["findings"]]
    about = sample.about(past=rule_runs(VALIDATIONS), clinics={"alder": "Alder House", "birch": "Birch Street"})
    return build_reviewers_report(Found(found), about)


def test_it_stands_in_each_clinics_own_report_and_holds_no_other_clinic(report: dict[str, bytes]) -> None:
    files = {path for path in report if path.endswith(filled.FILE)}
    assert files == {f"clinics/{clinic_id}/{filled.FILE}" for clinic_id in ("alder", "birch")}
    birch = report["clinics/birch/quality.html"].decode()
    assert 'id="filled"' in birch and f'href="{filled.FILE}"' in birch
    assert "1 of 8" in birch and "50 of 200" not in birch
    assert 'id="filled"' not in report["quality.html"].decode()


def test_no_released_page_tells_it() -> None:
    site = build_site(sample.tables(), sample.about(past=rule_runs(VALIDATIONS)))
    assert not any(path.endswith(filled.FILE) for path in site)
    for path, content in site.items():
        assert not re.search(rb'id="filled"|50 of 200', content), path
