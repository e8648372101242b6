"""The filters of the dashboard, used by keyboard: what each changes, against the released CSV read with pandas.

`make test` tries each filter once and two of them together; `make faults` the other choices, each chart's CSV as
delivered, and the other addresses that say nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipelines.vocabulary import CONDITIONS, REPORTED_ROUTES
from reports.words import words_of
from tests.browser import released_twin as twin
from tests.browser.handling import choose, rows_of, saved, texts
from tests.browser.released_twin import DEFAULTS
from tests.browser.shown import Shown, shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHOICES: list[dict[str, str]] = [
    {},
    {"route": "im"},
    {"scale": "phq9"},
    {"clinic": "gamma"},
    {"clinic": "alpha", "condition": "trd", "timepoint": "week_4"},
]
MORE_CHOICES: list[dict[str, str]] = [
    {"condition": "ptsd"},
    {"timepoint": "month_3"},
    {"clinic": "beta"},
    {"condition": "ptsd", "route": "iv"},
]
ALWAYS_SHOWN = ("followup_pct", "paired_pct")
LISTS = ("by-condition", "by-route", "grid", "bounds", "better-and-worse", "change", "ladder", "course")


@pytest.fixture(scope="module")
def opened(chromium: Browser, folder_of: Callable[[str], Path]) -> Iterator[Shown]:
    with shown(chromium, folder_of("network") / "index.html") as page:
        yield page


@pytest.fixture
def dashboard(opened: Shown) -> Iterator[Shown]:
    """The page as delivered; the tests of this file share the one that is open."""
    opened.page.evaluate("document.getElementById('filters').reset()")
    opened.wait()
    yield opened
    assert opened.logged == [] and opened.requested == []


@pytest.mark.parametrize(
    "choice",
    [*CHOICES, *(pytest.param(each, marks=pytest.mark.long) for each in MORE_CHOICES)],
    ids=lambda of: " ".join(of.values()) or "as delivered",
)
def test_a_choice_changes_tiles_lists_and_charts_at_once(
    choice: dict[str, str], dashboard: Shown, tables: dict[str, pd.DataFrame]
) -> None:
    for name, value in choice.items():
        choose(dashboard, name, value)
    filters = twin.Filters(**{**DEFAULTS, **choice})
    assert texts(dashboard, "#headline:not([hidden]) .tile .figure") == twin.tiles(tables, filters)
    for section in LISTS:
        expected = twin.table(tables, filters, section)
        found = rows_of(dashboard, section)
        assert [{name: row[name] for name in expected[0]} for row in found] == expected if expected else found == []
    look = dashboard.look()
    assert look["undrawn"] == [] and look["cut"] == [] and look["overlapping"] == []


@pytest.mark.parametrize("choice", [{"condition": "ptsd", "route": "iv"}, {"timepoint": "month_6", "scale": "pcl5"}])
def test_the_address_keeps_the_choice(choice: dict[str, str], dashboard: Shown) -> None:
    for name, value in choice.items():
        choose(dashboard, name, value)
    address, chosen = dashboard.page.url, dashboard.page.inner_text("main")
    assert dict(pair.split("=") for pair in address.partition("#")[2].split("&")) == choice
    dashboard.page.reload()
    dashboard.wait()
    assert dashboard.page.url == address and dashboard.page.inner_text("main") == chosen


def test_back_and_forward_walk_through_the_choices(dashboard: Shown) -> None:
    seen = [dashboard.page.inner_text("main")]
    for name, value in (("route", "iv"), ("condition", "trd")):
        choose(dashboard, name, value)
        seen.append(dashboard.page.inner_text("main"))
    assert len(set(seen)) == 3
    for place in (1, 0, 1, 2):
        dashboard.page.go_back() if seen.index(dashboard.page.inner_text("main")) > place else (
            dashboard.page.go_forward()
        )
        dashboard.wait()
        assert dashboard.page.inner_text("main") == seen[place]


def test_reset_returns_to_the_page_as_delivered(dashboard: Shown) -> None:
    delivered = dashboard.page.inner_text("main")
    choose(dashboard, "timepoint", "month_6")
    choose(dashboard, "clinic", "alpha")
    assert dashboard.page.inner_text("main") != delivered
    dashboard.page.locator("#filters button[type=reset]").focus()
    dashboard.page.keyboard.press("Enter")
    dashboard.wait()
    assert dashboard.page.inner_text("main") == delivered
    assert "#" not in dashboard.page.url


@pytest.mark.parametrize(
    "fragment",
    [
        "#condition=nonsense",
        *(pytest.param(each, marks=pytest.mark.long) for each in ("#nonsense", "#route=all&clinic=", "#content")),
    ],
)
def test_an_address_that_says_nothing_shows_the_page_as_delivered(
    fragment: str, dashboard: Shown, chromium: Browser, folder_of: Callable[[str], Path]
) -> None:
    with shown(chromium, folder_of("network") / "index.html", fragment=fragment) as page:
        assert page.logged == []
        assert page.page.inner_text("main") == dashboard.page.inner_text("main")


def test_the_tab_key_comes_to_every_filter_in_their_order(chromium: Browser, folder_of: Callable[[str], Path]) -> None:
    reached = []
    with shown(chromium, folder_of("network") / "index.html") as page:
        for _ in range(14):
            page.page.keyboard.press("Tab")
            reached.append(page.page.evaluate("document.activeElement.name || document.activeElement.type || ''"))
    at = reached.index("clinic")
    assert reached[at : at + 6] == [*DEFAULTS, "reset"]


def test_a_clinics_own_site_does_not_ask_for_the_clinic(chromium: Browser, folder_of: Callable[[str], Path]) -> None:
    with shown(chromium, folder_of("network") / "clinics/beta/index.html") as page:
        names = page.page.evaluate("Array.from(document.querySelectorAll('#filters select'), (list) => list.name)")
        assert names == ["condition", "route", "scale", "timepoint"]
        choose(page, "condition", "trd")
        assert page.logged == [] and page.look()["undrawn"] == []


def test_the_filters_offer_what_the_data_hold(dashboard: Shown, tables: dict[str, pd.DataFrame]) -> None:
    outcomes = tables["outcomes_by_route_condition"]

    def offered(name: str) -> list[str]:
        codes: list[str] = dashboard.page.evaluate(
            "name => Array.from(document.querySelectorAll(`select[name=${name}] option`), (each) => each.value)", name
        )
        return codes

    assert offered("condition") == ["all", *(c for c in CONDITIONS if c in set(outcomes["condition"]))]
    assert offered("route") == ["all", *(r for r in REPORTED_ROUTES if r in set(outcomes["route"]))]
    assert set(offered("scale")) == set(outcomes["scale"])
    assert set(offered("timepoint")) == set(outcomes["timepoint"])
    assert set(offered("clinic")) == set(outcomes["clinic_id"])


# ---- files and definitions ----


@pytest.mark.parametrize(
    "choice",
    [pytest.param({}, marks=pytest.mark.long), {"condition": "ptsd", "timepoint": "month_3"}],
    ids=["as delivered", "chosen"],
)
@pytest.mark.parametrize(
    ("chart", "section"),
    [("response-by-condition", "by-condition"), ("route-by-condition", "grid"), ("change-ptsd", "change")],
)
def test_the_csv_of_a_chart_holds_the_released_rows_of_its_table(
    chart: str, section: str, choice: dict[str, str], dashboard: Shown, tables: dict[str, pd.DataFrame]
) -> None:
    for name, value in choice.items():
        choose(dashboard, name, value)
    filters = twin.Filters(**{**DEFAULTS, **choice})
    expected = twin.released(tables, filters, section, condition="ptsd" if section == "change" else "")
    found = pd.read_csv(io.StringIO(saved(dashboard, chart, "csv")), keep_default_na=False, na_values=[""])
    assert len(expected) > 1
    assert set(found.columns) <= set(expected.columns) and {"evidence", "empty_because"} <= set(found.columns)
    # A file of the page holds what the page shows: rounded, and no figure that is not enough to say.
    silent = expected["evidence"].isin(["withheld", "not_enough"])
    figures = [c for c in found.select_dtypes("number") if not c.startswith("n_") and c not in ALWAYS_SHOWN]
    expected.loc[silent, figures] = float("nan")
    expected = expected[list(found.columns)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, atol=0.011)


def test_the_svg_of_a_chart_stands_alone(dashboard: Shown) -> None:
    drawing = saved(dashboard, "response-by-route", "svg")
    assert drawing.startswith("<svg") and drawing.rstrip().endswith("</svg>")
    assert words_of().name("route", "iv") in drawing and "href" not in drawing


def test_every_chart_leads_to_its_definition(dashboard: Shown, folder_of: Callable[[str], Path]) -> None:
    links = dashboard.page.locator("figure:has(.chart) a[href^='methods.html#']")
    targets = {link.partition("#")[2] for link in links.evaluate_all("all => all.map((a) => a.getAttribute('href'))")}
    assert links.count() >= dashboard.page.locator(".chart").count()
    methods = (folder_of("network") / "methods.html").read_text(encoding="utf-8")
    assert {target for target in targets if f'id="{target}"' not in methods} == set()
