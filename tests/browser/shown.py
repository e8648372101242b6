"""A page as Chromium shows it: what it drew, logged and asked for, and where its texts lie."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_LOOK = (Path(__file__).with_name("look.js")).read_text(encoding="utf-8")
_NOWHERE = {"server": "http://127.0.0.1:9"}
# A page without data draws nothing, one without a script sorts nothing. Selectors: the policy lets no expression in.
_READY = (
    "html[data-ready=true], html:not(:has(#page-data))",
    "html[data-tables=ready], html:not(:has(script:not([type])))",
)
_OF_THE_PAGE_ITSELF = ("data:", "blob:")


def chromium_path() -> str | None:
    """The system's Chromium, None when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def launched(program: str) -> Iterator[Browser]:
    """A headless Chromium that reaches no network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, proxy=_NOWHERE)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Shown:
    """A page that is open: `logged` = what it said on the console, `requested` = every address but its own."""

    page: Page
    logged: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def look(self) -> dict[str, Any]:
        """What a reader would find wrong: `undrawn`, `cut`, `overlapping`, `out_of_reach`; and the `texts` there."""
        found: dict[str, Any] = self.page.evaluate(_LOOK)
        return found

    def unfold(self) -> None:
        """Open every table that is folded."""
        self.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    def wait(self) -> None:
        """Until every chart of the page stands."""
        for selector in _READY:
            self.page.wait_for_selector(selector, state="attached")


@contextmanager
def shown(browser: Browser, file: Path, width_px: int = 1280, fragment: str = "") -> Iterator[Shown]:
    """The page of this file in a window of its own, drawn."""
    context = browser.new_context(viewport={"width": width_px, "height": 900}, offline=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    opened = Shown(page)
    address = file.as_uri()
    page.on("console", lambda message: opened.logged.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: opened.logged.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            opened.requested.append(request.url)
            if request.url.split("#")[0] != address and not request.url.startswith(_OF_THE_PAGE_ITSELF)
            else None
        ),
    )
    page.goto(address + fragment)
    opened.wait()
    yield opened
    context.close()
