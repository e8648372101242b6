"""How a check went over the runs: its share of failing rows, and the run in which it first failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from pipelines.outcomes.estimates import rounded
from pipelines.provenance.rule_runs import Key, RuleRuns, Run
from reports import figures
from reports.sections import rule_lines
from reports.sections.parts import Cell, Page, Spark
from reports.sections.rule_lines import RuleLine

# So many runs a line of a trend holds at most.
TREND_RUNS_N = 12
# A share counts as moved from here on, in percentage points, where a reader sees it too: at one decimal.
MOVED_PCT = 0.05
WIDTH_PX, HEIGHT_PX = 84, 20


def have_moved(before: npt.ArrayLike, now: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Of each share of failing rows, 0 to 100, whether a reader sees that it moved."""
    far = np.abs(np.subtract(now, before, dtype=np.float64)) >= MOVED_PCT
    return np.asarray(far & (rounded(now, 1) != rounded(before, 1)), dtype=np.bool_)


def key_of(line: RuleLine) -> Key:
    """What tells one check from every other."""
    return (line.clinic_id, line.rule, line.table, line.column)


def shares_of(past: RuleRuns, line: RuleLine) -> list[float | None]:
    """failed_pct of a check after each of the last runs, None where it is not known.

    A run that did not judge its clinic leaves it as it stood; a check that never failed stood at 0.
    """
    check = past.by_check.get(key_of(line))
    if check is None and line.failed_pct is None:
        return []
    found: list[float | None] = []
    share: float | None = None
    for run in past.runs:
        if line.clinic_id in run.clinics:
            share = check.shares.get(run.number) if check else 0.0
        found.append(share)
    return found[-TREND_RUNS_N:]


def first_failed(past: RuleRuns, line: RuleLine) -> Run | None:
    """The first run of all in which a row failed the check, or no verdict was given; None = never."""
    check = past.by_check.get(key_of(line))
    return next((run for run in past.runs if check and run.number == check.first_failed), None)


def counted_cells(page: Page, line: RuleLine) -> tuple[Cell, ...]:
    """How much of a check fails: rows, of how many, share, what is allowed, over the runs, first failed."""
    return (
        rule_lines.rows(page, line, line.failed_n),
        rule_lines.rows(page, line, line.evaluated_n),
        rule_lines.share_failed(page, line),
        rule_lines.allowed(page, line.threshold_pct, line.column),
        trend_cell(page, line),
        first_failed_cell(page, line),
    )


def trend_cell(page: Page, line: RuleLine) -> Cell:
    """In words how the last run compares with the one before, with a line of the last runs beside it."""
    words, shares = page.words, shares_of(page.about.past, line)
    told = [share for share in shares if share is not None]
    if len(told) < 2:
        return Cell(words.say("trend.none"), numeric=False)
    word = "same" if not have_moved(told[-2], told[-1]) else "more" if told[-1] > told[-2] else "fewer"
    return Cell(words.say(f"trend.{word}"), numeric=False, spark=spark(page, shares) if any(told) else None)


def first_failed_cell(page: Page, line: RuleLine) -> Cell:
    """The run in which it first failed, with the newest delivery that run judged."""
    run = first_failed(page.about.past, line)
    if run is None:
        return Cell(page.words.say("trend.never"), numeric=False)
    return Cell(page.words.say("trend.run", run=run.number), numeric=False, note=receipt_of(page, run))


def receipt_of(page: Page, run: Run) -> str:
    """The newest delivery a run judged, in words."""
    return page.words.say("trend.receipt", receipt=figures.count(run.receipt)) if run.receipt else ""


def receipt_of_file(page: Page, receipt: int | None) -> str:
    """Which delivery a file came with, in words; nothing where it is not known."""
    return page.words.say("rule.receipt", receipt=figures.count(receipt)) if receipt else ""


def spark(page: Page, shares: Sequence[float | None]) -> Spark:
    """A small line of shares from zero up to their largest, broken where none is known; one at least is."""
    told = [share for share in shares if share is not None]
    top = max(told) or 1
    step = (WIDTH_PX - 8) / max(len(shares) - 1, 1)
    places = [(4 + place * step, share) for place, share in enumerate(shares)]
    points = [
        None if share is None else _point(x, HEIGHT_PX - 4 - (HEIGHT_PX - 8) * share / top) for x, share in places
    ]
    lines = tuple(" ".join(part) for known, part in _parted(points) if known)
    x, _, y = next(point for point in reversed(points) if point).partition(",")
    spoken = page.words.say("trend.line", shares=", ".join(map(rule_lines.percent, told)))
    return Spark(WIDTH_PX, HEIGHT_PX, lines, x, y, spoken)


def _point(x: float, y: float) -> str:
    return f"{round(x, 1):g},{round(y, 1):g}"


def _parted(points: Iterable[str | None]) -> Iterator[tuple[bool, list[str]]]:
    for known, part in groupby(points, key=lambda point: point is not None):
        yield known, [point or "" for point in part]
