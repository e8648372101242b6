"""What a run says at its end: the verdict, what came in, what must be mended, what came out."""

from __future__ import annotations

from collections.abc import Iterator

from assets.cli.came_in import delivery_lines
from assets.cli.console import BAD, GOOD, STRONG, Line, in_words, shown_path, wrapped
from assets.cli.mending import mending_lines
from assets.cli.run import RunResult
from assets.cli.told import EXIT_CODES
from assets.cli.verdict import clinics_of, is_blocked, is_released, verdict
from pipelines.home import Home
from pipelines.problems import ExitCode


def summary_lines(home: Home, result: RunResult, width: int, links: bool = False) -> Iterator[Line]:
    """The whole summary. `links`: with a file:// address of the dashboard, which a terminal can open."""
    if not result.files and not result.validations and result.history.release_id is None:
        yield Line("Nothing to take in.", STRONG)
        yield Line(f"Put a clinic's files into {shown_path(home.inbox / '<clinic_id>')}, then run this again.")
        return
    good = result.exit_code is ExitCode.DONE
    for said in verdict(result):
        yield from wrapped(said, width, 0, GOOD if good else BAD)
    if result.files:
        yield Line()
        yield from delivery_lines(result, width)
    else:
        yield Line("Nothing new came in.")
    if result.files or any(is_blocked(result, clinic_id) for clinic_id in clinics_of(result)):
        yield Line()
        yield from mending_lines(home, result, width)
    yield Line()
    yield from _came_out(home, result, width, links)


def _came_out(home: Home, result: RunResult, width: int, links: bool) -> Iterator[Line]:
    yield Line("What came out", STRONG)
    if result.history.release_id:
        state = "new" if result.released else "as it was"
        yield _entry("Release", f"{result.history.release_id} ({state})")
        dashboard = home.current / "index.html"
        yield _entry("Dashboard", shown_path(dashboard))
        if links:
            yield _entry("", dashboard.as_uri())
        yield _entry("Checks", shown_path(home.current / "quality.html"))
    else:
        yield _entry("Release", "none yet")
    if result.seconds:
        yield _entry("Time", in_words(result.seconds))
    if result.exit_code is not ExitCode.DONE:
        said = f"{'Exit code':<11}{int(result.exit_code)}: {_exit_words(result)}"
        yield from wrapped(said, width, 2, hang=11)


def _exit_words(result: RunResult) -> str:
    if result.exit_code is not ExitCode.BLOCKED:
        return EXIT_CODES[result.exit_code]
    every = clinics_of(result)
    blocked = [clinic_id for clinic_id in every if is_blocked(result, clinic_id)]
    if any(is_released(result, clinic_id) for clinic_id in every if clinic_id not in blocked):
        said = EXIT_CODES[ExitCode.BLOCKED]
        return said if len(blocked) == 1 else said.replace("a clinic is blocked", f"{len(blocked)} clinics are blocked")
    if len(blocked) == len(every):
        return "the only clinic is blocked" if len(every) == 1 else "every clinic is blocked"
    return "a clinic is blocked, and no other is released"


def _entry(name: str, text: str) -> Line:
    return Line(f"  {name:<11}{text}")
