"""A log holds codes and counts, by type."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.logs import RunLog, purge_older_than

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_an_event_is_one_line_of_six_fields(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "r1.ndjson", "r1", clock=lambda: NOON)
    log.event("intake", "KAP-F03", clinic="north", counts={"rows": 3})
    log.event("release", "written")
    first, second = (json.loads(line) for line in log.path.read_text().splitlines())
    assert first == {
        "at": "2026-03-01T12:00:00.000+00:00",
        "run_id": "r1",
        "step": "intake",
        "clinic": "north",
        "code": "KAP-F03",
        "counts": {"rows": 3},
    }
    assert second["clinic"] is None
    assert log.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "event",
    [
        {"code": "Jane Doe"},
        {"code": "ValueError: could not convert 'x'"},
        {"code": "jane@example"},
        {"code": "7" * 10},
        {"code": "x" * 65},
        {"step": "1984-03-02"},
        {"clinic": "Jane Doe"},
        {"counts": {"rows": 3.5}},
        {"counts": {"rows": "3"}},
        {"counts": {"rows": True}},
        {"counts": {"Jane Doe": 1}},
    ],
)
def test_nothing_but_codes_and_counts_gets_in(tmp_path: Path, event: dict[str, Any]) -> None:
    log = RunLog(tmp_path / "r1.ndjson", "r1")
    with pytest.raises(ValueError, match="log"):
        log.event(**{"step": "intake", "code": "started", **event})
    assert not log.path.exists()


def test_logs_past_their_days_are_deleted_and_only_they(tmp_path: Path) -> None:
    for name, age_days in (("old.ndjson", 91), ("young.ndjson", 89), ("other.txt", 400)):
        path = tmp_path / name
        path.touch()
        then = NOON.timestamp() - age_days * 86_400
        os.utime(path, (then, then))
    assert purge_older_than(tmp_path, 90, NOON) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.txt", "young.ndjson"]
