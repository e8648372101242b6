"""One problem as a block to read: what, where, what to do; and the blocks with which a command ends in an error."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from assets.cli.console import BAD, Line, counted, number, sentence, wrapped
from assets.fault import PROGRAM_FAULT
from pipelines.problems import ExitCode, KapError, Problem

PROBLEMS_SHOWN = 12
# What an exit code other than 0 says (CONTRACT.md section 6).
EXIT_CODES = {
    ExitCode.DONE: "done",
    ExitCode.FAULT: "a fault of the program; the last good release stays",
    ExitCode.USAGE: "wrong usage, settings or mapping; nothing was done",
    ExitCode.REFUSED: "a file was refused or waits, or over 5 % of the records were set aside",
    ExitCode.BLOCKED: "a clinic is blocked; the others were released",
    ExitCode.LOCKED: "another run is under way on this home",
    ExitCode.DISCLOSURE: "the disclosure gate refused",
}
ROWS_COUNTED_FROM = "Row 1 is the first one under the header: line 2 of a spreadsheet."
ROWS_SET_ASIDE = "rows set aside"
_BECAME = {"quarantines": ROWS_SET_ASIDE, "blanks": "values left out"}
HEADINGS = {
    ExitCode.FAULT: "Stopped. The last good release stays as it was.",
    ExitCode.USAGE: "Not done: something must be corrected first.",
    ExitCode.REFUSED: "Refused.",
    ExitCode.LOCKED: "Not done: another run is under way on this home.",
    ExitCode.DISCLOSURE: "Nothing was released.",
}


def error_lines(error: KapError, width: int) -> Iterator[Line]:
    """The whole of an error: a heading, a block for each problem, the exit code."""
    yield Line(HEADINGS.get(error.exit_code, "Not done."), BAD)
    for problem in error.problems[:PROBLEMS_SHOWN]:
        yield Line()
        yield from problem_lines(problem, width)
    rest = len(error.problems) - PROBLEMS_SHOWN
    if rest > 0:
        yield Line()
        yield Line(f"  ... and {counted(rest, 'more problem')}; --json prints all.")
    yield Line()
    yield from wrapped(f"Exit code {int(error.exit_code)}: {EXIT_CODES[error.exit_code]}.", width)


def error_json(error: KapError) -> str:
    """The same for a program."""
    problems = [problem.__dict__ for problem in error.problems]
    return json.dumps({"exit_code": int(error.exit_code), "problems": problems}, indent=1)


def problem_lines(problem: Problem, width: int, became: str = "") -> Iterator[Line]:
    """Where and how many; what was expected; what to do, and the code. `became`: what became of the rows counted."""
    where = _where(problem, became)
    if where:
        yield from wrapped(where, width, 2, hang=4)
    indent = 6 if where else 2
    yield from wrapped(_expected(problem), width, indent)
    yield from wrapped(f"To do: {sentence(problem.remedy)} [{problem.code}]", width, indent)


def became(problem: Problem) -> str:
    """What became of the rows that the problem counts."""
    from pipelines.rules.catalogue import BY_CODE

    rule = BY_CODE.get(problem.code)
    if rule is None or (rule.effect == "column" and not problem.column):
        return "rows"
    return _BECAME.get(rule.effect_on(problem.column or ""), "rows")


def _where(problem: Problem, became: str) -> str:
    if problem.failed_n is None:
        counts = ""
    else:
        of = f" of {number(problem.of_n)}" if problem.of_n is not None else ""
        counts = f"{number(problem.failed_n)}{of} {became or 'rows'}"
    row = f"row {number(problem.row)}" if problem.row is not None else ""
    if row and problem.failed_n is not None and problem.failed_n > 1:
        row = f"first in {row}"
    place: Sequence[str] = [problem.file or "", f"column {problem.column}" if problem.column else "", row]
    return ": ".join(part for part in (counts, ", ".join(part for part in place if part)) if part)


def _expected(problem: Problem) -> str:
    if problem.code == PROGRAM_FAULT:
        return sentence(problem.expected)
    told = problem.expected.removeprefix("expected").removeprefix(":").strip()
    # Some begin with what was found.
    return sentence(told) if "expected" in told else f"Expected: {told.removesuffix('.')}."
