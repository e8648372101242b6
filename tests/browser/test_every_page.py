"""Every page in a real browser with the network off, at three widths: drawn, quiet, whole, readable.

`make test` opens one page of each kind at two widths, and one of which all is withheld; `make faults` every other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.shown import Shown, shown
from tests.browser.sites import OF_EACH_KIND, PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS_PX = (390, 1280, 1920)
ALL_OPENED = [(*page, width) for page in PAGES for width in WIDTHS_PX if width < 1920 or page in OF_EACH_KIND]
OPENED_FIRST = {
    *((*page, width) for page in OF_EACH_KIND for width in WIDTHS_PX[:2]),
    ("all withheld", "index.html", 390),
}

# A version (0.1.0) is no figure; a standardised change has two decimals, and an event rarer than 1 in 100 sessions.
LONG_DECIMALS = re.compile(r"(?<![\d.])\d+\.\d{2,}(?![\d.])")
# So have a published SD and a reliability.
STANDARDISED = ("tandardised", "in SDs", "Published", "This network", "Rests on")
RARE = re.compile(r"(?<![\d.])0\.\d\d(?![\d.])")
# The critical values of published formulas, which methods.html spells out.
OF_A_FORMULA = re.compile(r"1\.(96|65)(?= ×)")
VERY_LONG_DECIMALS = re.compile(r"(?<![\d.])\d+\.\d{3,}(?![\d.])")
OF_A_PROGRAM = re.compile(
    r"\b(?:NaN|null|undefined|Infinity|None(?! of))\b|(?<![\w-])[-−]0(?!\d|\.\d*[1-9])|\d(?:\.\d+)?e[-+]?\d|\[object"
)


@pytest.fixture(
    scope="module",
    params=[each if each in OPENED_FIRST else pytest.param(each, marks=pytest.mark.long) for each in ALL_OPENED],
    ids=lambda of: f"{of[0]}-{of[1]}-{of[2]}",
)
def opened(request: pytest.FixtureRequest, chromium: Browser, folder_of: Callable[[str], Path]) -> Iterator[Shown]:
    site, path, width_px = request.param
    with shown(chromium, folder_of(site) / path, width_px) as page:
        yield page


@pytest.fixture(scope="module")
def folded(opened: Shown) -> dict[str, Any]:
    """What is wrong with the page as it opens."""
    return opened.look()


@pytest.fixture(scope="module")
def unfolded(opened: Shown, folded: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with it when every table stands open."""
    opened.unfold()
    return opened.look()


def test_every_chart_is_drawn(folded: dict[str, Any]) -> None:
    assert folded["undrawn"] == []


def test_the_console_is_quiet_and_nothing_is_requested(opened: Shown, unfolded: dict[str, Any]) -> None:
    assert opened.logged == [] and opened.requested == []


def test_nothing_is_cut(folded: dict[str, Any], unfolded: dict[str, Any]) -> None:
    assert folded["cut"] == [] and unfolded["cut"] == []


def test_no_text_lies_upon_another(folded: dict[str, Any], unfolded: dict[str, Any]) -> None:
    assert folded["overlapping"] == [] and unfolded["overlapping"] == []


def test_what_is_pressed_can_be_reached(folded: dict[str, Any], unfolded: dict[str, Any]) -> None:
    assert folded["out_of_reach"] == [] and unfolded["out_of_reach"] == []


def test_figures_are_rounded_for_reading(opened: Shown, unfolded: dict[str, Any]) -> None:
    texts = unfolded["texts"]
    assert len(texts) > 10
    of_rare = RARE if opened.page.url.endswith("/care.html") else re.compile(r"(?!)")
    unreadable = [
        text["text"]
        for text in texts
        if OF_A_PROGRAM.search(text["text"])
        or (VERY_LONG_DECIMALS if any(name in text["column"] for name in STANDARDISED) else LONG_DECIMALS).search(
            OF_A_FORMULA.sub("", of_rare.sub("", text["text"]))
        )
    ]
    assert unreadable == []
