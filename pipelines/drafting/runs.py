"""Questions side by side whose scale no name tells: read as a scale by their shape alone, or asked about.

A scale is guessed only where the whole run has its number of questions and its answers. A run that could be read in
another way, or that is longer or shorter than any scale, is asked about: no question is left out by a guess. What a
question says is never looked at, so no punctuation in it ends a run; no item text is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.drafting.answers import Answers, answers_of
from pipelines.drafting.looks import Column, missing_numbers
from pipelines.drafting.plain import is_known_name
from pipelines.drafting.scale_names import scale_before_text
from pipelines.drafting.words import ITEM_WORDS, answer_of
from pipelines.instruments.catalogue import load_catalogue

_LONG_NAME_WORDS = 5
# Answers go up to 10; of what is plainly a question, sliders up to 100 too.
_HIGHEST, _HIGHEST_ON_A_SLIDER = 10, 100
_MOST_STRAY = 0.2
# Fewer columns side by side are no questionnaire to ask about.
_FEWEST_ASKED = 3
# Two scales that together have as many questions as one: shorter ones would make every run doubtful.
_FEWEST_OF_SEVERAL = 5
_NUMBER = re.compile(r"\W*(?:(?:item|question|q|i)[ _.#]*([0-9]{1,2})\b|([0-9]{1,2})(?=\s|[.):\]–-]))", re.IGNORECASE)
_HEADING_ENDS = re.compile(r"[?:\[]\s*(?=\S)")


@dataclass(frozen=True)
class Run:
    """Columns in order read as a scale's items. others: scales with the same shape that it could be too."""

    columns: tuple[Column, ...]
    scale: str
    answers: Answers
    others: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """Columns that look like questions, and what is unsure about them."""

    columns: tuple[Column, ...]
    why: str


def find_runs(columns: Sequence[Column]) -> Iterator[Run | Asked]:
    """The runs among columns of a file, in order; columns that are no questions are in none."""
    for block in _blocks(columns):
        for run in _parted(block):
            found = _read(run)
            if found is not None:
                yield found


def _read(run: tuple[Column, ...]) -> Run | Asked | None:
    plain_n = sum(map(_is_plainly_question, run))
    named = scale_before_text(run[0])
    if plain_n * 2 < len(run) and plain_n < _FEWEST_ASKED:
        return None
    fitting = _forms_of(run, named)
    several = [] if named else list(_several(run))
    if fitting and plain_n * 2 >= len(run) and not several and not _has_gap(run):
        best, answers = fitting[0]
        others = [scale for scale, _ in fitting[1:]]
        alike = [other for other in others if _is_self_report(other) == _is_self_report(best)]
        if not alike:
            return Run(run, best, answers, tuple(others))
    if len(run) < _FEWEST_ASKED and named is None:
        return None
    return Asked(run, _doubt(run, named, [scale for scale, _ in fitting], several))


def _doubt(run: Sequence[Column], named: str | None, whole: Sequence[str], several: Sequence[tuple[str, str]]) -> str:
    what = f"{len(run)} columns side by side look like questions" if run[1:] else "It looks like a question"
    what = f"{what}, and it is unsure of which scale."
    if named is not None:
        count = load_catalogue().instrument_of(named).items.count
        return f"{what} The names say {named}, which has {count} items."
    could = [*whole, *(f"{first} and then {second}" for first, second in several)]
    if _has_gap(run):
        return f"{what} Their numbers leave some out."
    if could:
        return f"{what} They could be {', or '.join(could)}."
    near = [scale for scale, _ in _forms_of(run, None, highest_seen=False)]
    if near:
        return f"{what} As many has {', '.join(near)}, but nobody gave its highest answer."
    return f"{what} No scale has {len(run)} questions with these answers."


def _forms_of(run: Sequence[Column], named: str | None, highest_seen: bool = True) -> list[tuple[str, Answers]]:
    """Scales with as many items and these answers, the likeliest first; none but `named` where a name is given.

    highest_seen: the highest answer must have been given, as answers 0 to 3 are no proof of a scale to 6.
    """
    found = []
    for instrument in load_catalogue().instruments.values():
        limits = instrument.items.limits
        if instrument.items.count != len(run) or (named is not None and instrument.id != named):
            continue
        answers = answers_of(run, limits)
        if answers is None:
            continue
        highest = max(high for _, high in limits)
        if named is None and highest_seen and not answers.values and highest not in _numbers(run):
            continue
        found.append(((answers.stray_n, highest, not _is_self_report(instrument.id), instrument.id), answers))
    return [(key[3], answers) for key, answers in sorted(found, key=lambda each: each[0])]


def _several(run: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """Two different scales that people answer, one after the other, that the run could be instead."""
    for at in range(_FEWEST_OF_SEVERAL, len(run) - _FEWEST_OF_SEVERAL + 1):
        for first, _ in _forms_of(run[:at], None):
            for second, _ in _forms_of(run[at:], None):
                if first != second and _is_self_report(first) and _is_self_report(second):
                    yield first, second


def _is_self_report(scale: str) -> bool:
    return load_catalogue().instrument_of(scale).respondent == "self"


def _numbers(run: Sequence[Column]) -> set[float]:
    return {number for column in run for number in column.numbers}


def _has_gap(run: Sequence[Column]) -> bool:
    """Whether questions that are numbered are not numbered one by one."""
    numbers = [number for column in run if (number := _number_of(column.name)) is not None]
    return len(numbers) == len(run) and any(after != before + 1 for before, after in pairwise(numbers))


# --- Where a run begins and ends --------------------------------------------------------------------------------------


def _blocks(columns: Sequence[Column]) -> Iterator[tuple[Column, ...]]:
    """Columns side by side that hold answers of one kind."""
    block: list[Column] = []
    for column in columns:
        kind = _kind(column)
        beside = block and column.position == block[-1].position + 1 and kind == _kind(block[-1])
        if block and not beside:
            yield from _without_others(block)
            block = []
        if kind is not None:
            block.append(column)
    if block:
        yield from _without_others(block)


def _without_others(block: list[Column]) -> Iterator[tuple[Column, ...]]:
    """A short name with higher answers than any question has is no question: it ends a run."""
    highest = max((_highest(column) for column in block if _is_plainly_question(column)), default=0)
    run: list[Column] = []
    for column in block:
        if _highest(column) <= highest:
            run.append(column)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def _parted(block: Sequence[Column]) -> Iterator[tuple[Column, ...]]:
    """A block where its numbers begin again or end, where the heading is another, and where names say another scale.

    A heading is what neighbours share up to a `?`, `:` or `[`: what stands in one question alone is none.
    """
    heads = [_heads(column.name) for column in block]
    # Whether a column shares a heading with the one after it.
    shared = [bool(mine & after) for mine, after in pairwise(heads)] + [False]
    start = 0
    for at in range(1, len(block)):
        number, before = _number_of(block[at].name), _number_of(block[at - 1].name)
        after = _number_of(block[at + 1].name) if at + 1 < len(block) else None
        begins_again = number == 1 and (before is not None or after == 2)
        other_heading = at >= 2 and shared[at - 2] and not shared[at - 1] and shared[at]
        other_scale = scale_before_text(block[at]) != scale_before_text(block[at - 1])
        numbers_end = before is not None and number is None and not _is_plainly_question(block[at])
        if begins_again or numbers_end or other_heading or other_scale or _other_words(block, at):
            yield tuple(block[start:at])
            start = at
    yield tuple(block[start:])


def _other_words(block: Sequence[Column], at: int) -> bool:
    """Whether two neighbours are answered in the words of two lists."""
    before, after = _lists(block[at - 1]), _lists(block[at])
    return bool(before and after) and not before & after


def _lists(column: Column) -> set[int]:
    found = (answer_of(text) for text in column.said)
    return {each[1] for each in found if each is not None and each[0]}


def _heads(name: str) -> frozenset[str]:
    """Its beginnings that could be a heading, without numbers."""
    return frozenset(re.sub(r"[0-9]+", "", name[: end.end()]) for end in _HEADING_ENDS.finditer(name))


def _number_of(name: str) -> int | None:
    """The number of a question: at the start of its name, or after a heading."""
    starts = [0, *(end.end() for end in _HEADING_ENDS.finditer(name))]
    for start in starts:
        found = _NUMBER.match(name, start)
        if found:
            return int(found[1] or found[2])
    return None


def _kind(column: Column) -> str | None:
    """What its cells answer with; None when it is no question."""
    if not column.said or is_known_name(column):
        return None
    if not column.is_numeric:
        return "words" if all(answer_of(text) is not None for text in column.said) else None
    if not column.is_whole:
        return None
    if _share_up_to(column, _HIGHEST) >= 1 - _MOST_STRAY:
        return "numbers"
    return "slider" if _is_plainly_question(column) and _share_up_to(column, _HIGHEST_ON_A_SLIDER) == 1 else None


def _share_up_to(column: Column, highest: float) -> float:
    codes = {float(code) for code in missing_numbers(column, 0, highest)}
    numbers = {number: n for number, n in column.numbers.items() if number not in codes}
    return sum(n for number, n in numbers.items() if 0 <= number <= highest) / max(1, sum(numbers.values()))


def _highest(column: Column) -> float:
    limit = _HIGHEST if _kind(column) == "numbers" else _HIGHEST_ON_A_SLIDER
    return max((number for number in column.numbers if number <= limit), default=0)


def _is_plainly_question(column: Column) -> bool:
    """A name as long as a question, or a number and what follows."""
    parts = column.words.split()
    numbered = len(parts) == 2 and parts[0] in ITEM_WORDS and parts[1].isdigit()
    return numbered or len(parts) >= _LONG_NAME_WORDS or _number_of(column.name) is not None
