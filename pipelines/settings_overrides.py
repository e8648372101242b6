"""What is wrong with the `[[overrides]]` of `kap.toml`, all of it, with the nearest known name.

Which facts can be overridden, and within which limits: `pipelines/instruments/overriding.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipelines.contract.nearest import nearest
from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.overriding import FACTS, overridden_scale
from pipelines.intake.detectors import detect
from pipelines.problems import Problem
from pipelines.settings_sections import FILE_NAME


def override_problems(given: Mapping[str, Any], known_clinics: Collection[str] | None) -> Iterator[Problem]:
    """The problems of every override that has the form of one; what has not is told of elsewhere.

    known_clinics: the clinics and reference samples of the home; None = not known, so none is refused.
    """
    overrides, clinics = given.get("overrides"), given.get("clinics")
    named = None if known_clinics is None else {*known_clinics, *(clinics if isinstance(clinics, Mapping) else ())}
    seen: set[tuple[object, object]] = set()
    for number, override in enumerate(overrides if isinstance(overrides, list) else [], start=1):
        if not isinstance(override, Mapping):
            continue
        place = f"overrides.{number}"
        definition, clinic, reason = (override.get(name) for name in ("definition", "clinic", "reason"))
        if isinstance(definition, str):
            yield from _definition_problems(place, definition, override.get("value"))
            if (definition, clinic) in seen:
                expected = "one override of a definition for a clinic"
                yield _problem("KAP-C10", f"{place}.definition", expected, "delete the one that does not count.")
            seen.add((definition, clinic))
        if isinstance(clinic, str) and named is not None and clinic not in named:
            close = nearest(clinic, sorted(named))
            known = f"; the nearest is {close}" if close else ""
            expected = f"a clinic or reference sample of this home{known}"
            yield _problem("KAP-C11", f"{place}.clinic", expected, "name it as its inbox folder is named.")
        if isinstance(reason, str) and list(detect(reason)):
            expected = "a reason in which nothing looks like an identifier or a date"
            yield _problem("KAP-C13", f"{place}.reason", expected, "say why without it.")


def _definition_problems(place: str, definition: str, value: object) -> Iterator[Problem]:
    scales = load_catalogue().scales
    scale_id, _, fact = definition.rpartition(".")
    if scale_id not in scales or fact not in FACTS:
        close = _nearest_definition(scale_id, fact, scales)
        hint = f"; the nearest is {close}" if close else ""
        expected = f"<scale>.<fact>, the fact one of {', '.join(FACTS)}{hint}"
        yield _problem("KAP-C10", f"{place}.definition", expected, "use a scale and a fact that are known.")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            overridden_scale(scales[scale_id], fact, float(value), "")
        except ValueError as error:
            yield _problem("KAP-C12", f"{place}.value", f"{error}", "correct the value.")


def _nearest_definition(scale_id: str, fact: str, scales: Collection[str]) -> str | None:
    """The nearest known scale and fact, None where either is like none."""
    scale = scale_id if scale_id in scales else nearest(scale_id, scales)
    known = fact if fact in FACTS else nearest(fact, FACTS)
    return f"{scale}.{known}" if scale and known else None


def _problem(code: str, place: str, expected: str, remedy: str) -> Problem:
    return Problem(code=code, file=FILE_NAME, column=place, expected=f"expected {expected}.", remedy=remedy)
