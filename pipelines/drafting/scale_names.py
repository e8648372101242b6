"""How names of columns call a scale: its id, or another stem of its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipelines.drafting.looks import Column
from pipelines.drafting.words import SCALE_STEMS, words_of
from pipelines.instruments.catalogue import load_catalogue


@cache
def stems() -> tuple[tuple[tuple[str, ...], str], ...]:
    """(words of a stem, scale) of every scale, the longest first."""
    found = [
        (tuple(words_of(stem).split()), scale)
        for scale in load_catalogue().delivered_ids
        for stem in (scale, *SCALE_STEMS.get(scale, ()))
    ]
    return tuple(sorted(found, key=lambda each: -len(each[0])))


def stem_in(parts: Sequence[str]) -> tuple[int, tuple[str, ...], str] | None:
    """Where the longest stem of a scale stands among the words of a name, the stem, and the scale."""
    for stem, scale in stems():
        for start in range(len(parts) - len(stem) + 1):
            if tuple(parts[start : start + len(stem)]) == stem:
                return start, stem, scale
    return None


def item_of_shorter_stem(stem: tuple[str, ...]) -> tuple[str, int] | None:
    """What else a stem that ends in a number may be: `phq 9` is the ninth item too, in a file with `phq 1` to `phq 8`.

    Returns the scale of the stem without its number, and the number.
    """
    if len(stem) < 2 or not stem[-1].isdigit():
        return None
    shorter = dict(stems()).get(stem[:-1])
    return (shorter, int(stem[-1])) if shorter is not None else None


def scale_before_text(column: Column) -> str | None:
    """The scale that a name begins with as a heading (`PHQ-9: ...`), in a question's text never."""
    parts = column.words.split()
    found = stem_in(parts)
    if found is None:
        return None
    _, stem, scale = found
    # A stem of one word may be a word of a question; as a heading it is in capitals and set off.
    set_off = re.match(rf"\W*{re.escape(stem[0].upper())}\s*[:\[(–-]", column.name)
    return scale if len(stem) > 1 or set_off else None
