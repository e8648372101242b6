"""How columns answer the questions of a form: within its limits, or in a list of answer words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.drafting.looks import Column, missing_numbers
from pipelines.drafting.words import ANSWERS, answer_of

_MOST_STRAY = 0.2


@dataclass(frozen=True)
class Answers:
    """How a set of columns answers a form: cells outside its items' limits, and what reads them."""

    stray_n: int
    of_n: int
    values: Mapping[str, str]
    missing: tuple[str, ...]
    integral: bool


def answers_of(items: Sequence[Column | None], limits: Sequence[tuple[float, float]]) -> Answers | None:
    """How columns answer items with these limits; None when they do not."""
    stray = of = 0
    values: dict[str, str] = {}
    missing: set[str] = set()
    integral = False
    lists: set[int] = set()
    for column, (low, high) in zip(items, limits, strict=False):
        if column is None or not column.cells:
            continue
        missing.update(column.missing_words)
        integral = integral or column.has_point_nought
        if column.is_numeric:
            codes = missing_numbers(column, low, high)
            missing.update(codes)
            if any(not number.is_integer() for number in column.numbers):
                return None
            stray += sum(n for number, n in column.numbers.items() if not low <= number <= high)
        else:
            said = {text: found for text in column.said if (found := answer_of(text)) is not None}
            if not said or len(said) < len(column.said):
                return None
            # The word for 0 points stands in several lists: it tells none.
            if any(points and high != len(ANSWERS[number]) - 1 for points, number in said.values()):
                return None
            lists |= {number for points, number in said.values() if points}
            values.update({text: str(points) for text, (points, _) in said.items()})
        of += column.said.total()
    if not of or stray > _MOST_STRAY * of or len(lists) > 1:
        return None
    for number in lists or ({0} if values else set()):
        values |= _unsaid(values, ANSWERS[number])
    ordered = dict(sorted(values.items(), key=lambda each: (each[1], each[0])))
    return Answers(stray, of, ordered, tuple(sorted(missing)), integral)


def _unsaid(values: Mapping[str, str], answers: Sequence[str]) -> dict[str, str]:
    """The answers of a list that nobody gave yet, written as the others are."""
    if all(text == text.capitalize() for text in values):
        written = [answer.capitalize() for answer in answers]
    elif all(text == text.lower() for text in values):
        written = list(answers)
    else:
        return {}
    given = set(values.values())
    return {text: str(points) for points, text in enumerate(written) if str(points) not in given}
