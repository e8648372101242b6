"""What every test shares: the real files of `--shared-data`, and the Hypothesis profiles.

Write `pytest tests --shared-data DIR`, or `--shared-data=DIR`: without a path of tests before it, pytest takes DIR for
the place to look for its own settings.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# `fast` is what `make test` runs: few examples, the same ones every time. `laws` is `make test-laws`.
settings.register_profile(
    "fast",
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "laws",
    max_examples=1000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("fast")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shared-data",
        metavar="DIR",
        default=None,
        help="folder of the real data files (default: ../shared/data beside the checkout); absent = not run",
    )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: a gzip carries the second it was made, and two workers must agree on names."""
    return argname if isinstance(val, bytes) else None


def _shared_data_folder(config: pytest.Config) -> Path:
    given = config.getoption("--shared-data")
    return (config.invocation_params.dir / given).resolve() if given else (ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def shared_data(pytestconfig: pytest.Config) -> Path:
    """The folder of real data files; the test is skipped, saying so, where it is absent."""
    folder = _shared_data_folder(pytestconfig)
    if not folder.is_dir():
        pytest.skip("the folder of real data files is absent: give it with --shared-data DIR")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "shared_data" in fixtures:
            item.add_marker(pytest.mark.real_data)
        if "chromium" in fixtures:
            item.add_marker(pytest.mark.browser)


def _reports(terminalreporter: pytest.TerminalReporter, marker: str, *outcomes: str) -> list[pytest.TestReport]:
    return [
        report
        for outcome in outcomes
        for report in terminalreporter.stats.get(outcome, [])
        if marker in getattr(report, "keywords", {})
    ]


def _told(terminalreporter: pytest.TerminalReporter, marker: str, why: str) -> str:
    """`3 ran, 1 not run (why)`: the tests with that marker."""
    ran = len(_reports(terminalreporter, marker, "passed", "failed", "xfailed", "xpassed"))
    not_run = len(_reports(terminalreporter, marker, "skipped", "error"))
    return f"{ran} ran, {not_run} not run" + (f" ({why})" if why else "")


def _why_skipped(terminalreporter: pytest.TerminalReporter, marker: str) -> str:
    """What the first of them that was skipped says, empty when none was."""
    for report in _reports(terminalreporter, marker, "skipped"):
        if isinstance(report.longrepr, tuple):
            return report.longrepr[2].removeprefix("Skipped: ")
    return ""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """How many tests met a browser and how many met real data, right above pytest's closing line."""
    # After every other summary, so that neither skips nor failures push it out of sight.
    yield
    absent = "" if _shared_data_folder(config).is_dir() else "folder absent"
    terminalreporter.write_line(
        f"browser tests: {_told(terminalreporter, 'browser', _why_skipped(terminalreporter, 'browser'))}"
    )
    terminalreporter.write_line(f"real-data tests: {_told(terminalreporter, 'real_data', absent)}")
