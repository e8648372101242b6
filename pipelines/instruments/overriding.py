"""What a clinic may override of a scale: each fact with the function that puts another value in its place.

A clinic's override holds on its own pages and tables only; the catalogue itself never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from pipelines.instruments.model import (
    ChangeThreshold,
    Cut,
    Instrument,
    PercentChange,
    PopulationFigure,
    Reliability,
    Response,
    Scale,
)

METHOD = "override of a clinic"
NOT_DEFINED = "not defined"

Overriding = Callable[[Scale, float, str], Scale]


class Override(Protocol):
    """One override: `definition` is `<scale>.<fact>`, `reason` says why."""

    @property
    def definition(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def reason(self) -> str: ...


def overridden_scale(scale: Scale, fact: str, value: float, reason: str) -> Scale:
    """The scale with `value` in place of this fact; its source is the reason, its status `project_choice`.

    Raises:
        KeyError: no such fact in FACTS.
        ValueError: the value is none that this scale can have; says which ones it can.
    """
    return FACTS[fact](scale, value, f"override of this clinic: {reason}")


def overridden_instruments(
    instruments: Mapping[str, Instrument], overrides: Iterable[Override]
) -> Mapping[str, Instrument]:
    """The instruments with every override in them, in the order given. Raises as `overridden_scale`."""
    found = dict(instruments)
    for override in overrides:
        scale_id, _, fact = override.definition.rpartition(".")
        (owner,) = (each for each in found.values() if any(scale.id == scale_id for scale in each.scales))
        found[owner.id] = replace(
            owner,
            scales=tuple(
                overridden_scale(scale, fact, override.value, override.reason) if scale.id == scale_id else scale
                for scale in owner.scales
            ),
        )
    return MappingProxyType(found)


def in_force(scale: Scale, fact: str) -> str:
    """The value of a fact in words (`50 %`, `< 5`, `6 points`); `not defined` where the scale has none."""
    entry: Any = getattr(scale, fact, None)
    if isinstance(entry, tuple):
        entry = next((each for each in entry if getattr(each, "default", True)), None)
    if entry is None:
        return NOT_DEFINED
    if isinstance(entry, Cut):
        own = [
            f"{sex} {limit:g}" for sex, limit in (("male", entry.male), ("female", entry.female)) if limit is not None
        ]
        return "; ".join([f"{entry.op} {entry.value:g}", *own])
    unit = {"pct": " %", "points": " points"}.get(getattr(entry, "unit", ""), "")
    return f"{getattr(entry, 'value', entry):g}{unit}"


def _response(scale: Scale, value: float, source: str) -> Scale:
    lower = _lower_is_better(scale)
    unit = scale.response.unit if scale.response and scale.response.unit != "level" else "pct" if lower else "points"
    _within(value, 100.0 if unit == "pct" else _width(scale), unit)
    return replace(scale, response=Response(unit=unit, value=value, source=source, source_status="project_choice"))


def _remission(scale: Scale, value: float, source: str) -> Scale:
    op = scale.remission.op if scale.remission else "<=" if _lower_is_better(scale) else ">="
    return replace(scale, remission=_cut(scale, op, value, source))


def _caseness(scale: Scale, value: float, source: str) -> Scale:
    op = scale.caseness.op if scale.caseness else ">=" if _lower_is_better(scale) else "<="
    return replace(scale, caseness=_cut(scale, op, value, source))


def _reliable_change(scale: Scale, value: float, source: str) -> Scale:
    return replace(scale, reliable_change=_in_front(scale, scale.reliable_change, value, source))


def _meaningful_change(scale: Scale, value: float, source: str) -> Scale:
    return replace(scale, meaningful_change=_in_front(scale, scale.meaningful_change, value, source))


def _reliability(scale: Scale, value: float, source: str) -> Scale:
    if not 0 < value < 1:
        raise ValueError("a number over 0 and under 1")
    own = Reliability(kind="override", value=value, default=True, source=source, source_status="project_choice")
    return replace(scale, reliability=(own, *(replace(entry, default=False) for entry in scale.reliability)))


def _population_mean(scale: Scale, value: float, source: str) -> Scale:
    low, high = scale.scoring.minimum, scale.scoring.maximum
    if not low <= value <= high:
        raise ValueError(f"a score from {low:g} to {high:g}")
    return replace(scale, population_mean=_population_figure(value, source))


def _population_sd(scale: Scale, value: float, source: str) -> Scale:
    _within(value, _width(scale), "points")
    return replace(scale, population_sd=_population_figure(value, source))


def _population_figure(value: float, source: str) -> PopulationFigure:
    return PopulationFigure(value=value, source=source, source_status="project_choice")


def _improvement_pct(scale: Scale, value: float, source: str) -> Scale:
    return replace(scale, improvement_pct=_percent(scale, value, 100.0, source))


def _deterioration_pct(scale: Scale, value: float, source: str) -> Scale:
    # A score can more than double.
    return replace(scale, deterioration_pct=_percent(scale, value, 1000.0, source))


def _functional_mean(scale: Scale, value: float, source: str) -> Scale:
    low, high = scale.scoring.minimum, scale.scoring.maximum
    if not low <= value <= high:
        raise ValueError(f"a score from {low:g} to {high:g}")
    return replace(scale, functional_mean=_population_figure(value, source))


def _functional_sd(scale: Scale, value: float, source: str) -> Scale:
    _within(value, _width(scale), "points")
    return replace(scale, functional_sd=_population_figure(value, source))


def _percent(scale: Scale, value: float, most: float, source: str) -> PercentChange:
    _lower_is_better(scale)
    _within(value, most, "pct")
    return PercentChange(value=value, source=source, source_status="project_choice")


def _cut(scale: Scale, op: Any, value: float, source: str) -> Cut:
    """One limit for everyone: those for women and men go."""
    low, high = scale.scoring.minimum, scale.scoring.maximum
    if not low <= value <= high:
        raise ValueError(f"a score from {low:g} to {high:g}")
    return Cut(op=op, value=value, source=source, source_status="project_choice")


def _in_front(
    scale: Scale, listed: tuple[ChangeThreshold, ...], value: float, source: str
) -> tuple[ChangeThreshold, ...]:
    """The thresholds with the clinic's own as the default, in points."""
    _lower_is_better(scale)
    _within(value, _width(scale), "points")
    own = ChangeThreshold(value=value, method=METHOD, default=True, source=source, source_status="project_choice")
    return (own, *(replace(entry, default=False) for entry in listed))


def _lower_is_better(scale: Scale) -> bool:
    if scale.direction == "acute_effect":
        raise ValueError("a scale with a better and a worse end; this one has none")
    return scale.direction == "lower_is_better"


def _width(scale: Scale) -> float:
    return scale.scoring.maximum - scale.scoring.minimum


def _within(value: float, most: float, unit: str) -> None:
    if not 0 < value <= most:
        raise ValueError(f"over 0 and at most {most:g} {'%' if unit == 'pct' else 'points'}")


# Fact -> the scale with another value of it. A function raises ValueError for a value the scale cannot have.
FACTS: Mapping[str, Overriding] = MappingProxyType(
    {
        "response": _response,
        "remission": _remission,
        "caseness": _caseness,
        "reliable_change": _reliable_change,
        "meaningful_change": _meaningful_change,
        "reliability": _reliability,
        "population_mean": _population_mean,
        "population_sd": _population_sd,
        "improvement_pct": _improvement_pct,
        "deterioration_pct": _deterioration_pct,
        "functional_mean": _functional_mean,
        "functional_sd": _functional_sd,
    }
)
