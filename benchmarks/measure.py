"""One command in a process of its own: its seconds and peak memory as a whole, and at each line that it prints.

The memory of a step is seen by looking 50 times a second, so a spike shorter than that may be missed; the peak of the
whole is the kernel's own and misses nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LOOK_SECONDS = 0.02
# The kernel counts the peak in KiB, on macOS in bytes.
_PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Line:
    """One printed line, and what the process used since the line before it."""

    text: str
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Used:
    """What a process used. cpu_seconds: user and system, of all its threads. peak_mb: the largest resident set."""

    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float
    lines: tuple[Line, ...] = field(default=())


class _Look:
    """Resident memory and processor time of a living process, from /proc; nothing where there is none."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        self._page_bytes, self._tick = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Resident set, in MB."""
        try:
            return int((self._folder / "statm").read_bytes().split()[1]) * self._page_bytes / 1e6
        except (OSError, IndexError):
            return 0.0

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        try:
            fields = (self._folder / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / self._tick


def run(command: Sequence[str], memory_limit_mb: int | None = None, **extra: str) -> Used:
    """Run a command to its end; what it prints, errors too, becomes the lines.

    memory_limit_mb: it is stopped above that, with exit code -9, so that it cannot take the machine down. extra:
    environment variables.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_environment(extra),
    )
    look = _Look(process.pid)
    seen, over = {"peak": 0.0}, threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            memory = look.memory_mb()
            seen["peak"] = max(seen["peak"], memory)
            if memory_limit_mb and memory > memory_limit_mb:
                process.kill()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    lines: list[Line] = []
    since, cpu_before = began, 0.0
    assert process.stdout is not None
    for text in process.stdout:
        now, cpu = time.monotonic(), look.cpu_seconds()
        lines.append(Line(text.strip(), now - since, max(0.0, cpu - cpu_before), seen["peak"]))
        since, cpu_before, seen["peak"] = now, cpu, look.memory_mb()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    over.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    return Used(
        process.returncode,
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * _PEAK_UNIT_BYTES / 1e6,
        tuple(lines),
    )


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **extra}
