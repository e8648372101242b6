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
    # 24 of 40 sessions with a weight; the second delivery of alder has it in one of four.
    weighed = [*sessions(patients(6), weight_kg=70), *sessions(patients(10)[6:])]
    deliver(home, "alder", "sessions.csv", [*weighed, *sessions(["p01"], (30,), route=f"{CANARY}-by")])
    deliver(home, "birch", "sessions.csv", sessions(patients(10), route=f"{CANARY}-mouth"))
    # Judged in the first run alone; its one fault only warns: esketamine that is swallowed.
    cedar = [*sessions(patients(10)), *sessions(["p01"], (30,), drug="esketamine")]
    deliver(home, "cedar", "sessions.csv", cedar)
    _run(home)
    more = [*sessions(["p02"], (30,), weight_kg=71), *sessions(["p02"], (34, 38, 42))]
    deliver(home, "alder", "more.csv", more)
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
    first = home.validation_of(events(home, "clinic_validated")[0]["run_id"])
    own = (first / "clinics" / "cedar" / "quality.html").as_uri()
    with shown(chromium, report / "quality.html") as at:
        at.unfold()
        at.page.locator("#mend-cedar a", has_text="The report of this clinic alone").click()
        at.page.wait_for_load_state()
        assert at.page.url == own
        at.page.go_back()
        # Plainly, in two clicks: from the verdict to the list, from the list to the report.
        at.page.locator("#verdict a", has_text="Which run").click()
        rows = at.page.locator("#judged tbody tr")
        assert rows.count() == 1
        cells = rows.first.locator("th, td").all_inner_texts()
        assert cells == ["cedar", f"run 1 ({first.name})", "4", "that run's report of this clinic"]
        rows.first.locator("a").click()
        at.page.wait_for_load_state()
        assert at.page.url == own


def test_on_a_clinics_own_pages_a_folded_rule_opens_and_its_rows_are_two_clicks_away(
    chromium: Browser, home: Home
) -> None:
    first = home.validation_of(events(home, "clinic_validated")[0]["run_id"])
    with shown(chromium, first / "clinics" / "cedar" / "quality.html") as at:
        page = at.page
        page.locator("#mend-cedar a", has_text="Esketamine is given by the nose.").first.click()
        page.wait_for_load_state()
        assert page.url.endswith("rules.html#KAP-X10")
        page.locator("#KAP-X10 summary", has_text="The first rows that fail").click()
        rows = page.locator("#KAP-X10 table", has_text="KAP-X10: rows that fail").locator("tbody tr")
        assert [text.strip() for text in rows.first.locator("th, td").all_inner_texts()][-2:] == [
            "41",
            "sessions: drug",
        ]
        page.locator("#KAP-X10 a", has_text="Back to the index").click()
        assert page.url.endswith("rules.html#index")
        folded = page.locator("details.rule:not([open]) > section")
        assert folded.count() > 0
        code = folded.first.get_attribute("id")
        assert not page.locator(f"#{code} .rule-facts").is_visible()
        page.locator(f'#index a[href="#{code}"]').click()
        assert page.locator(f"#{code} .rule-facts").is_visible()
        # The line that says which rule it is stays in sight above what it opened.
        assert 0 <= page.evaluate(f"document.getElementById('{code}-heading').getBoundingClientRect().top") < 200
        assert at.logged == []


def test_without_scripts_a_link_opens_a_folded_rule(chromium: Browser, report: Path) -> None:
    rules = (report / "clinics" / "alder" / "rules.html").as_uri()
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(rules)
    code = page.locator("details.rule:not([open]) > section").first.get_attribute("id")
    page.goto(f"{rules}#{code}")
    assert page.locator(f"#{code} .rule-facts").is_visible()
    context.close()


def test_on_paper_an_open_rule_stands_in_full_and_of_a_folded_one_its_line(chromium: Browser, report: Path) -> None:
    with shown(chromium, report / "clinics" / "alder" / "rules.html") as at:
        at.page.emulate_media(media="print")
        at.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        rules = at.page.locator("details.rule").all()
        states = [rule.get_attribute("open") is not None for rule in rules]
        assert [rule.locator(".rule-facts").is_visible() for rule in rules] == states and len(set(states)) == 2
        assert all(rule.locator("h2").is_visible() for rule in rules)
        assert at.page.locator("#index li a").first.is_visible()


def test_the_page_of_rules_of_a_clinic_is_an_index_before_it_is_long(chromium: Browser, report: Path) -> None:
    for width_px in (1280, 390):
        with shown(chromium, report / "clinics" / "alder" / "rules.html", width_px) as at:
            top = at.page.evaluate("document.getElementById('index').getBoundingClientRect().top")
            wide = at.page.evaluate("document.documentElement.scrollWidth")
            places = at.page.locator("details.rule > section").evaluate_all("all => all.map(each => each.id)")
            linked = at.page.locator("#index li a").evaluate_all("all => all.map(each => each.hash.slice(1))")
            states = at.page.locator("details.rule > summary .verdict-line").evaluate_all(
                "all => all.map(each => each.className.replace('verdict-line is-', ''))"
            )
            assert top < 600 and wide == width_px
            assert sorted(places) == sorted(linked) and len(places) > 3
            assert states == sorted(states, key=("error", "failed", "passed_with_failures").index)


def test_completeness_by_delivery_says_what_each_delivery_brought(chromium: Browser, report: Path) -> None:
    with shown(chromium, report / "clinics" / "alder" / "quality.html") as at:
        heading = at.page.locator("#filled h2").text_content() or ""
        assert heading.endswith("in run 2, weight_kg (sessions) is filled in 35.0 points less often")
        at.unfold()
        rows = at.page.locator("#filled tbody tr").all()
        cells = [[text.strip() for text in row.locator("th, td").all_inner_texts()] for row in rows]
        assert [row for row in cells if row[0] == "sessions: weight_kg"] == [
            ["sessions: weight_kg", "run 2", "5", "1 of 4", "25.0", "▼ −35.0"],
            ["sessions: weight_kg", "run 1", "1, 2", "24 of 40", "60.0", "–"],
        ]
        assert cells[0][0] == "sessions: weight_kg"
        at.page.locator("#filled select").select_option("run 2")
        assert all(row.is_hidden() for row, told in zip(rows, cells, strict=True) if told[1] == "run 1")
    with (report / "clinics" / "alder" / "completeness.csv").open(encoding="utf-8", newline="") as file:
        told = {(row["run"], row["table"], row["column"]): row for row in csv.DictReader(file)}
    assert told["2", "sessions", "weight_kg"]["change_points"] == "-35"
    # Of 20 people-days the one in conflict is set aside, whichever record is true.
    assert told["1", "scores", "total"]["records_n"] == "19"
    assert not (report / "completeness.csv").exists()


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
