"""What is wrong with the `[thresholds]` of `kap.toml`: each may be tightened, none loosened; rules by their codes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from pipelines.contract.nearest import nearest
from pipelines.problems import Problem
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.deliveries import NAMED_LIMITS
from pipelines.settings_sections import FILE_NAME, ThresholdSettings


def threshold_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    """The problems of every threshold that is a number; what is none is told of elsewhere."""
    thresholds = given.get("thresholds")
    if not isinstance(thresholds, Mapping):
        return
    for name, value in thresholds.items():
        field = ThresholdSettings.model_fields.get(name)
        if field is not None and _is_number(value):
            yield from _loosened(name, value, field.default, lower_is_tighter=name in NAMED_LIMITS)
    rules = thresholds.get("rules")
    for code, value in rules.items() if isinstance(rules, Mapping) else ():
        rule = BY_CODE.get(code)
        if rule is None:
            close = nearest(code, BY_CODE)
            hint = f"the nearest is {close}" if close else "`kap rules` lists them"
            yield _problem("KAP-C03", f"rules.{code}", f"the code of a rule; {hint}", "rename or delete the line.")
        elif rule.expected == "at_least":
            expected = "a rule with a threshold; this one asks for at least one"
            yield _problem("KAP-C04", f"rules.{code}", expected, "delete the line.")
        elif _is_number(value):
            yield from _loosened(f"rules.{code}", value, rule.threshold_pct, lower_is_tighter=True)


def _loosened(place: str, value: float, default: float, lower_is_tighter: bool) -> Iterator[Problem]:
    if value > default if lower_is_tighter else value < default:
        least = f"{default:g} or {'less' if lower_is_tighter else 'more'}"
        expected = f"{least}: a threshold may be tightened, never loosened"
        yield _problem("KAP-C04", place, expected, "tighten it or delete the line.")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _problem(code: str, place: str, expected: str, remedy: str) -> Problem:
    return Problem(code, f"expected {expected}.", remedy, FILE_NAME, column=f"thresholds.{place}")
