"""Every page by axe, which knows how people who do not see, or do not use a mouse, meet a page.

`make test` asks of a page of each kind on a telephone with every table open, and of the first page and the reviewer's
on a desktop; `make faults` of each kind on a desktop, and of the contrast of every cell.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.shown import Shown, shown
from tests.browser.sites import OF_EACH_KIND

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STANDARDS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
BY_AXE_FIRST = {("network", "index.html"), ("reviewer", "quality.html")}
# Contrast is the slowest of the rules, and colours are the same at every width and in every row of a table.
ALL_BUT_CONTRAST = {"color-contrast": {"enabled": False}}


def violations(page: Shown, only: dict[str, Any], rules: dict[str, Any] | None = None) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": only, "rules": rules or {}, "resultTypes": ["violations"]}
    found = Axe().run(page.page, options=options).response["violations"]
    return [f"{rule['id']} ({rule['impact']}): {node['target']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(
    ("site", "path"),
    [page if page in BY_AXE_FIRST else pytest.param(*page, marks=pytest.mark.long) for page in OF_EACH_KIND],
)
def test_axe_finds_no_violation(site: str, path: str, chromium: Browser, folder_of: Callable[[str], Path]) -> None:
    with shown(chromium, folder_of(site) / path) as page:
        assert violations(page, STANDARDS) == []


@pytest.mark.parametrize(("site", "path"), OF_EACH_KIND)
def test_axe_finds_no_violation_on_a_telephone_with_every_table_open(
    site: str, path: str, chromium: Browser, folder_of: Callable[[str], Path]
) -> None:
    with shown(chromium, folder_of(site) / path, width_px=390) as page:
        page.unfold()
        assert violations(page, STANDARDS, ALL_BUT_CONTRAST) == []


@pytest.mark.long
def test_every_cell_of_every_table_has_contrast(chromium: Browser, folder_of: Callable[[str], Path]) -> None:
    with shown(chromium, folder_of("network") / "index.html") as page:
        page.unfold()
        assert violations(page, CONTRAST) == []
