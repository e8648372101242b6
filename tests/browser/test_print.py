"""The pages on paper: sheets of A4 and Letter with the synthetic mark on each, and no chart cut.

`make test` prints each page of the network on A4 and its first one on Letter; `make faults` the others.
"""

from __future__ import annotations

import base64
import io
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.words import words_of
from tests.browser.shown import shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pypdf import PdfReader

PAGES = ("index.html", "care.html", "change.html", "quality.html", "methods.html", "clinics/beta/index.html")
Printed = Callable[[str, str], tuple["PdfReader", list[str]]]


@pytest.fixture(scope="module")
def sheets_of(chromium: Browser, folder_of: Callable[[str], Path]) -> Printed:
    """What `printed` gives for a page and a paper, each printed once."""
    return cache(lambda path, paper: printed(chromium, folder_of("network") / path, paper))


def printed(browser: Browser, file: Path, paper: str) -> tuple[PdfReader, list[str]]:
    """The sheets, and every text of the charts as the screen shows them (without spaces)."""
    from pypdf import PdfReader

    with shown(browser, file) as page:
        texts = page.page.locator(".chart svg text:visible").all_text_contents()
        # As the browser's own print dialogue does it: the margins are the style's.
        size = {"A4": (8.27, 11.69), "Letter": (8.5, 11.0)}[paper]
        session = page.page.context.new_cdp_session(page.page)
        answer = session.send("Page.printToPDF", {"paperWidth": size[0], "paperHeight": size[1]})
        sheets = PdfReader(io.BytesIO(base64.b64decode(answer["data"])))
        assert page.logged == []
    return sheets, ["".join(text.split()) for text in texts]


def _after_the_first(path: str, paper: str) -> bool:
    return path.startswith("clinics/") or (paper == "Letter" and path != "index.html")


@pytest.mark.parametrize(
    ("path", "paper"),
    [
        pytest.param(path, paper, marks=[pytest.mark.long] if _after_the_first(path, paper) else [])
        for path in PAGES
        for paper in ("A4", "Letter")
    ],
)
def test_every_sheet_bears_the_synthetic_mark_and_every_text_of_the_charts_is_there(
    path: str, paper: str, sheets_of: Printed
) -> None:
    sheets, drawn = sheets_of(path, paper)
    # A font may draw "fi" as one sign.
    texts = ["".join(unicodedata.normalize("NFKC", sheet.extract_text()).split()) for sheet in sheets.pages]
    mark = "".join(words_of().say("page.synthetic").split())
    assert [number for number, text in enumerate(texts, 1) if mark not in text] == []
    whole = "".join(texts)
    assert {text for text in drawn if text not in whole} == set()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_mark_lies_upon_no_other_line(paper: str, sheets_of: Printed) -> None:
    sheets, _ = sheets_of("index.html", paper)
    mark = words_of().say("page.synthetic").split()[0]
    for sheet in sheets.pages:
        lines: list[tuple[str, float]] = []

        def note(
            text: str, cm: list[float], tm: list[float], *_: object, into: list[tuple[str, float]] = lines
        ) -> None:
            if text.strip():
                into.append((text.strip(), cm[1] * tm[4] + cm[3] * tm[5] + cm[5]))

        sheet.extract_text(visitor_text=note)
        heights = [y for text, y in lines if text.startswith(mark)]
        top = max(heights)
        assert [text for text, y in lines if abs(y - top) < 6 and not text.startswith(mark)] == []
