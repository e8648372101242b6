"""What a column of an export looks like: counts and kinds of its cells, taken once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.contract.fields import Field
from pipelines.drafting.exports import Export
from pipelines.drafting.words import (
    BESIDE,
    BOOLEAN_WORDS,
    MISSING_NUMBERS,
    MISSING_WORDS,
    OTHER_BOOLEANS,
    known_name_words,
    visit_of,
    words_of,
)
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.detectors import FREE_TEXT_CHARACTERS, FREE_TEXT_WORDS, detect
from pipelines.intake.naming import column_label
from pipelines.intake.records import NUMBER_PATTERN, WHOLE_PATTERN
from pipelines.vocabulary import TOKEN_PATTERN, VOCABULARIES, fold

_NUMBER = re.compile(NUMBER_PATTERN)
_POINT_NOUGHT = re.compile(WHOLE_PATTERN)
_TOKEN = re.compile(TOKEN_PATTERN)
MOST_WORDS = 40
_LOOKED_AT = 500


@dataclass(frozen=True)
class Column:
    """One column of an export. `cells`: text -> rows that hold it, empty ones left out. label: as messages show it."""

    name: str
    position: int
    cells: Counter[str]

    @property
    def label(self) -> str:
        """Its name, or `column 7` where the name may be a value; one of known words alone is none."""
        shown = column_label(self.name, self.position)
        if shown == str(self.position) and set(self.words.split()) <= known_name_words():
            shown = self.name.strip() if self.name.isprintable() else shown
        return f"column {shown}" if shown.isdigit() else shown

    @cached_property
    def words(self) -> str:
        """The words of its name."""
        return words_of(self.name)

    @cached_property
    def filled_n(self) -> int:
        """Cells that hold something."""
        return self.cells.total()

    @cached_property
    def missing_words(self) -> tuple[str, ...]:
        """Its texts that say "not answered", as written."""
        return tuple(sorted(text for text in self.cells if text.casefold() in MISSING_WORDS))

    @cached_property
    def said(self) -> Counter[str]:
        """Cells that say something: without the codes for "not answered"."""
        return Counter({text: n for text, n in self.cells.items() if text not in self.missing_words})

    @cached_property
    def numbers(self) -> Counter[float]:
        """Numbers among the cells -> how often."""
        found: Counter[float] = Counter()
        for text, n in self.said.items():
            if _NUMBER.fullmatch(text):
                found[float(text)] += n
        return found

    @property
    def is_numeric(self) -> bool:
        """Nearly all cells that say something are numbers."""
        return self.numbers.total() > 0 and self.numbers.total() >= 0.95 * self.said.total()

    @property
    def is_whole(self) -> bool:
        """Numeric, and all numbers are whole."""
        return self.is_numeric and all(number.is_integer() for number in self.numbers)

    @property
    def has_point_nought(self) -> bool:
        """Whole numbers written as 1.0."""
        return any(_POINT_NOUGHT.match(text) for text in self.cells)

    @property
    def is_boolean(self) -> bool:
        """All cells are yes or no in the contract's words."""
        return bool(self.said) and all(fold(text) in BOOLEAN_WORDS for text in self.said)

    @property
    def is_token(self) -> bool:
        """All cells have the form of a pseudonym."""
        return bool(self.said) and all(_TOKEN.match(text) for text in self.said)

    @cached_property
    def dates_n(self) -> int:
        """Cells with a date among the first distinct ones looked at."""
        return sum(n for text, n in self._first() if "KAP-G01" in detect(text))

    @cached_property
    def looked_at_n(self) -> int:
        """Cells that hold the first distinct texts."""
        return sum(n for _, n in self._first())

    @cached_property
    def free_n(self) -> int:
        """Cells too long or of too many words for a closed column."""
        return sum(
            n
            for text, n in self.said.items()
            if len(text) > FREE_TEXT_CHARACTERS or len(text.split()) > FREE_TEXT_WORDS
        )

    @property
    def visits(self) -> dict[str, tuple[int, str]]:
        """Texts that name a visit -> its planned day and occasion."""
        if len(self.said) > MOST_WORDS:
            return {}
        return {text: visit for text in self.said if (visit := visit_of(text)) is not None}

    def _first(self) -> list[tuple[str, int]]:
        return self.said.most_common(_LOOKED_AT)


@dataclass(frozen=True)
class Words:
    """How a column's texts meet a closed list. known_n, unknown_n: cells. mapped: text -> word, where needed.

    `mapped` holds texts made of words of closed lists alone, so it may be shown. known_words: texts that are known.
    """

    known_n: int
    unknown_n: int
    unknown_texts_n: int
    mapped: Mapping[str, str]
    known_words: frozenset[str]

    @property
    def share(self) -> float:
        """Known cells of all that say something."""
        return self.known_n / max(1, self.known_n + self.unknown_n)


def columns_of(export: Export) -> tuple[Column, ...]:
    """Each column of an export with its cells."""
    cells = list(zip(*export.rows, strict=True)) or [()] * len(export.columns)
    return tuple(
        Column(name, position, Counter(text for text in column if text))
        for position, (name, column) in enumerate(zip(export.columns, cells, strict=True), start=1)
    )


def words_in(column: Column, field: Field) -> Words:
    """How the column's texts meet the closed words of a contract column."""
    known = unknown = unknown_texts = 0
    mapped: dict[str, str] = {}
    found: set[str] = set()
    for text, n in column.cells.items():
        word = spelt(field, text)
        if word is None and text in column.missing_words:
            continue
        if word is None:
            unknown, unknown_texts = unknown + n, unknown_texts + 1
            continue
        known += n
        found.add(text)
        if not _passes(field, text):
            mapped[text] = word
    return Words(known, unknown, unknown_texts, dict(sorted(mapped.items())), frozenset(found))


def spelt(field: Field, text: str) -> str | None:
    """The word of `field` that `text` is, if it is made of the words of closed lists alone; else None."""
    if len(text) > 80:
        return None
    if field.kind == "scale":
        return _scale_in(text)
    if field.kind == "boolean":
        return fold(text) if fold(text) in BOOLEAN_WORDS else OTHER_BOOLEANS.get(fold(text))
    vocabulary = VOCABULARIES[field.vocabulary or ""]
    spellings = vocabulary.spellings()
    if field.kind == "codes":
        return _spelt_list(spellings, text)
    if fold(text) in spellings:
        return spellings[fold(text)]
    parts = _parts(fold(text))
    by_part = {spelling: word for spelling, word in spellings.items() if "_" not in spelling}
    words = {by_part[part] for part in parts if part in by_part}
    if len(words) == 1 and all(part in by_part or part in BESIDE for part in parts):
        return words.pop()
    whole = [word for spelling, word in spellings.items() if _parts(spelling) <= parts <= _parts(spelling) | BESIDE]
    return whole[0] if len(set(whole)) == 1 else None


def _spelt_list(spellings: Mapping[str, str], text: str) -> str | None:
    pieces = [fold(piece) for piece in text.split(";") if piece.strip()]
    return ";".join(spellings[piece] for piece in pieces) if all(piece in spellings for piece in pieces) else None


def _passes(field: Field, text: str) -> bool:
    """Whether the contract takes the text as it stands."""
    if field.kind == "scale":
        return fold(text) in {fold(scale) for scale in load_catalogue().delivered_ids}
    if field.kind == "boolean":
        return fold(text) in BOOLEAN_WORDS
    return field.kind == "codes" or fold(text) in VOCABULARIES[field.vocabulary or ""].spellings()


def _parts(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9+]+", text.casefold()))


def _scale_in(text: str) -> str | None:
    """The scale a text names: its id or its name in the catalogue, both together too."""
    squeezed = re.sub(r"[^a-z0-9]", "", text.casefold())
    for scale, (ids, words) in _scale_names().items():
        if squeezed in ids:
            return scale
        parts = frozenset(re.findall(r"[a-z]+|[0-9]+", text.casefold()))
        own = frozenset(re.findall(r"[a-z]+|[0-9]+", scale))
        if parts and parts <= words | own and (own <= parts or parts == words):
            return scale
    return None


def _scale_names() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    catalogue = load_catalogue()
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for instrument in catalogue.instruments.values():
        named: Iterable[tuple[str, str]] = [(scale.id, scale.name) for scale in instrument.scales]
        if len(instrument.scales) == 1:
            named = [*named, (instrument.scales[0].id, instrument.name)]
        for scale, name in named:
            ids, words = found.get(scale, (frozenset(), frozenset()))
            squeezed = {re.sub(r"[^a-z0-9]", "", each.casefold()) for each in (scale, name)}
            found[scale] = (ids | squeezed, words | frozenset(re.findall(r"[a-z]+|[0-9]+", name.casefold())))
    return found


def missing_numbers(column: Column, minimum: float, maximum: float) -> tuple[str, ...]:
    """Texts of usual codes for "not answered" that lie outside the limits, as written."""
    found = []
    for text in column.said:
        if _NUMBER.fullmatch(text):
            number = float(text)
            if number in MISSING_NUMBERS and not minimum <= number <= maximum:
                found.append(text)
    return tuple(sorted(found))
