"""Plain columns: which column of the export is which column of a table, told by its name and borne out by its cells."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipelines.contract.fields import FIELDS, Field
from pipelines.contract.table_choice import DOSE_COLUMNS
from pipelines.contract.tables import Table
from pipelines.contract.units import UNITS
from pipelines.drafting.looks import MOST_WORDS, Column, missing_numbers, words_in
from pipelines.drafting.words import DAY_NAME_WORDS, NAMED_BY_PARTS, NEUTRAL, OTHER_NAMES, UNIT_WORDS, words_of

Certainty = Literal["sure", "likely", "unsure"]
_SURE, _KNOWN_NAME, _NEAR_NAME, _CELLS_ALONE = 4, 3, 2, 1
# Only under its own name: a wrong guess would make a clinic, a version or a withdrawal of something else.
_OWN_NAME_ONLY = frozenset({"clinic_id", "record_version", "record_status", "followed_through", "year"})
# Found by their words even under a strange name: lists whose words say what they are.
_TOLD_BY_CELLS = ("route", "condition", "therapist_presence", "sex", "age_band", "drug", "scale")
_LONG_TIMES = ("dosing_minutes", "monitoring_minutes", "recovery_minutes", "effect_minutes", "integration_minutes")


@dataclass(frozen=True)
class Guess:
    """A contract column and the column of the export it is read from; `why` holds counts, never a cell."""

    target: str
    column: Column
    certainty: Certainty
    why: str
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    missing: tuple[str, ...] = ()
    integral: bool = False


@dataclass(frozen=True)
class _Fit:
    """Whether cells bear a guess out. doubt: why it needs a look all the same."""

    fits: bool
    why: str
    doubt: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    missing: tuple[str, ...] = ()
    integral: bool = False


def guess_columns(
    columns: Sequence[Column], table: Table, among: Collection[str]
) -> tuple[dict[str, Guess], dict[int, str]]:
    """Contract column -> guess, for columns of `table` in `among`; and position -> why a name was not believed."""
    tried: list[tuple[int, int, Guess]] = []
    doubts: dict[int, str] = {}
    for name in table.columns:
        if name not in among or name not in FIELDS:
            continue
        for column in columns:
            strength = _strength(FIELDS[name], column)
            if not strength or not column.filled_n:
                continue
            fit = _fit(FIELDS[name], column)
            if not fit.fits:
                if strength > _CELLS_ALONE:
                    doubts.setdefault(column.position, f"named like {name}, but {fit.why}")
                continue
            tried.append((strength - fit.doubt, column.position, _guess(name, column, strength, fit)))
    found: dict[str, Guess] = {}
    used: set[int] = set()
    for _, position, guess in sorted(tried, key=lambda each: (-each[0], each[1])):
        if guess.target not in found and position not in used:
            found[guess.target] = guess
            used.add(position)
    for _, position, guess in tried:
        if position not in used:
            doubts.setdefault(position, f"could be {guess.target}, which another column fills")
    return {name: found[name] for name in table.columns if name in found}, doubts


def is_known_name(column: Column) -> bool:
    """Whether a column is called like one of the contract's, or like a mark that a form is complete."""
    words = column.words
    if words.split()[-1:] == ["complete"] or _named_like_day(words):
        return True
    return any(words in (words_of(name), *OTHER_NAMES.get(name, ())) for name in FIELDS)


def _guess(name: str, column: Column, strength: int, fit: _Fit) -> Guess:
    certainty: Certainty = "unsure" if fit.doubt or strength <= _NEAR_NAME else "likely"
    if strength == _SURE and not fit.doubt:
        certainty = "sure"
    said = {
        _SURE: "the contract's own name",
        _KNOWN_NAME: "a known other name",
        _NEAR_NAME: "a name close to it",
        _CELLS_ALONE: "its words alone",
    }
    why = f"{said[strength]}; {fit.why}"
    return Guess(name, column, certainty, why, fit.values, fit.unit, fit.missing, fit.integral)


def _strength(contract: Field, column: Column) -> int:
    """How much the name says for this contract column; 0 = nothing."""
    if column.name == contract.name:
        return _SURE
    words = column.words
    own = words_of(contract.name)
    if words == own:
        return _SURE
    if contract.name in _OWN_NAME_ONLY:
        return 0
    if contract.name.endswith("_day"):
        return _KNOWN_NAME if _named_like_day(words) else 0
    bare = _without_unit(words, contract)
    if contract.name in DOSE_COLUMNS and not {"mg", "mcg", "kg"} & set(words.split()) and _is_small(column):
        # A dose without a unit, too small for milligrams.
        return _NEAR_NAME if contract.name == "dose_mg_per_kg" and "dose" in words.split() else 0
    if contract.name == "dose_mg" and {"mg", "kg"} <= set(words.split()):
        return 0
    known = {own, _without_unit(own, contract), *OTHER_NAMES.get(contract.name, ())} - {""}
    if words in known or bare in known:
        return _KNOWN_NAME
    if len(words.split()) <= 6 and any(f" {each} " in f" {bare} " for each in known if len(each) > 3):
        return _NEAR_NAME
    if _named_by_parts(contract.name, words):
        return _NEAR_NAME
    if difflib.SequenceMatcher(None, words, own).ratio() >= 0.84:
        return _NEAR_NAME
    return _CELLS_ALONE if contract.name in _TOLD_BY_CELLS and 1 < len(column.said) <= MOST_WORDS else 0


def _named_by_parts(name: str, words: str) -> bool:
    """Whether a name says in other words what the contract's does: `BP systolic before` is sbp_pre."""
    parts, groups = set(words.split()), NAMED_BY_PARTS.get(name, ())
    return bool(groups) and all(parts & group for group in groups) and parts <= NEUTRAL.union(*groups)


def _without_unit(words: str, contract: Field) -> str:
    kept = [part for part in words.split() if part not in UNIT_WORDS or contract.unit is None]
    return " ".join(kept)


def _named_like_day(words: str) -> bool:
    parts = words.split()
    units = [part for part in parts if UNIT_WORDS.get(part) in ("days", "weeks", "months")]
    return bool(units) and all(part in DAY_NAME_WORDS or part in units for part in parts)


def _fit(contract: Field, column: Column) -> _Fit:
    by_kind: Mapping[str, Callable[[Field, Column], _Fit]] = {
        "token": _as_token,
        "code": _as_word,
        "scale": _as_word,
        "codes": _as_list,
        "boolean": _as_word,
        "integer": _as_number,
        "number": _as_number,
    }
    return by_kind.get(contract.kind, _unknown_kind)(contract, column)


def _unknown_kind(contract: Field, column: Column) -> _Fit:
    return _Fit(False, "it cannot be drafted")


def _as_token(contract: Field, column: Column) -> _Fit:
    integral = column.has_point_nought and column.is_whole
    if not column.is_token and not integral:
        return _Fit(False, "its cells are no pseudonyms (letters, digits, - and _)")
    return _Fit(True, f"{len(column.said):,} different in {column.filled_n:,} cells", integral=integral)


def _as_word(contract: Field, column: Column) -> _Fit:
    met = words_in(column, contract)
    if contract.kind == "boolean" and (column.is_numeric and not column.is_boolean):
        return _Fit(False, "its cells are numbers")
    if not met.known_n or met.share < 0.5 or len(column.cells) > MOST_WORDS:
        return _Fit(False, f"{met.known_n:,} of {column.filled_n:,} cells hold a word of the contract")
    why = f"{met.known_n:,} of {column.filled_n:,} cells hold a word of the contract"
    doubt = bool(met.unknown_n)
    if doubt:
        why += f"; add the other {met.unknown_texts_n:,} different to values"
    alone = _strength_by_cells_only(contract, column) and met.share < 0.8
    return _Fit(not alone, why, doubt, met.mapped, missing=_missing(column, met.known_words))


def _strength_by_cells_only(contract: Field, column: Column) -> bool:
    return _strength(contract, column) == _CELLS_ALONE


def _as_list(contract: Field, column: Column) -> _Fit:
    met = words_in(column, contract)
    if met.share < 0.5:
        return _Fit(False, f"{met.known_n:,} of {column.filled_n:,} cells hold a word of the contract")
    return _Fit(True, f"{met.known_n:,} of {column.filled_n:,} cells hold a word", bool(met.unknown_n), met.mapped)


def _as_number(contract: Field, column: Column) -> _Fit:
    if not column.is_numeric:
        return _Fit(False, f"{column.numbers.total():,} of {column.filled_n:,} cells are numbers")
    unit, why_unit, doubt = _unit(contract, column)
    factor = UNITS[contract.unit or ""][unit] if unit else 1.0
    low = -float("inf") if contract.minimum is None else contract.minimum
    high = float("inf") if contract.maximum is None else contract.maximum
    codes = missing_numbers(column, low / factor, high / factor)
    numbers = {number: n for number, n in column.numbers.items() if number not in {float(code) for code in codes}}
    inside = sum(n for number, n in numbers.items() if low <= number * factor <= high)
    total = sum(numbers.values())
    if not total or inside < 0.9 * total:
        return _Fit(False, f"{inside:,} of {total:,} cells lie within its limits")
    if contract.kind == "integer" and not unit and any(not number.is_integer() for number in numbers):
        return _Fit(False, "not all cells are whole numbers")
    why = f"{inside:,} of {column.filled_n:,} cells are numbers within its limits{why_unit}"
    if contract.name == "session_day" and not any(number == 0 for number in numbers):
        why, doubt = f"{why}; no cell is day 0, the first dosing session", True
    integral = contract.kind == "integer" and column.has_point_nought
    missing = tuple(sorted({*column.missing_words, *codes}))
    if codes:
        why, doubt = f"{why}; {len(codes)} code(s) outside them read as missing", True
    return _Fit(True, why, doubt, unit=unit if factor != 1 else None, missing=missing, integral=integral)


def _unit(contract: Field, column: Column) -> tuple[str | None, str, bool]:
    """The unit of the file's column, what to say of it, and whether that needs a look."""
    units = UNITS.get(contract.unit or "", {})
    named = [UNIT_WORDS[part] for part in column.words.split() if UNIT_WORDS.get(part) in units]
    if named and column.words != words_of(contract.name):
        return named[-1], "" if named[-1] == contract.unit else f", in {named[-1]} by its name", False
    middle = _median(column)
    if contract.name == "weight_kg" and middle > 130:
        return "lb", ", in lb by their size", True
    if contract.name in _LONG_TIMES and middle <= 4 and any(not number.is_integer() for number in column.numbers):
        return "hours", ", in hours by their size", True
    return None, "", False


def _is_small(column: Column) -> bool:
    return column.is_numeric and _median(column) <= 5


def _median(column: Column) -> float:
    half, passed = column.numbers.total() / 2, 0
    for number in sorted(column.numbers):
        passed += column.numbers[number]
        if passed >= half:
            return number
    return 0.0


def _missing(column: Column, known: Collection[str]) -> tuple[str, ...]:
    return tuple(text for text in column.missing_words if text not in known)
