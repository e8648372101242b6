"""The pages in a real browser with the network off: every chart draws under the policy, and the console is quiet."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reports.pages import build_site
from tests import released_sample as sample

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="not run: browser tests, no Chromium found")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    for path, content in build_site(sample.tables(), sample.about()).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def opened(page: Path, profile: Path) -> tuple[str, str]:
    """The page's DOM after its scripts ran, and what the browser logged."""
    result = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--proxy-server=127.0.0.1:9",
            "--virtual-time-budget=10000",
            "--enable-logging=stderr",
            "--window-size=1280,2000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return result.stdout, "\n".join(line for line in result.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.parametrize("path", ["index.html", "clinics/beta/index.html"])
def test_every_chart_draws_and_the_console_is_quiet(path: str, folder: Path, tmp_path: Path) -> None:
    dom, console = opened(folder / path, tmp_path)
    charts = re.findall(r'<div class="chart(?: [^"]*)?"', dom)
    assert 'data-ready="true"' in dom
    assert len(charts) >= 10
    assert dom.count('data-drawn="true"') == len(charts)
    assert len(re.findall(r"<svg[^>]*class=\"marks\"", dom)) == len(charts)
    assert console == ""


@pytest.mark.parametrize("path", ["quality.html", "methods.html", "clinics/gamma/quality.html"])
def test_a_page_without_charts_runs_no_script(path: str, folder: Path, tmp_path: Path) -> None:
    dom, console = opened(folder / path, tmp_path)
    assert "<script" not in dom and console == ""
