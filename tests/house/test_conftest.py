"""Real data and the browser: tests are skipped with a reason where there is none, and always counted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ONE_TEST = """
def test_it_meets_real_data(shared_data):
    assert (shared_data / "README.md").exists()

def test_it_needs_none():
    pass
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of its own with this suite's conftest."""
    (tmp_path / "suite" / "tests").mkdir(parents=True)
    (tmp_path / "suite" / "pytest.ini").write_text("[pytest]\nmarkers =\n  real_data: x\n  browser: x\n")
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    (tmp_path / "suite" / "tests" / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "suite" / "tests" / "test_one.py").write_text(ONE_TEST)
    return tmp_path / "suite"


def closing_lines(suite: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", "tests", *arguments]
    return subprocess.run(command, cwd=suite, capture_output=True, text=True, check=False, timeout=120).stdout


def test_an_absent_folder_is_said(suite: Path) -> None:
    said = closing_lines(suite)
    assert "real-data tests: 0 ran, 1 not run (folder absent)" in said
    assert "the folder of real data files is absent: give it with --shared-data DIR" in said
    assert "1 passed, 1 skipped" in said


def test_a_given_folder_is_used_and_counted_by_every_worker(suite: Path) -> None:
    (suite / "data").mkdir()
    (suite / "data" / "README.md").touch()
    said = closing_lines(suite, "--shared-data", "data", "-n", "2")
    assert "real-data tests: 1 ran, 0 not run\n" in said
    assert "2 passed" in said


def test_the_folder_beside_the_checkout_is_the_default(suite: Path) -> None:
    (suite.parent / "shared" / "data").mkdir(parents=True)
    (suite.parent / "shared" / "data" / "README.md").touch()
    assert "real-data tests: 1 ran, 0 not run\n" in closing_lines(suite)


ONE_PAGE = """
import pytest

@pytest.fixture
def chromium():
    {fixture}

def test_it_shows_a_page(chromium):
    pass

def test_it_shows_another(chromium):
    pass
"""


@pytest.mark.parametrize(
    ("fixture", "told"),
    [
        ("pytest.skip('no Chromium found')", "browser tests: 0 ran, 2 not run (no Chromium found)\n"),
        ("raise OSError('it does not start')", "browser tests: 0 ran, 2 not run\n"),
        ("return 1", "browser tests: 2 ran, 0 not run\n"),
    ],
)
def test_pages_that_were_not_shown_are_counted_in_the_last_lines(suite: Path, fixture: str, told: str) -> None:
    (suite / "tests" / "test_page.py").write_text(ONE_PAGE.format(fixture=fixture))
    said = closing_lines(suite, "-n", "2")
    assert told in "".join(said.splitlines(keepends=True)[-3:])
