"""Which step is under way, read from the run's own log."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_WORDS = {
    "intake": "taking in deliveries",
    "candidates": "telling duplicates, corrections and conflicts apart",
    "validation": "validating with Great Expectations",
    "publication": "publishing what passed",
    "clinical": "scoring and cutting courses",
    "outcomes": "making the outcome tables",
    "release": "making pages",
    "rebuild": "reading again from the record",
}
_INTERVAL_SECONDS = 0.3


@contextmanager
def following(log: Path, show: Callable[[str], None]) -> Iterator[None]:
    """While the body runs, `show` gets a sentence whenever the log names a new step or clinic."""
    done = threading.Event()
    thread = threading.Thread(target=_follow, args=(log, show, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _follow(log: Path, show: Callable[[str], None], done: threading.Event) -> None:
    offset, last = 0, ""
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
            word = _WORDS.get(event["step"], event["step"])
            sentence = f"{word} · {event['clinic']}" if event["clinic"] else word
            if sentence != last:
                show(sentence)
                last = sentence
