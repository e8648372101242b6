"""What a page says of one row of figures, declared once.

A `Phrase` is spoken here for the page as it is delivered, and by dashboard.js for every other choice of filters: both
only fill the places of a template of the words file, so no sentence and no rule of wording stands in two places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from types import MappingProxyType
from typing import Any

from reports import figures, released_rows
from reports.released_rows import Row
from reports.words import Words

SPEAKING = ("reportable", "imprecise")
NUMBER_FORMATS = figures.FORMATS
# Place of a template -> (format, column).
Places = Mapping[str, tuple[str, str]]
_NOTHING: Mapping[str, tuple[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Phrase:
    """A template of the words file with its places filled from a row.

    places: place -> (format, column). A format is one of NUMBER_FORMATS, or the kind of a code whose name is meant
    (`condition`, `route`, `scale`, `clinic`, `timepoint`, `state`, `direction`); a code without a name is said itself.
    about: the figure that must be shown for the phrase to be said ('' = any row will do). otherwise: the key that is
    said when it is not ('' = nothing).
    """

    key: str
    places: Places = field(default_factory=lambda: _NOTHING)
    about: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class Number:
    """A number of a row as a chart draws it: `column` while the figure `about` is shown ('' = always), else nothing."""

    column: str
    about: str = ""


@dataclass(frozen=True)
class Said:
    """A phrase in words, and the state of the figure it is about ('' = a figure that needs no mark)."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Speaker:
    """Speaks phrases in one language. names: kind of code -> code -> name."""

    words: Words
    names: Mapping[str, Mapping[str, str]]

    def name(self, kind: str, code: str) -> str:
        """The name of a code, the code itself when it has none."""
        return self.names.get(kind, {}).get(code, code)

    def cell(self, phrase: Phrase, row: Row | None) -> Said:
        """The phrase; when its figure is not shown, why not. A blank combination says nothing."""
        silence = self._silence(phrase, row)
        if silence == "none":
            return Said("")
        if silence:
            return Said(self.words.say(f"state.{silence}"), silence)
        assert row is not None
        imprecise = phrase.about and released_rows.state(row, phrase.about) == "imprecise"
        return Said(self._fill(phrase, row), "imprecise" if imprecise else "")

    def sentence(self, phrase: Phrase, row: Row | None) -> str:
        """The phrase; when its figure is not shown, its `otherwise` or nothing."""
        if row is None or self._silence(phrase, row):
            return self._otherwise(phrase, row or {})
        return self._fill(phrase, row)

    def _otherwise(self, phrase: Phrase, row: Row) -> str:
        """What is said instead: with the names of the row, none of its figures."""
        named = {place: how for place, how in phrase.places.items() if how[0] not in NUMBER_FORMATS}
        known = {place: self.name(kind, str(row.get(column) or "")) for place, (kind, column) in named.items()}
        return self.words.say(phrase.otherwise, **known) if phrase.otherwise else ""

    def _silence(self, phrase: Phrase, row: Row | None) -> str:
        """Why the phrase is not said: '' when it is."""
        if row is None:
            return "no_data"
        state = released_rows.state(row, phrase.about) if phrase.about else ""
        if state and state not in SPEAKING:
            return state
        for kind, column in phrase.places.values():
            if kind in NUMBER_FORMATS and released_rows.number(row, column) is None:
                return released_rows.why_empty(row, column)
        return ""

    def _fill(self, phrase: Phrase, row: Row) -> str:
        return self.words.say(phrase.key, **{place: self._shown(how, row) for place, how in phrase.places.items()})

    def _shown(self, how: tuple[str, str], row: Row) -> str:
        kind, column = how
        write = NUMBER_FORMATS.get(kind)
        if write is None:
            return self.name(kind, str(row[column]))
        value = released_rows.number(row, column)
        assert value is not None
        return write(value)


def as_data(declared: Any) -> Any:
    """Declared phrases, and what is made of them, as plain JSON data."""
    if is_dataclass(declared):
        return {each.name: as_data(getattr(declared, each.name)) for each in fields(declared)}
    if isinstance(declared, Mapping):
        return {key: as_data(value) for key, value in declared.items()}
    if isinstance(declared, tuple):
        return [as_data(value) for value in declared]
    return declared


def plain(kind: str, column: str, about: str = "") -> Phrase:
    """A figure or a name alone."""
    return Phrase("figure.plain", {"value": (kind, column)}, about)


def count(column: str) -> Phrase:
    """A number of people; shown whatever the evidence of the row."""
    return plain("count", column)


def share(column: str) -> Phrase:
    """A percentage as whole people of 100, silent where the row's evidence is."""
    return plain("share", column, column)


def label(kind: str) -> Phrase:
    """The name of the row's own condition, route, scale or clinic."""
    return plain(kind, "clinic_id" if kind == "clinic" else kind)


def rate(outcome: str, key: str = "figure.rate", about: str = "") -> Phrase:
    """`52 of 100 (49 to 55), 2,663 of 5,122`, or another template with some of these places."""
    return Phrase(key, rate_places(outcome), about or f"{outcome}_pct")


def rate_places(outcome: str) -> Places:
    """The places of a rate: share, low, high of 100, and part of whole in people."""
    return {
        "share": ("share", f"{outcome}_pct"),
        "low": ("share", f"{outcome}_ci_low"),
        "high": ("share", f"{outcome}_ci_high"),
        "part": ("count", f"{outcome}_n"),
        "whole": ("count", f"{outcome}_of_n"),
    }
