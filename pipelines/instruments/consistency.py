"""What must hold between the facts of one instrument. Each check yields sentences; none means consistent."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from pipelines.instruments.model import Instrument, Items, Scale


def disagreements(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Pairs of (place in the file, what was expected) for everything that does not fit together."""
    items = instrument.items
    if len(items.limits) != items.count or (items.range is None) == (items.ranges is None):
        yield "items", "either `range`, or `ranges` with one pair per item"
        return
    if any(lowest >= highest for lowest, highest in items.limits):
        yield "items", "the lowest answer below the highest one"
    if any(not 1 <= number <= items.count for number in items.reversed):
        yield "items.reversed", f"item numbers from 1 to {items.count}"
    for code in instrument.loinc.codes if instrument.loinc else ():
        if not has_valid_check_digit(code):
            yield "loinc", f"a LOINC code with a valid check digit in place of {code}"
    if len({scale.id for scale in instrument.scales}) != len(instrument.scales) or not instrument.scales:
        yield "scales", "at least one scale, each with an id of its own"
    for scale in instrument.scales:
        for place, expected in _of_scale(scale, items):
            yield f"scales.{scale.id}.{place}", expected


def has_valid_check_digit(code: str) -> bool:
    """Whether a LOINC code `number-digit` carries the Luhn (mod 10) digit of its number.

    Source: LOINC Users' Guide, appendix on the check digit (mod 10).
    """
    number, _, digit = code.partition("-")
    if not (number.isdigit() and digit.isdigit() and len(digit) == 1):
        return False
    doubled = [int(figure) * (2 if place % 2 == 0 else 1) for place, figure in enumerate(reversed(number))]
    return (sum(sum(divmod(value, 10)) for value in doubled) + int(digit)) % 10 == 0


def _of_scale(scale: Scale, items: Items) -> Iterator[tuple[str, str]]:
    scoring = scale.scoring
    if scoring.items is not None and scoring.domains is not None:
        yield "scoring", "`items` or `domains`, not both"
    groups = scale.groups(items.count)
    numbers = [number for group in groups for number in group]
    if not numbers or not all(groups) or any(not 1 <= number <= items.count for number in numbers):
        yield "scoring", f"item numbers from 1 to {items.count}, at least one in each domain"
        return
    if len(set(numbers)) != len(numbers):
        yield "scoring", "each item counted once"
    lowest, highest, step = _reachable(scale, items)
    if (lowest, highest) != (scoring.minimum, scoring.maximum):
        yield "scoring", f"minimum {lowest:g} and maximum {highest:g}, which the item ranges give"
    if abs(step - scoring.step) > 1e-12:
        yield "scoring.step", f"{Fraction(step).limit_denominator(1000)}, which whole answers give"
    yield from _of_bands(scale)
    for name, cut in (("remission", scale.remission), ("caseness", scale.caseness)):
        for value in (cut.value, cut.male, cut.female) if cut else ():
            if value is not None and not scoring.minimum <= value <= scoring.maximum:
                yield name, f"a cut-off from {scoring.minimum:g} to {scoring.maximum:g}"
    if scale.caseness and (scale.caseness.male is None) != (scale.caseness.female is None):
        yield "caseness", "both `male` and `female`, or neither"
    if scale.response and not 0 < scale.response.value <= 100:
        yield "response", "an improvement above 0"
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
    if (missing.method == "none") != (missing.max_missing == 0) or not 0 <= missing.max_missing < len(groups):
        yield "missing", "a method exactly when unanswered items are tolerated, and fewer of them than there are items"
    if any(number not in numbers for number in missing.never_impute):
        yield "missing.never_impute", "items of the scale"
    if scale.safety_item and scale.safety_item.item not in numbers:
        yield "safety_item", "an item of the scale"
    if scale.raw_form and scale.raw_form.maximum * scale.raw_form.factor != scoring.maximum:
        yield "raw_form", f"a maximum that becomes {scoring.maximum:g}"


def _of_bands(scale: Scale) -> Iterator[tuple[str, str]]:
    """Bands run from the minimum to the maximum with neither gap nor overlap (whole numbers of points)."""
    if not scale.bands:
        return
    if any(band.minimum > band.maximum for band in scale.bands):
        yield "bands", "a lower edge that does not exceed the upper one"
    if (scale.bands[0].minimum, scale.bands[-1].maximum) != (scale.scoring.minimum, scale.scoring.maximum):
        yield "bands", f"bands from {scale.scoring.minimum:g} to {scale.scoring.maximum:g}"
    if any(after.minimum != before.maximum + 1 for before, after in pairwise(scale.bands)):
        yield "bands", "each band starting one point above the end of the one before"


def _reachable(scale: Scale, items: Items) -> tuple[float, float, float]:
    """Lowest score, highest score and smallest step that whole answers within their ranges can give."""
    groups = scale.groups(items.count)
    lowest = sum(max(items.limits[number - 1][0] for number in group) for group in groups)
    highest = sum(max(items.limits[number - 1][1] for number in group) for group in groups)
    share = scale.scoring.factor / (len(groups) if scale.scoring.combine == "mean" else 1)
    return lowest * share, highest * share, share
