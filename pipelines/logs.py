"""A run's log: one JSON object a line, by type never a value, an id of a patient or the text of an error."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.durable import PRIVATE_FILE
from pipelines.vocabulary import ALL, CLINIC_ID_PATTERN

_CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*|[a-z][a-z0-9_]*")
_RUN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_LONGEST = 64


def utc_now() -> datetime:
    """The clock, for logs and receipts only; no figure depends on it."""
    return datetime.now(UTC)


class RunLog:
    """The log of one run. `clock` is given by tests."""

    def __init__(self, path: Path, run_id: str, clock: Callable[[], datetime] = utc_now) -> None:
        if not _RUN_ID.fullmatch(run_id):
            raise ValueError("a run id is letters, digits and dashes")
        self.path = path
        self.run_id = run_id
        self._clock = clock

    def event(self, step: str, code: str, clinic: str | None = None, counts: Mapping[str, int] | None = None) -> None:
        """Write one event.

        Raises:
            ValueError: a word that is no code, or a count that is no whole number.
        """
        for word in (step, code, *(counts or {})):
            if not isinstance(word, str) or len(word) > _LONGEST or not _CODE.fullmatch(word):
                raise ValueError("a log holds codes (KAP-F03) and snake_case words only")
        if clinic is not None and clinic != ALL and not re.fullmatch(CLINIC_ID_PATTERN, clinic):
            raise ValueError("a log names a clinic by its id only")
        for count in (counts or {}).values():
            if isinstance(count, bool) or not isinstance(count, int):
                raise ValueError("a count in a log is a whole number")
        line = {
            "at": self._clock().isoformat(timespec="milliseconds"),
            "run_id": self.run_id,
            "step": step,
            "clinic": clinic,
            "code": code,
            "counts": dict(counts or {}),
        }
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        with os.fdopen(descriptor, "a", encoding="utf-8") as handle:
            handle.write(json.dumps(line) + "\n")


def purge_older_than(folder: Path, days: int, now: datetime) -> int:
    """Delete logs last written more than `days` days before `now`. Returns how many."""
    limit = (now - timedelta(days=days)).timestamp()
    old = [path for path in folder.glob("*.ndjson") if path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
