"""One Chromium with the network off, and the sites that are looked at, each built once."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from reports.pages import csv_bytes
from tests import released_sample as sample
from tests.browser import sites
from tests.browser.shown import chromium_path, launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# Not longer than this folder: Playwright's event loop would be in the way of other tests of the same process.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; the test is skipped, saying so, where there is none."""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("Playwright is not installed")
    program = chromium_path()
    if program is None:
        pytest.skip("no Chromium found")
    with launched(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a site by its name."""

    @cache
    def built(name: str) -> Path:
        return sites.write(sites.SITES[name](), tmp_path_factory.mktemp("site"))

    return built


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    """The released tables of the network as a reader of the CSV files has them."""
    return {
        name: pd.read_csv(io.BytesIO(csv_bytes(table)), keep_default_na=False, na_values=[""])
        for name, table in sample.tables().items()
    }
