"""The known name that a misspelt one most resembles, for messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pipelines.vocabulary import fold


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` most resembles, or None."""
    by_fold = {fold(each): each for each in known}
    close = difflib.get_close_matches(fold(name), list(by_fold), n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
