"""The reviewer's report of a real home: from the verdict to the rows and the remedy in three clicks, offline."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assets.reviewer import write_reviewers_report
from pipelines.home import Home
from pipelines.steps.job import Job
from tests.browser.shown import shown
from tests.home_tools import deliver, events, judge_and_publish, patients, phq9, sessions

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CANARY = "QZCANARY"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two clinics over two runs: one is blocked for words that no vocabulary knows, the other corrects itself."""
    home = Home.open(tmp_path_factory.mktemp("reviewed") / "home")
    good = phq9(patients(10), {-1: 18, 26: 8})
    # A conflict: the same key with another answer.
    deliver(home, "alder", "scores.csv", [*good, {**good[3], "item_01": 0}])
    deliver(home, "alder", "sessions.csv", [*sessions(patients(10)), *sessions(["p01"], (30,), route=f"{CANARY}-by")])
    deliver(home, "birch", "sessions.csv", sessions(patients(10), route=f"{CANARY}-mouth"))
    # Judged in the first run alone; its one fault only warns: esketamine that is swallowed.
    cedar = [*sessions(patients(10)), *sessions(["p01"], (30,), drug="esketamine")]
    deliver(home, "cedar", "sessions.csv", cedar)
    _run(home)
    deliver(home, "alder", "more.csv", sessions(["p02"], (30,)))
    _run(home)
    return home


def _run(home: Home) -> None:
    ran = judge_and_publish(home)
    write_reviewers_report(Job.open(home, ran.run_id))


@pytest.fixture(scope="module")
def report(home: Home) -> Path:
    """The folder of the last run's report."""
    return home.validation_of(events(home, "clinic_validated")[-1]["run_id"])


def test_from_the_verdict_to_the_rows_and_the_remedy_in_three_clicks(
    chromium: Browser, home: Home, report: Path
) -> None:
    with shown(chromium, report / "quality.html") as at:
        page = at.page
        assert page.locator("#verdict h2").text_content() == "Published, except birch: blocked"
        page.locator("#verdict a", has_text="What to do").click()
        assert "map the clinic's word" in (page.locator("#mend-birch").text_content() or "").lower()
        page.locator("#mend-birch a", has_text="A word is one that its column accepts.").first.click()
        page.wait_for_load_state()
        assert "Map the clinic's word to one of the contract's in the mapping." in (page.text_content("main") or "")
        link = page.locator("a", has_text="quarantine/rows/birch/")
        with page.expect_download() as opened:
            link.click()
        with Path(opened.value.path()).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert at.logged == []
    assert [row["row"] for row in rows if row["rule"] == "KAP-T04"] == [str(n) for n in range(1, 41)]
    assert {row["remedy"] for row in rows} == {"map the clinic's word to one of the contract's in the mapping"}


def test_from_the_verdict_to_the_rows_of_a_rule_that_only_warns_in_three_clicks(
    chromium: Browser, report: Path
) -> None:
    with shown(chromium, report / "quality.html") as at:
        page = at.page
        page.locator("#verdict a", has_text="cedar").click()
        page.locator("#mend-cedar a", has_text="Esketamine is given by the nose.").first.click()
        page.wait_for_load_state()
        assert "It sets nothing aside." in (page.text_content("main") or "")
        page.locator("summary", has_text="The first rows that fail").click()
        rows = page.locator("table", has_text="KAP-X10: rows that fail").locator("tbody tr")
        assert rows.count() == 1
        assert [text.strip() for text in rows.first.locator("th, td").all_inner_texts()][-2:] == [
            "41",
            "sessions: drug",
        ]
        assert at.logged == []


def test_a_clinic_of_an_earlier_run_keeps_that_runs_report(chromium: Browser, home: Home, report: Path) -> None:
    assert not (report / "clinics" / "cedar").exists()
    with shown(chromium, report / "quality.html") as at:
        at.unfold()
        at.page.locator("#mend-cedar a", has_text="The report of this clinic alone").click()
        at.page.wait_for_load_state()
        first = home.validation_of(events(home, "clinic_validated")[0]["run_id"])
        assert at.page.url == (first / "clinics" / "cedar" / "quality.html").as_uri()


def test_the_rule_that_blocked_leads_to_the_rows_too(chromium: Browser, report: Path) -> None:
    with shown(chromium, report / "quality.html") as at:
        at.page.locator("#verdict a", has_text="About rule KAP-D03").click()
        at.page.wait_for_load_state()
        assert at.page.locator("a", has_text="quarantine/rows/birch/receipt-000003/reasons.csv").count() == 1


def test_the_first_failure_is_that_of_the_run_that_brought_it(report: Path) -> None:
    with (report / "checks.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["clinic_id"], row["rule"], row["column"]): row for row in csv.DictReader(file)}
    # birch was judged again in the second run, with nothing new.
    assert rows["birch", "KAP-T04", "route"]["first_failed_run"] == "1"
    assert rows["alder", "KAP-T04", "route"]["first_failed_up_to_receipt"] == "4"


def test_records_in_conflict_are_listed_by_row(home: Home, chromium: Browser, report: Path) -> None:
    path = "quarantine/rows/alder/receipt-000001/conflicts.csv"
    with (home.root / path).open(encoding="utf-8", newline="") as file:
        assert [(row["row"], row["rule"]) for row in csv.DictReader(file)] == [("4", "KAP-V05"), ("21", "KAP-V05")]
    with shown(chromium, report / "rules" / "KAP-V05.html") as at:
        assert at.page.locator("a", has_text=path).count() == 1


def test_no_value_stands_in_the_report_and_only_its_owner_reads_it(home: Home, report: Path) -> None:
    files = [path for path in report.rglob("*") if path.is_file()]
    assert len(files) > 100
    for path in files:
        content = path.read_bytes()
        assert CANARY.encode() not in content and CANARY.lower().encode() not in content, path.name
        assert str(home.root).encode() not in content, path.name
        assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


def test_every_link_of_the_report_leads_to_a_file_of_the_home(home: Home, report: Path) -> None:
    for path in report.rglob("*.html"):
        for href in re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8")):
            target = (path.parent / href).resolve()
            assert target.is_file(), (path.name, href)
            assert target.is_relative_to(home.root.resolve())


def test_without_scripts_the_table_is_whole_and_the_charts_have_theirs(chromium: Browser, report: Path) -> None:
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((report / "quality.html").as_uri())
    assert page.locator("#rules tbody tr").count() > 100
    assert page.locator("#rules select, #rules input, #rules button").count() == 0
    assert page.locator("#runs tbody tr").count() == 2
    context.close()
