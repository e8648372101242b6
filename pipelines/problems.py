"""How anything that went wrong is said: a code, where, how many, what was expected, what to do. Never a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command (CONTRACT.md section 6)."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    REFUSED = 3
    BLOCKED = 4
    LOCKED = 5
    DISCLOSURE = 6


# When several hold, the first of these is returned.
PRECEDENCE = (
    ExitCode.FAULT,
    ExitCode.USAGE,
    ExitCode.LOCKED,
    ExitCode.DISCLOSURE,
    ExitCode.BLOCKED,
    ExitCode.REFUSED,
    ExitCode.DONE,
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `file` is a delivered file's name, `row` its data row (1 = first), counts are rows."""

    code: str
    expected: str
    remedy: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    failed_n: int | None = None
    of_n: int | None = None

    def sentence(self) -> str:
        """One line: `KAP-F03 · scores.csv · row 7 · column total · 3 of 120: expected ... To mend: ...`."""
        where = [self.code]
        if self.file:
            where.append(self.file)
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column:
            where.append(f"column {self.column}")
        if self.failed_n is not None:
            where.append(f"{self.failed_n:,} of {self.of_n:,}" if self.of_n is not None else f"{self.failed_n:,}")
        said = self.expected if "expected" in self.expected else f"expected: {self.expected}"
        return f"{' · '.join(where)}: {said} To mend: {self.remedy}"


class KapError(Exception):
    """A user's error: all its problems at once and the exit code; shown without a traceback."""

    def __init__(self, exit_code: ExitCode, problems: Iterable[Problem]) -> None:
        self.exit_code = exit_code
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.sentence() for problem in self.problems))


def first_by_precedence(codes: Iterable[ExitCode]) -> ExitCode:
    """The exit code to return when several apply."""
    present = set(codes)
    return next((code for code in PRECEDENCE if code in present), ExitCode.DONE)
