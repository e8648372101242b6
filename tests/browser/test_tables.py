"""The tables of the pages, used by keyboard: sorting, filtering, what is announced, what a link opens."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import released_sample as sample
from tests.browser.shown import Shown, shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROWS = "#rules tbody tr:not([hidden])"
STATUS, FAILED = 5, 6


@pytest.fixture
def quality(chromium: Browser, folder_of: Callable[[str], Path]) -> Iterator[Shown]:
    with shown(chromium, folder_of("network") / "quality.html") as page:
        page.unfold()
        yield page
        assert page.logged == [] and page.requested == []


def column(page: Shown, place: int) -> list[str]:
    """The shown texts of a column, notes left out."""
    found: list[str] = page.page.eval_on_selector_all(
        ROWS, "(rows, place) => rows.map(row => row.cells[place].firstChild.textContent.trim())", place
    )
    return found


def press(page: Shown, header: str) -> None:
    """Go to the header's button and press Enter."""
    button = page.page.locator("#rules th", has_text=header).first.locator("button")
    button.focus()
    page.page.keyboard.press("Enter")


def choose(page: Shown, label: str, option: str) -> None:
    page.page.get_by_role("group", name="All rules by table and field").get_by_label(label).select_option(option)


def test_a_header_sorts_numbers_as_numbers_with_reasons_last_both_ways(quality: Shown) -> None:
    press(quality, "Rule")
    press(quality, "Failed")
    shown_n = column(quality, FAILED)
    # 12 rules for 3 clinics, each fourth with 41, 3, 0 failing rows or nothing to evaluate.
    assert shown_n == ["0"] * 9 + ["3"] * 9 + ["41"] * 9 + ["no data"] * 9
    header = quality.page.locator("#rules th", has_text="Failed").first
    assert header.get_attribute("aria-sort") == "ascending"
    assert quality.page.locator("#table-news").text_content() == "Sorted by Failed, smallest first."
    press(quality, "Failed")
    assert column(quality, FAILED) == ["41"] * 9 + ["3"] * 9 + ["0"] * 9 + ["no data"] * 9
    assert header.get_attribute("aria-sort") == "descending"
    press(quality, "Rule")
    assert column(quality, 0) == sorted(column(quality, 0))
    assert header.get_attribute("aria-sort") is None


def test_filters_leave_the_rows_that_fit_all_of_them_and_say_how_many(quality: Shown) -> None:
    count = quality.page.locator("#rules .count")
    assert count.text_content() == "36 of 36 checks"
    assert count.get_attribute("role") == "status"
    choose(quality, "Clinic", "Birch Street")
    assert count.text_content() == "12 of 36 checks"
    choose(quality, "Status", "✕ failed")
    assert count.text_content() == "3 of 36 checks"
    assert set(column(quality, 1)) == {"Birch Street"} and set(column(quality, STATUS)) == {"✕ failed"}
    assert column(quality, 0) == ["S03", "S07", "S11"]
    choose(quality, "Clinic", "")
    assert count.text_content() == "9 of 36 checks"


def test_a_text_leaves_the_rows_that_hold_it_and_these_are_saved_as_csv(quality: Shown, tmp_path: Path) -> None:
    choose(quality, "Clinic", "Birch Street")
    quality.page.get_by_label("Text").fill("A SESSION HAS A DOSE")
    assert quality.page.locator("#rules .count").text_content() == "1 of 36 checks"
    with quality.page.expect_download() as found:
        quality.page.locator("#rules button", has_text="Save these rows as CSV").click()
    found.value.save_as(tmp_path / "saved.csv")
    assert found.value.suggested_filename == "synthetic-checks.csv"
    with (tmp_path / "saved.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:2] == ["Rule", "Clinic"] and header[FAILED:][:4] == [
        "Failed",
        "Evaluated",
        "Failed, %",
        "Allowed, %",
    ]
    assert [[row[0], row[1], *row[FAILED:][:4]] for row in rows] == [["S04", "Birch Street", "0", "812", "0.0", "5"]]


def test_the_totals_stay_at_the_foot(quality: Shown) -> None:
    button = quality.page.locator("#deliveries th", has_text="Records").locator("button")
    # Three files are too few to sort.
    assert button.count() == 0
    foot = quality.page.locator("#deliveries tfoot th").text_content()
    assert foot is not None and foot.strip() == "All files"


def test_a_link_to_what_is_folded_opens_it(chromium: Browser, folder_of: Callable[[str], Path]) -> None:
    folder = folder_of("network")
    with shown(chromium, folder / "quality.html", fragment="#mend-alpha") as page:
        assert page.page.locator("#mend-alpha").get_attribute("open") is not None
        assert page.page.locator("#rules details").get_attribute("open") is None


def test_what_is_folded_is_printed_and_folded_again(chromium: Browser, folder_of: Callable[[str], Path]) -> None:
    with shown(chromium, folder_of("network") / "quality.html") as page:
        rules = page.page.locator("#rules details")
        page.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert rules.get_attribute("open") is not None
        page.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert rules.get_attribute("open") is None


def test_without_scripts_every_rule_is_there(chromium: Browser, folder_of: Callable[[str], Path]) -> None:
    context = chromium.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((folder_of("network") / "quality.html").as_uri())
    assert page.locator("#rules tbody tr").count() == 12 * len(sample.about().clinics)
    assert page.locator("#rules select, #rules button").count() == 0
    context.close()
