"""How far a run has come: the step from Dagster's own events, the clinic from the run's log; a bar or plain lines."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from assets.cli.console import in_words

STARTING = "starting up"
DEMO_WRITING = "writing the synthetic network"
# Each asset of the job in its order, in words.
STEPS = {
    "deliveries": "taking in deliveries",
    "candidate_records": "finding duplicates and corrections",
    "validated_store": "validating with Great Expectations",
    "scored_scores": "scoring",
    "courses_of_care": "putting courses together",
    "outcome_tables": "making the outcome tables",
    "warehouse": "making the warehouse",
    "release": "making the pages",
}
# Step of the log -> the asset in which its clinics follow one another.
_CLINIC_STEPS = {"intake": "deliveries", "candidates": "candidate_records", "validation": "validated_store"}
_INTERVAL_SECONDS = 0.3


@dataclass(frozen=True)
class UnderWay:
    """What a run is doing. part: how much of this step is done, 0 to 1. clinic: the one just done with, if any."""

    words: str
    part: float = 0.0
    clinic: str = ""


Show: TypeAlias = Callable[[UnderWay], None]


def step_listener(show: Show) -> Callable[[Any], None]:
    """What Dagster calls with each of its events: a step that begins is shown."""

    def listen(entry: Any) -> None:
        event = entry.dagster_event
        if event is not None and event.event_type_value == "STEP_START" and event.step_key in STEPS:
            show(UnderWay(STEPS[event.step_key]))

    return listen


@contextmanager
def following(log: Path, clinics_n: int, show: Show) -> Iterator[None]:
    """While the body runs, `show` is told each clinic that the log names."""
    done = threading.Event()
    thread = threading.Thread(target=_follow, args=(log, clinics_n, show, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _follow(log: Path, clinics_n: int, show: Show, done: threading.Event) -> None:
    offset = 0
    seen: dict[str, set[str]] = {}
    while not done.wait(_INTERVAL_SECONDS):
        if not log.exists():
            continue
        with log.open("rb") as handle:
            handle.seek(offset)
            content = handle.read()
        whole, _, _ = content.rpartition(b"\n")
        offset += len(whole) + 1 if whole else 0
        for line in whole.splitlines():
            event = json.loads(line)
            asset = _CLINIC_STEPS.get(event["step"])
            if asset and event["clinic"]:
                clinics = seen.setdefault(asset, set())
                clinics.add(event["clinic"])
                show(UnderWay(STEPS[asset], min(1.0, len(clinics) / max(1, clinics_n)), event["clinic"]))


@contextmanager
def progress(console: Console, quiet: bool, words: tuple[str, ...] = (STARTING, *STEPS.values())) -> Iterator[Show]:
    """A bar on a terminal; elsewhere a line for each step that ends; nothing when quiet. `words`: steps in order."""
    if quiet:
        yield lambda under_way: None
    elif console.is_terminal and not console.is_dumb_terminal:
        with _bar(console, words) as show:
            yield show
    else:
        lines = _Lines(console)
        try:
            yield lines.show
        except BaseException:
            lines.close("stopped after ")
            raise
        lines.close()


@contextmanager
def _bar(console: Console, words: tuple[str, ...]) -> Iterator[Show]:
    """One bar over all steps; it goes away when the run is over, and the summary takes its place."""
    places = {each: place for place, each in enumerate(words)}
    longest = max(map(len, words))
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[step]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[clinic]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(words[0].ljust(longest), total=len(words), step=f"1 of {len(words)}", clinic="")

        def show(under_way: UnderWay) -> None:
            place = places.get(under_way.words)
            reached = bar.tasks[0].completed
            # The log is read a moment late: what it says of a step that is over moves nothing back.
            if place is None or place < int(reached):
                return
            bar.update(
                task,
                description=under_way.words.ljust(longest),
                # A step is over when the next one begins.
                completed=max(reached, place + 0.99 * under_way.part),
                step=f"{place + 1} of {len(words)}",
                clinic=under_way.clinic,
            )
            # Drawn now: a busy step leaves the bar's own thread no time.
            bar.refresh()

        yield show


class _Lines:
    """A line for each step, when it ends, with its seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._words = ""
        self._since = 0.0
        self._over: set[str] = set()

    def show(self, under_way: UnderWay) -> None:
        """Another step ends the one before."""
        if under_way.words == self._words or under_way.words in self._over:
            return
        self.close()
        self._words, self._since = under_way.words, time.monotonic()

    def close(self, ended: str = "") -> None:
        """The step under way is over."""
        if self._words:
            took = in_words(time.monotonic() - self._since)
            self._console.print(f"{self._words}: {ended}{took}", highlight=False, markup=False, soft_wrap=True)
            self._over.add(self._words)
        self._words = ""
