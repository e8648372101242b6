"""The page on care and safety, used: what each choice says and draws, against the released CSV read with pandas."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipelines.disclosure.declared import POLICIES
from reports.figures import FORMATS
from tests.browser import care_twin as twin
from tests.browser.handling import choose, rows_of, saved, texts, texts_of, tight
from tests.browser.released_twin import DEFAULTS, Filters, half_up, share_brief, state
from tests.browser.shown import Shown, shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHOICES: list[dict[str, str]] = [
    {"condition": "ptsd"},
    {"route": "im"},
    {"clinic": "beta", "timepoint": "month_3"},
    {"clinic": "gamma", "condition": "trd"},
    {"condition": "chronic_pain", "route": "sublingual"},
    # The network's page holds no single group of a clinic.
    {"clinic": "alpha", "condition": "trd", "route": "iv"},
    {},
]
# chart -> the section whose rows it draws, the one code of them, and the columns that the reading is made of.
CHARTS = {
    "steps-of-care": ("pathway", {}, ("done_pct", "ci", "recorded_n")),
    "any-event-by-route": ("safety", {}, ("rate_per_100", "clustered_ci", "sessions_assessed_n")),
    "onset-minutes-by-route": ("route-profile", {"measure": "onset_minutes"}, ("median", "p10 p90", "n")),
    "adjusted-by-route": ("adjusting", {"measure": "adjusted"}, ("pct", "ci", "n")),
    "response-by-sessions": ("by-sessions", {}, ("response_pct", "response_ci", "response_of_n")),
    "reliable-deterioration-by-presence": (
        "by-presence",
        {},
        ("reliable_deterioration_pct", "reliable_deterioration_ci", "reliable_deterioration_of_n"),
    ),
}
FILES = {
    "steps-of-care": "care_pathway",
    "any-event-by-route": "safety_by_route",
    "onset-minutes-by-route": "route_profile",
    "response-by-presence": "presence_contrast",
}


@pytest.fixture(scope="module")
def opened(chromium: Browser, folder_of: Callable[[str], Path]) -> Iterator[Shown]:
    with shown(chromium, folder_of("network") / "care.html") as page:
        yield page


@pytest.fixture
def care(opened: Shown) -> Iterator[Shown]:
    """The page as delivered; the tests of this file share the one that is open."""
    go(opened, {})
    yield opened
    assert opened.logged == [] and opened.requested == []


def go(page: Shown, choice: dict[str, str]) -> Filters:
    """The page at the address of this choice."""
    address = "&".join(f"{name}={value}" for name, value in choice.items())
    # Drawing begins when the address changes, and ends with the page ready.
    page.page.evaluate(
        """address => {
          if (location.hash.slice(1) === address) return;
          document.documentElement.removeAttribute("data-ready");
          location.hash = address;
        }""",
        address or "clinic=all",
    )
    page.wait()
    return Filters(**{**DEFAULTS, **choice})


def figures(section: str, row: pd.Series, of: tuple[str, str, str]) -> str:
    """The figure with its interval and n, or why not, at the right of a row."""
    figure, ends, n = of
    if silent := state(row, figure):
        return tight(silent)
    low, high = ends.split() if " " in ends else (f"{ends}_low", f"{ends}_high")
    read = {"rate_per_100": twin.per_100, "median": twin.amount}.get(figure, share_brief)
    return tight(f"{read(row[figure])} ({read(row[low])} to {read(row[high])}), n {half_up(row[n])}")


def test_each_choice_says_and_draws_what_is_released(care: Shown, tables: dict[str, pd.DataFrame]) -> None:
    for choice in CHOICES:
        filters = go(care, choice)
        assert texts(care, "#headline .tile .figure") == twin.tiles(tables, filters), choice
        for section in twin.SECTIONS:
            expected, found = twin.table(tables, filters, section), rows_of(care, section)
            told = [{name: row[name] for name in expected[0]} for row in found] if expected else found
            assert told == expected, (choice, section)
        for chart, (section, code, of) in CHARTS.items():
            rows = twin.released(tables, filters, section)
            for column, value in code.items():
                rows = rows[rows[column] == value]
            drawn = texts_of(care, chart) if len(rows) else []
            names = [tight(twin.name_of(row, section)) for _, row in rows.iterrows()]
            labels = sorted((text for text in drawn if text.said in names), key=lambda text: text.y)
            assert [label.said for label in labels] == names, (choice, chart)
            others = [text for text in drawn if text.x > max(label.x for label in labels)]
            nearest = [min(others, key=lambda text: abs(text.y - label.y)).said for label in labels]
            assert nearest == [figures(section, row, of) for _, row in rows.iterrows()], (choice, chart)
        look = care.look()
        assert look["undrawn"] == [] and look["cut"] == [] and look["overlapping"] == [], choice


def test_a_chart_downloads_the_released_rows_and_only_what_the_page_shows(
    care: Shown, tables: dict[str, pd.DataFrame]
) -> None:
    for choice in ({}, {"clinic": "gamma"}):
        filters = go(care, choice)
        for chart, table in FILES.items():
            found = pd.read_csv(io.StringIO(saved(care, chart, "csv")), keep_default_na=False, na_values=[""])
            assert set(found.columns) <= {*POLICIES[table].columns, "empty_because"}, chart
            section, code, _ = {**CHARTS, "response-by-presence": ("by-presence", {}, ())}[chart]
            expected = twin.released(tables, filters, section)
            for column, value in code.items():
                expected = expected[expected[column] == value]
            silent = expected["evidence"].isin(["withheld", "not_enough"])
            numbers = [c for c in expected.select_dtypes("number") if c not in twin.ALWAYS_SHOWN[table]]
            expected = expected.assign(**{c: expected[c].mask(silent) for c in numbers})
            # Why a cell is empty is said of the columns that the file has.
            listed = expected["empty_because"].fillna("").str.split(";")
            kept = [[part for part in parts if part.split(":")[0] in found.columns] for parts in listed]
            told = pd.Series([";".join(parts) for parts in kept], expected.index)
            expected = expected.assign(empty_because=told.mask(told == "", None))
            expected = expected[list(found.columns)].reset_index(drop=True)
            assert len(found) > 3
            pd.testing.assert_frame_equal(found, expected, check_dtype=False, atol=0.011)


@pytest.mark.parametrize("path", ["care.html", "change.html", "clinics/beta/care.html", "index.html"])
def test_the_script_writes_what_the_page_was_delivered_with(
    path: str, chromium: Browser, folder_of: Callable[[str], Path]
) -> None:
    file = folder_of("network") / path
    with shown(chromium, file) as page:
        written, given = page.page.evaluate(
            """html => [document, new DOMParser().parseFromString(html, "text/html")].map((page) =>
              Array.from(page.querySelectorAll(`#filters-shown, #headline .tile, #headline .tile p, #headline li,
                .claim h2, .claim .sentence, .claim .finding, .claim > .empty, .claim .shown, .claim figcaption,
                .claim tbody :is(th, td)`), (each) => [each.closest("[id]").id, each.className, each.hidden,
                each.matches(".tile, .shown") ? "" : each.textContent.trim()].join(" | ")))""",
            file.read_text(encoding="utf-8"),
        )
        assert len(given) > 200 and written == given


def test_the_script_rounds_as_the_page_was_rounded(care: Shown) -> None:
    values = [0, 0.004, 0.005, 0.05, 0.4, 0.5, 0.994, 0.995, 0.996, 1, 1.05, 2.5, 59, 99.5, 99.96, 183, 1234.56, 90000]
    values += [-value for value in values if value] + [0.285, 1.005, 10.045]
    written = care.page.evaluate(
        """values => Object.fromEntries(Object.entries(speakingOf({ names: {}, words: {} }).FORMATS)
          .map(([name, write]) => [name, values.map(write)]))""",
        values,
    )
    for name, write in FORMATS.items():
        # No share and no rate is below zero, and no share above 100.
        told = [
            i for i, value in enumerate(values) if 0 <= value <= 100 or name not in ("share", "share_brief", "per_100")
        ]
        assert [written[name][i] for i in told] == [write(values[i]) for i in told], name


def test_filters_stay_in_the_address_and_carry_over_to_the_clinics_own_page(care: Shown) -> None:
    for name, value in (("clinic", "beta"), ("condition", "ptsd"), ("timepoint", "month_3")):
        choose(care, name, value)
    chosen = care.page.inner_text("#pathway")
    assert care.page.url.partition("#")[2] == "clinic=beta&condition=ptsd&timepoint=month_3"
    care.page.reload()
    care.wait()
    assert care.page.inner_text("#pathway") == chosen
    link = care.page.locator("#filters-shown a").get_attribute("href")
    assert link == "clinics/beta/care.html#condition=ptsd&timepoint=month_3"
    care.page.click("#filters-shown a")
    care.wait()
    assert "/clinics/beta/care.html" in care.page.url
    assert care.page.input_value("#filters select[name=condition]") == "ptsd"
    own = rows_of(care, "pathway")
    care.page.go_back()
    care.wait()
    assert own and own == rows_of(care, "pathway")
    # It was left on purpose.
    care.requested.clear()
