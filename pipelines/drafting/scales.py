"""Scales lying in columns: items and totals named after a scale, a column per visit, and runs of questions in a row.

A run of question texts is told by its shape alone (how many columns, which answers), never by what they ask: no item
text is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from pipelines.drafting.looks import Column, missing_numbers
from pipelines.drafting.plain import Certainty
from pipelines.drafting.words import (
    ANSWERS,
    ITEM_WORDS,
    SCALE_STEMS,
    TOTAL_WORDS,
    answer_of,
    is_visit_of_unknown_day,
    visit_of,
    words_of,
)
from pipelines.instruments.catalogue import load_catalogue

_LONG_NAME_WORDS = 5
_MOST_STRAY = 0.2


@dataclass(frozen=True)
class Visit:
    """When a column was filled in, by its name. day: planned day, None = not known."""

    day: int | None
    administration: str


@dataclass(frozen=True)
class Entry:
    """One record of every row: a scale from its items, its total, or both. items: None where the file lacks one."""

    scale: str
    certainty: Certainty
    why: str
    items: tuple[Column | None, ...] = ()
    total: Column | None = None
    visit: Visit | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    integral: bool = False
    scale_form: str | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the export it reads."""
        return tuple(column for column in (*self.items, self.total) if column is not None)

    @property
    def tells_day(self) -> bool:
        """Whether the name of its columns tells the planned day."""
        return self.visit is not None and self.visit.day is not None


@dataclass(frozen=True)
class _Named:
    """What a name says: a scale, and an item of it or (None) its total. plain: nothing but the scale."""

    column: Column
    scale: str
    item: int | None
    visit: Visit | None
    plain: bool


@dataclass(frozen=True)
class _Answers:
    """How a set of columns answers a form: cells outside its items' limits, and what reads them."""

    stray_n: int
    of_n: int
    values: Mapping[str, str]
    missing: tuple[str, ...]
    integral: bool


def find_entries(columns: Sequence[Column]) -> tuple[tuple[Entry, ...], dict[int, str]]:
    """Scales found in the columns, in order of the file; and position -> why a column that names one was left."""
    doubts: dict[int, str] = {}
    named = [found for column in columns if (found := _named(column)) is not None]
    entries = list(_by_name(named, doubts))
    used = {column.position for entry in entries for column in entry.columns}
    entries += _by_shape([column for column in columns if column.position not in used])
    used = {column.position for entry in entries for column in entry.columns}
    entries = list(_one_each(entries, doubts))
    return tuple(sorted(entries, key=_place)), {at: why for at, why in doubts.items() if at not in used}


def _place(entry: Entry) -> tuple[int, int]:
    return (entry.columns[0].position, 0)


def _one_each(entries: list[Entry], doubts: dict[int, str]) -> Iterator[Entry]:
    """Each scale once a visit: a mapping could not tell two apart."""
    seen: dict[tuple[str, Visit | None], Entry] = {}
    for entry in entries:
        before = seen.setdefault((entry.scale, entry.visit), entry)
        if before is entry:
            yield entry
        else:
            doubts.update({column.position: f"{entry.scale} is read from other columns" for column in entry.columns})


@cache
def _stems() -> tuple[tuple[tuple[str, ...], str], ...]:
    found = [
        (tuple(words_of(stem).split()), scale)
        for scale in load_catalogue().delivered_ids
        for stem in (scale, *SCALE_STEMS.get(scale, ()))
    ]
    return tuple(sorted(found, key=lambda each: -len(each[0])))


def _stem_in(parts: Sequence[str]) -> tuple[int, tuple[str, ...], str] | None:
    """Where the longest stem of a scale stands among the words of a name."""
    for stem, scale in _stems():
        for start in range(len(parts) - len(stem) + 1):
            if tuple(parts[start : start + len(stem)]) == stem:
                return start, stem, scale
    return None


def _named(column: Column) -> _Named | None:
    parts = column.words.split()
    found = _stem_in(parts) if len(parts) <= 8 else None
    if found is None:
        return None
    start, stem, scale = found
    rest, visit = _without_visit([*parts[:start], *parts[start + len(stem) :]])
    said = [part for part in rest if part not in ITEM_WORDS and part not in TOTAL_WORDS]
    if not said:
        return _Named(column, scale, None, visit, not rest)
    count = load_catalogue().instrument_of(scale).items.count
    if len(said) == 1 and said[0].isdigit() and 1 <= int(said[0]) <= count and not set(rest) & TOTAL_WORDS:
        return _Named(column, scale, int(said[0]), visit, False)
    return None


def _without_visit(parts: list[str]) -> tuple[list[str], Visit | None]:
    for length in range(len(parts), 0, -1):
        for start in range(len(parts) - length + 1):
            text = "_".join(parts[start : start + length])
            rest = [*parts[:start], *parts[start + length :]]
            if (found := visit_of(text)) is not None:
                return rest, Visit(*found)
            if is_visit_of_unknown_day(text):
                return rest, Visit(None, "follow_up")
    return parts, None


def _by_name(named: Sequence[_Named], doubts: dict[int, str]) -> Iterator[Entry]:
    for scale, visit in dict.fromkeys((each.scale, each.visit) for each in named):
        own = [each for each in named if (each.scale, each.visit) == (scale, visit)]
        items = {each.item: each.column for each in reversed(own) if each.item is not None}
        totals = [each for each in own if each.item is None]
        items, totals = _number_of_the_name(scale, items, totals)
        totals.sort(key=lambda each: each.plain)
        entry = _entry(scale, items, totals[0].column if totals else None, visit, doubts)
        if entry is not None:
            yield entry


def _number_of_the_name(
    scale: str, items: dict[int, Column], totals: list[_Named]
) -> tuple[dict[int, Column], list[_Named]]:
    """In phq_1 ... phq_9 the last one is an item, though it is called as the scale."""
    count = load_catalogue().instrument_of(scale).items.count
    lacking = set(range(1, count + 1)) - set(items)
    for each in totals:
        number = each.column.words.split()[-1]
        if each.plain and len(lacking) == 1 and number.isdigit() and {int(number)} == lacking:
            return {**items, int(number): each.column}, [other for other in totals if other is not each]
    return items, totals


def _entry(
    scale: str, items: Mapping[int, Column], total: Column | None, visit: Visit | None, doubts: dict[int, str]
) -> Entry | None:
    instrument = load_catalogue().instrument_of(scale)
    count = instrument.items.count
    entry = Entry(scale, "likely", "", visit=visit)
    why: list[str] = []
    if items and len(items) * 2 >= count:
        listed = tuple(items.get(number) for number in range(1, count + 1))
        answers = _answers(listed, instrument.items.limits)
        if answers is not None:
            doubt = len(items) < count or answers.stray_n or answers.values
            entry = replace(
                entry,
                items=listed,
                values=answers.values,
                missing=answers.missing,
                integral=answers.integral,
                certainty="unsure" if doubt else "likely",
            )
            why.append(f"{len(items)} of {count} items by name")
            if answers.stray_n:
                why.append(f"{answers.stray_n:,} of {answers.of_n:,} answers outside the limits, codes read as missing")
    left = [column for column in items.values() if column not in entry.items]
    doubts.update({column.position: f"named like an item of {scale}, but its cells are none" for column in left})
    if total is not None:
        form = _form_of_total(scale, total)
        if form is None:
            doubts[total.position] = f"named like a total of {scale}, but its cells are none"
        else:
            missing = missing_numbers(total, *_total_limits(scale))
            missing = tuple(sorted({*entry.missing, *missing, *total.missing_words}))
            integral = entry.integral or total.has_point_nought
            certainty: Certainty = "unsure" if form[0] or entry.certainty == "unsure" else "likely"
            entry = replace(
                entry, total=total, missing=missing, integral=integral, scale_form=form[0], certainty=certainty
            )
            why.append(form[1])
    return replace(entry, why="; ".join(why)) if entry.columns else None


def _total_limits(scale: str) -> tuple[float, float]:
    scoring = next(own.scoring for own in load_catalogue().instrument_of(scale).scales if own.id == scale)
    return scoring.minimum, scoring.maximum


def _form_of_total(scale: str, total: Column) -> tuple[str | None, str] | None:
    """The form of a stored total (None: the usual one) and why; None when the cells are no totals of this scale."""
    if scale not in load_catalogue().scales or not total.is_numeric:
        return None
    low, high = _total_limits(scale)
    codes = {float(code) for code in missing_numbers(total, low, high)}
    numbers = {number: n for number, n in total.numbers.items() if number not in codes}
    inside = sum(n for number, n in numbers.items() if low <= number <= high)
    if not numbers or inside < 0.9 * sum(numbers.values()):
        return None
    why = f"{inside:,} of {total.filled_n:,} totals within {low:g} to {high:g}"
    own = next(own for own in load_catalogue().instrument_of(scale).scales if own.id == scale)
    raw = getattr(own, "raw_form", None)
    if raw is None:
        return None, why
    form = "raw" if max(numbers) <= raw.maximum else "index"
    return form, f"{why}; no form is named, {form} by their size"


def _answers(items: Sequence[Column | None], limits: Sequence[tuple[float, float]]) -> _Answers | None:
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
            if any(points > high or high != len(ANSWERS[number]) - 1 for points, number in said.values()):
                return None
            lists |= {number for points, number in said.values() if points}
            values.update({text: str(points) for text, (points, _) in said.items()})
        of += column.said.total()
    if not of or stray > _MOST_STRAY * of or len(lists) > 1:
        return None
    for number in lists or ({0} if values else set()):
        values |= _unsaid(values, ANSWERS[number])
    ordered = dict(sorted(values.items(), key=lambda each: (each[1], each[0])))
    return _Answers(stray, of, ordered, tuple(sorted(missing)), integral)


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


def _by_shape(columns: Sequence[Column]) -> Iterator[Entry]:
    for run in _runs(columns):
        found = list(_forms_of(run))
        if not found:
            continue
        _, _, scale, answers = found[0]
        others = [each[2] for each in found[1:]]
        why = f"{len(run)} questions in a row with its answers, told by their shape alone"
        if others:
            why += f"; it could be {' or '.join(others)} too"
        if answers.stray_n:
            why += f"; {answers.stray_n:,} of {answers.of_n:,} answers outside the limits, codes read as missing"
        yield Entry(
            scale,
            "unsure",
            why,
            tuple(run),
            values=answers.values,
            missing=answers.missing,
            integral=answers.integral,
        )


def _forms_of(run: Sequence[Column]) -> list[tuple[int, float, str, _Answers]]:
    """Forms with as many items and these answers, the tightest first; one that the names name before all others."""
    hint = _hint(run[0])
    found = []
    for instrument in load_catalogue().instruments.values():
        if instrument.items.count != len(run) or (hint is not None and hint != instrument.id):
            continue
        answers = _answers(run, instrument.items.limits)
        if answers is not None:
            found.append((answers.stray_n, max(high for _, high in instrument.items.limits), instrument.id, answers))
    return sorted(found, key=lambda each: each[:3])


def _hint(column: Column) -> str | None:
    found = _stem_in(column.words.split())
    # A stem of one word may be a word of a question.
    return found[2] if found is not None and len(found[1]) > 1 else None


def _runs(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Questions that stand side by side under one heading and one count."""
    run: list[Column] = []
    for column in columns:
        if not _is_question(column):
            continue
        number = _number_in(column.name)
        follows = (
            run
            and column.position == run[-1].position + 1
            and _heading(column.name) == _heading(run[-1].name)
            and _hint(column) == _hint(run[-1])
            and number != 1
        )
        if run and not follows:
            yield run
            run = []
        run.append(column)
    if run:
        yield run


def _is_question(column: Column) -> bool:
    parts = column.words.split()
    numbered = len(parts) == 2 and parts[0] in ITEM_WORDS | {"question"} and parts[1].isdigit()
    if not (numbered or len(parts) >= _LONG_NAME_WORDS):
        return False
    if column.is_numeric:
        return column.is_whole and len(column.said) <= 15
    return bool(column.said) and all(answer_of(text) is not None for text in column.said)


def _heading(name: str) -> str:
    head = re.match(r"(.*[?:\[])\s*\S", name, re.DOTALL)
    return re.sub(r"[0-9]+", "", head[1]) if head else ""


def _number_in(name: str) -> int | None:
    rest = re.sub(r".*[?:\[]\s*(?=\S)", "", name, flags=re.DOTALL)
    found = re.match(r"\W*(?:item|question|q|i)?[ _.]?([0-9]{1,2})\b", rest, re.IGNORECASE)
    return int(found[1]) if found else None
