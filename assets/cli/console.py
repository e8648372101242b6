"""Where commands print: a terminal at its own width, a pipe or file at a fixed one, so that no table is squeezed."""

from __future__ import annotations

import sys

from rich.console import Console

WIDTH_ELSEWHERE = 180


def plain_console() -> Console:
    """A console on standard output."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_ELSEWHERE)
