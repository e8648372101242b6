"""Scales lying in columns: items and totals named after a scale, a column per visit, and runs of questions (`runs`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.drafting.answers import answers_of
from pipelines.drafting.looks import Column, missing_numbers
from pipelines.drafting.plain import Certainty
from pipelines.drafting.runs import Asked, Run, find_runs
from pipelines.drafting.scale_names import item_of_shorter_stem, stem_in
from pipelines.drafting.words import ITEM_WORDS, TOTAL_WORDS, is_visit_of_unknown_day, visit_of
from pipelines.instruments.catalogue import load_catalogue

# A name of more words is a text, of which only the beginning may name a scale's item.
_MOST_NAME_WORDS = 8


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
    """What a name says: a scale, and an item of it or (None) its total. plain: nothing but the scale.

    has_text: a question's text follows, so it is no total. also: another scale and item that the name may say.
    """

    column: Column
    scale: str
    item: int | None
    visit: Visit | None
    plain: bool
    has_text: bool = False
    also: tuple[str, int] | None = None


@dataclass(frozen=True)
class Found:
    """Scales found in the columns of a file, in its order; asked: questions of which no scale could be told.

    doubts: position -> why a column that names a scale was left.
    """

    entries: tuple[Entry, ...] = ()
    asked: tuple[Asked, ...] = ()
    doubts: Mapping[int, str] = field(default_factory=dict)

    @property
    def positions(self) -> frozenset[int]:
        """Columns that it reads or asks about."""
        read = {column.position for entry in self.entries for column in entry.columns}
        return frozenset(read | {column.position for asked in self.asked for column in asked.columns})


def find_entries(columns: Sequence[Column]) -> Found:
    """Scales found in the columns, by their names first, then by the shape of what is left."""
    doubts: dict[int, str] = {}
    named = _numbers_of_names([found for column in columns if (found := _named(column)) is not None])
    entries = list(_by_name([each for each in named if not each.has_text], doubts))
    used = {column.position for entry in entries for column in entry.columns}
    runs = list(find_runs([column for column in columns if column.position not in used]))
    entries += [_of_shape(run) for run in runs if isinstance(run, Run)]
    entries = list(_one_each(entries, doubts))
    used = {column.position for entry in entries for column in entry.columns}
    asked = tuple(run for run in runs if isinstance(run, Asked))
    used |= {column.position for run in asked for column in run.columns}
    left = {at: why for at, why in doubts.items() if at not in used}
    return Found(tuple(sorted(entries, key=_place)), asked, left)


def _of_shape(run: Run) -> Entry:
    answers = run.answers
    why = f"{len(run.columns)} questions in a row with its answers, told by their shape alone"
    if run.others:
        why += f"; it could be {' or '.join(run.others)} too"
    if answers.stray_n:
        why += f"; {answers.stray_n:,} of {answers.of_n:,} answers outside the limits, codes read as missing"
    return Entry(
        run.scale,
        "unsure",
        why,
        run.columns,
        values=answers.values,
        missing=answers.missing,
        integral=answers.integral,
    )


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


def _named(column: Column) -> _Named | None:
    parts = column.words.split()
    named = _named_by(column, parts) if len(parts) <= _MOST_NAME_WORDS else None
    return named or _named_before_text(column, parts)


def _named_by(column: Column, parts: Sequence[str]) -> _Named | None:
    """What these words say, all of them understood."""
    found = stem_in(parts)
    if found is None:
        return None
    start, stem, scale = found
    rest, visit = _without_visit([*parts[:start], *parts[start + len(stem) :]])
    said = [part for part in rest if part not in ITEM_WORDS and part not in TOTAL_WORDS]
    if not said:
        also = item_of_shorter_stem(stem) if not set(rest) & TOTAL_WORDS else None
        return _Named(column, scale, None, visit, not rest, also=also)
    count = load_catalogue().instrument_of(scale).items.count
    if len(said) == 1 and said[0].isdigit() and 1 <= int(said[0]) <= count and not set(rest) & TOTAL_WORDS:
        return _Named(column, scale, int(said[0]), visit, False)
    return None


def _named_before_text(column: Column, parts: Sequence[str]) -> _Named | None:
    """A scale and the number of its item at the beginning (`PHQ-9: 1. ...`), whatever the question says after it."""
    without_item = None
    for end in range(1, min(len(parts) - 1, _MOST_NAME_WORDS) + 1):
        named = _named_by(column, parts[:end]) if parts[end - 1].isdigit() else None
        if named is not None and named.item is not None:
            return named
        if named is not None and named.also is not None:
            without_item = replace(named, plain=False, has_text=True)
    return without_item


def _numbers_of_names(named: Sequence[_Named]) -> list[_Named]:
    """In phq_1 ... phq_9 the last one is an item, though it is called as the scale."""
    lacking: dict[tuple[str, Visit | None], set[int]] = {}
    for scale, visit in {(each.also[0], each.visit): None for each in named if each.also is not None}:
        count = load_catalogue().instrument_of(scale).items.count
        by_number = {each.item for each in named if (each.scale, each.visit) == (scale, visit)}
        by_stem = {each.also[1] for each in named if each.also and (each.also[0], each.visit) == (scale, visit)}
        missing = set(range(1, count + 1)) - by_number
        if missing <= by_stem and len(missing) * 2 < count:
            lacking[scale, visit] = missing
    made = []
    for each in named:
        scale, number = each.also or ("", 0)
        if number in lacking.get((scale, each.visit), ()):
            lacking[scale, each.visit].remove(number)
            made.append(_Named(each.column, scale, number, each.visit, False))
        else:
            made.append(each)
    return made


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
        totals.sort(key=lambda each: each.plain)
        entry = _entry(scale, items, totals[0].column if totals else None, visit, doubts)
        if entry is not None:
            yield entry


def _entry(
    scale: str, items: Mapping[int, Column], total: Column | None, visit: Visit | None, doubts: dict[int, str]
) -> Entry | None:
    instrument = load_catalogue().instrument_of(scale)
    count = instrument.items.count
    entry = Entry(scale, "likely", "", visit=visit)
    why: list[str] = []
    if items and len(items) * 2 >= count:
        listed = tuple(items.get(number) for number in range(1, count + 1))
        answers = answers_of(listed, instrument.items.limits)
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
    few = len(items) * 2 < count
    what = f"only {len(items)} of its {count} items are here" if few else "its cells are no answers to it"
    doubts.update({column.position: f"named like an item of {scale}, but {what}" for column in left})
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
    raw = own.raw_form
    if raw is None or raw.maximum >= high:
        return None, why
    form = raw.forms[0] if max(numbers) <= raw.maximum else own.declared_own[1]
    return form, f"{why}; no form is named, {form} by their size"
