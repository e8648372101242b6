"""Where commands print: a terminal at its own width, a pipe or file at a fixed one, and colour on a terminal alone."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

# Wide tables (rules, columns of a file) are never squeezed; sentences are never long.
WIDTH_ELSEWHERE = 180
READING_WIDTH = 80
WIDEST_READING_WIDTH = 110

STRONG = "bold"
BAD = "bold red"
GOOD = "bold green"
QUIET = "dim"


@dataclass(frozen=True)
class Line:
    """One line of text and how it looks on a terminal; nothing is said by its look alone."""

    text: str = ""
    style: str = ""


def plain_console() -> Console:
    """A console on standard output for wide tables."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_ELSEWHERE)


@contextmanager
def progress_console() -> Iterator[Console]:
    """A console on the standard error of this moment: Dagster turns that stream away while its steps run."""
    try:
        descriptor = os.dup(sys.stderr.fileno())
    except (OSError, ValueError):  # a stream without a descriptor, as in a test
        yield Console(stderr=True)
        return
    with os.fdopen(descriptor, "w", encoding=sys.stderr.encoding) as stream:
        yield Console(file=stream)


def reading_width(console: Console) -> int:
    """Characters in a line of sentences: 80 in a pipe, a terminal's own width up to a readable one."""
    return min(console.width, WIDEST_READING_WIDTH) if console.is_terminal else READING_WIDTH


def show_lines(lines: Iterable[Line], console: Console) -> None:
    """Print lines as they stand: nothing is wrapped again, so that a path stays whole."""
    for line in lines:
        console.print(Text(line.text, style=line.style), soft_wrap=True)


def wrapped(text: str, width: int, indent: int = 0, style: str = "", hang: int = 0) -> Iterator[Line]:
    """A paragraph as lines, all but the first `hang` further in; a word longer than the line (a path) stays whole."""
    for line in textwrap.wrap(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield Line(line, style)


def number(value: int) -> str:
    """A count for reading, with the thousands separator of the pages."""
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{number(value)} {one if value == 1 else many or f'{one}s'}"


def listed(names: Iterable[str], at_most: int = 3) -> str:
    """`a, b and c`; `a, b, c and 2 more`."""
    first = list(names)
    if len(first) > at_most:
        first = [*first[:at_most], f"{len(first) - at_most} more"]
    return " and ".join([*([", ".join(first[:-1])] if first[1:] else []), *first[-1:]])


def shown_path(path: Path) -> str:
    """A path as a person would type it: from the working folder when it lies below, else whole."""
    working = Path.cwd()
    return os.fspath(path.relative_to(working)) if path.is_relative_to(working) else os.fspath(path)


def in_words(seconds: float) -> str:
    """`52 s`, `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def sentence(text: str) -> str:
    """With a capital at its head and a full stop at its end; a command at its head stays as it is."""
    head = text[:1].upper() + text[1:]
    return head if head.endswith((".", "?", "!")) else f"{head}."
