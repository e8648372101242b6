"""What must hold between the facts of one instrument. Each check yields sentences; none means consistent."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pipelines.instruments.forms import VersionGuard
from pipelines.instruments.model import Instrument, Items, Scale


def disagreements(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Pairs of (place in the file, what was expected) for everything that does not fit together."""
    items = instrument.items
    if len(items.limits) != items.count or (items.range is None) == (items.ranges is None):
        yield "items", "either `range`, or `ranges` with one pair per item"
        return
    if any(lowest >= highest for lowest, highest in items.limits):
        yield "items", "the lowest answer below the highest one"
    numbers = range(1, items.count + 1)
    if any(number not in numbers for number in items.reversed):
        yield "items.reversed", f"item numbers from 1 to {items.count}"
    if any(
        number not in numbers or {min(legal), max(legal)} != set(items.limits[number - 1])
        for number, legal in items.legal.items()
    ):
        yield "items.legal", "answers of an item of the form, its lowest and highest among them"
    if any(number not in numbers for skip in items.skips for number in (skip.after, *skip.items)):
        yield "items.skips", f"item numbers from 1 to {items.count}"
    if instrument.not_applicable and instrument.not_applicable.item not in numbers:
        yield "not_applicable", "an item of the form"
    for code in instrument.loinc.codes if instrument.loinc else ():
        if not has_valid_check_digit(code):
            yield "loinc", f"a LOINC code with a valid check digit in place of {code}"
    if len({scale.id for scale in instrument.scales}) != len(instrument.scales) or not instrument.scales:
        yield "scales", "at least one scale, each with an id of its own"
    own = {scale.id: scale for scale in instrument.scales}
    for guard in instrument.version_guards:
        yield from (("version_guards", expected) for expected in _of_guard(guard, instrument))
    for scale in instrument.scales:
        for place, expected in _of_scale(scale, items):
            yield f"scales.{scale.id}.{place}", expected
        parts = {name: own.get(name) for name in scale.scoring.parts}
        if any(
            part is None or not part.scoring.minimum < scale.scoring.parts[name] <= part.scoring.maximum
            for name, part in parts.items()
        ):
            yield f"scales.{scale.id}.scoring.parts", "scales of this form, each with a cut within its range"


def has_valid_check_digit(code: str) -> bool:
    """Whether a LOINC code `number-digit` carries the Luhn (mod 10) digit of its number.

    Source: LOINC Users' Guide, appendix on the check digit (mod 10).
    """
    number, _, digit = code.partition("-")
    if not (number.isdigit() and digit.isdigit() and len(digit) == 1):
        return False
    doubled = [int(figure) * (2 if place % 2 == 0 else 1) for place, figure in enumerate(reversed(number))]
    return (sum(sum(divmod(value, 10)) for value in doubled) + int(digit)) % 10 == 0


def _of_guard(guard: VersionGuard, instrument: Instrument) -> Iterator[str]:
    """Its scales are the form's, its words no name of their own scores, and totals can tell the two apart."""
    own = {scale.id: scale for scale in instrument.scales}
    guarded = guard.scales or (instrument.id,)
    if any(scale not in own for scale in guarded):
        yield "scales of this form"
        return
    if any(set(guard.forms) & set(own[scale].declared_own) for scale in guarded):
        yield "another word than those of the scale's own form"
    if (guard.minimum is None) != (guard.maximum is None) or (guard.alike and guard.maximum is None):
        yield "both ends of the other form, or none and no `alike`"
    if guard.minimum is None or guard.maximum is None:
        return
    for scoring in (own[scale].scoring for scale in guarded):
        inside = scoring.minimum <= guard.minimum < guard.maximum <= scoring.maximum
        if guard.minimum >= guard.maximum or (inside and guard.alike is None):
            yield "another form that reaches beyond this one's range, or `alike`"


def _of_scale(scale: Scale, items: Items) -> Iterator[tuple[str, str]]:
    scoring = scale.scoring
    if scoring.items is not None and scoring.domains is not None:
        yield "scoring", "`items` or `domains`, not both"
    groups = scale.groups(items.count)
    numbers = [number for group in groups for number in group]
    faults = list(_of_method(scale)) or list(_of_numbers(scale, items, groups, numbers))
    yield from faults
    if faults:
        return
    yield from _of_bands(scale)
    for name, cut in (("remission", scale.remission), ("caseness", scale.caseness)):
        for value in (cut.value, cut.male, cut.female) if cut and cut.applies_to is None else ():
            if value is not None and not scoring.minimum <= value <= scoring.maximum:
                yield name, f"a cut-off from {scoring.minimum:g} to {scoring.maximum:g}"
    if scale.caseness and (scale.caseness.male is None) != (scale.caseness.female is None):
        yield "caseness", "both `male` and `female`, or neither"
    if scale.response and scale.response.unit == "level":
        if not scoring.minimum <= scale.response.value <= scoring.maximum:
            yield "response", f"a level from {scoring.minimum:g} to {scoring.maximum:g}"
    elif scale.response and not 0 < scale.response.value <= 100:
        yield "response", "an improvement above 0"
    partial = scale.partial_response
    if partial and not 0 < partial.value < (partial.below or 0) <= 100:
        yield "partial_response", "an improvement above 0, and `below`, where response begins"
    if any(entry.value <= 0 for entry in (*scale.reliable_change, *scale.meaningful_change)):
        yield "reliable_change", "changes above 0, in the better direction"
    if any(not 0 < entry.value < 1 for entry in scale.reliability):
        yield "reliability", "coefficients between 0 and 1"
    if any(entry.default and entry.kind != "cronbach_alpha" for entry in scale.reliability):
        yield "reliability", "Cronbach's alpha as the default, since it is what reliable change is computed from"
    for name, entries, required in (
        ("reliable_change", scale.reliable_change, True),
        ("meaningful_change", scale.meaningful_change, False),
        ("reliability", scale.reliability, False),
    ):
        defaults = sum(entry.default for entry in entries)
        if defaults > 1 or (required and entries and not defaults):
            yield name, "exactly one default entry"
    missing = scale.missing
    if (missing.method == "none") != (missing.max_missing == 0) or not 0 <= missing.max_missing < max(1, len(groups)):
        yield "missing", "a method exactly when unanswered items are tolerated, and fewer of them than there are items"
    if missing.method != "none" and (missing.method == "mean_of_answered") != (scoring.combine == "mean"):
        yield "missing.method", "`mean_of_answered` for a mean, `person_mean_round` for a sum"
    if any(number not in numbers for number in missing.never_impute):
        yield "missing.never_impute", "items of the scale"
    if any(entry.item not in numbers for entry in scale.safety_items):
        yield "safety_items", "items of the scale"
    raw = scale.raw_form
    if raw and (raw.minimum * raw.factor, raw.maximum * raw.factor) != (scoring.minimum, scoring.maximum):
        yield "raw_form", f"ends that become {scoring.minimum:g} and {scoring.maximum:g}"


def _of_method(scale: Scale) -> Iterator[tuple[str, str]]:
    """Each method has its own entries and no other's."""
    scoring = scale.scoring
    owned = {
        "highest_level": bool(scoring.levels),
        "all_reached": bool(scoring.parts),
        "delivered": scoring.not_from_items is not None,
    }
    if any(given != (scoring.combine == method) for method, given in owned.items()):
        yield "scoring", "`levels`, `parts` or `not_from_items` exactly where the method needs them"
    if scoring.combine == "all_reached" and (scoring.minimum, scoring.maximum, scoring.step) != (0, 1, 1):
        yield "scoring", "a verdict of 0 or 1"
    if scoring.minimum >= scoring.maximum or scoring.step <= 0:
        yield "scoring", "a minimum below the maximum and a step above 0"


def _of_numbers(
    scale: Scale, items: Items, groups: tuple[tuple[int, ...], ...], numbers: list[int]
) -> Iterator[tuple[str, str]]:
    """Items of the form, each once, and the range and step that their answers give."""
    scoring = scale.scoring
    if scoring.combine in ("delivered", "all_reached"):
        return
    if not numbers or not all(groups) or any(not 1 <= number <= items.count for number in numbers):
        yield "scoring", f"item numbers from 1 to {items.count}, at least one in each domain"
        return
    if len(set(numbers)) != len(numbers):
        yield "scoring", "each item counted once"
    if scoring.combine == "highest_level":
        yield from _of_levels(scale, set(numbers))
        return
    lowest, highest, step = _reachable(scale, items)
    if (lowest, highest) != (scoring.minimum, scoring.maximum):
        yield "scoring", f"minimum {lowest:g} and maximum {highest:g}, which the item ranges give"
    if abs(step - scoring.step) > 1e-12:
        yield "scoring.step", f"{Fraction(step).limit_denominator(1000)}, which whole answers give"


def _of_levels(scale: Scale, numbers: set[int]) -> Iterator[tuple[str, str]]:
    """Levels rise by one step from the one above the minimum to the maximum, and speak of items of the scale."""
    scoring = scale.scoring
    if [level.score for level in scoring.levels] != legal_scores(scale)[1:]:
        yield "scoring.levels", f"a level for every step from above {scoring.minimum:g} to {scoring.maximum:g}"
    for condition in (condition for level in scoring.levels for condition in level.conditions):
        named = set(condition.items)
        if not (named <= numbers and len(named) == len(condition.items) and 1 <= condition.needed <= len(named)):
            yield "scoring.levels", "conditions on items of the scale, each named once, no more needed than named"


def legal_scores(scale: Scale) -> list[float]:
    """Every score the scale can give, from its minimum to its maximum."""
    scoring = scale.scoring
    steps = round((scoring.maximum - scoring.minimum) / scoring.step)
    return [round(scoring.minimum + number * scoring.step, 6) for number in range(steps + 1)]


def _of_bands(scale: Scale) -> Iterator[tuple[str, str]]:
    """Bands run from the minimum to the maximum, and every legal score lies in exactly one."""
    if not scale.bands:
        return
    if any(band.minimum > band.maximum for band in scale.bands):
        yield "bands", "a lower edge that does not exceed the upper one"
    if (scale.bands[0].minimum, scale.bands[-1].maximum) != (scale.scoring.minimum, scale.scoring.maximum):
        yield "bands", f"bands from {scale.scoring.minimum:g} to {scale.scoring.maximum:g}"
    if any(sum(band.minimum <= score <= band.maximum for band in scale.bands) != 1 for score in legal_scores(scale)):
        yield "bands", "each legal score in exactly one band"


def _reachable(scale: Scale, items: Items) -> tuple[float, float, float]:
    """Lowest score, highest score and smallest step that whole answers within their ranges can give."""
    groups = scale.groups(items.count)
    lowest = sum(max(items.limits[number - 1][0] for number in group) for group in groups)
    highest = sum(max(items.limits[number - 1][1] for number in group) for group in groups)
    share = scale.scoring.factor / (len(groups) if scale.scoring.combine == "mean" else 1)
    return lowest * share, highest * share, share
