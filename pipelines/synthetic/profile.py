"""The shape of the synthetic network as frozen values, read from profile.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Range = tuple[float, float]


@dataclass(frozen=True)
class RouteShape:
    """How a session by one route looks. Exactly one of `dose_mg`, `dose_per_kg`."""

    dosing_minutes: Range
    onset_minutes: Range
    effect_minutes: Range
    sessions: tuple[int, int]
    sbp_rise: Range
    cadss_peak: Range
    adjusted_pct: float
    dose_mg: Range | None = None
    dose_per_kg: Range | None = None


@dataclass(frozen=True)
class ConditionShape:
    """Mean and SD of severity at baseline (fraction of the form's range); mean improvement by route (of baseline)."""

    form: str
    severity: Range
    phq9: Range
    gad7: Range
    improvement: Mapping[str, float]

    def severity_on(self, form: str) -> Range:
        """Mean and SD at baseline on `form`; a form the profile does not know stands where PHQ-9 does."""
        if form == self.form:
            return self.severity
        return self.gad7 if form == "gad7" else self.phq9


@dataclass(frozen=True)
class ClinicShape:
    """One clinic: its planned patients by condition and route, how it measures, how it delivers."""

    clinic_id: str
    name: str
    followed_pct: float
    dropout_pct: float
    no_baseline_pct: float
    pre_session_pct: float
    gad7_pct: float
    maintenance_pct: float
    not_declared_pct: float
    presence: tuple[str, ...]
    patients: Mapping[str, Mapping[str, int]]
    formats: Mapping[str, str]
    also: Mapping[str, float] = field(default_factory=dict)
    totals: bool = False
    vitals: bool = True
    wide_export: bool = False
    never_scaled: bool = False
    esketamine_pct: float = 0
    unusable_pct: float = 0
    correction_rows: int = 0
    integrated_pct: float = 72
    contacts: Mapping[str, float] = field(default_factory=dict)
    unrecorded: tuple[str, ...] = ()
    booleans: tuple[str, str] = ("true", "false")

    def planned(self, share: float = 1.0) -> dict[tuple[str, str], int]:
        """Patients by (condition, route) in a network of `share` times the full size; every planned cell keeps one."""
        used = 1.0 if self.never_scaled else share
        return {
            (condition, route): max(1, round(count * used))
            for condition, by_route in self.patients.items()
            for route, count in by_route.items()
        }


@dataclass(frozen=True)
class Profile:
    """The whole shape. `patients` is the size at which the clinics' own figures hold."""

    name: str
    patients: int
    days_open: int
    export_year: int
    export_day_of_year: int
    routes: Mapping[str, RouteShape]
    conditions: Mapping[str, ConditionShape]
    events: Mapping[str, Mapping[str, float]]
    clinics: tuple[ClinicShape, ...]


def load_profile(path: Path | None = None) -> Profile:
    """Read the shape from `path`, by default from the file beside this module."""
    text = (path or Path(__file__).with_name("profile.toml")).read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return Profile(
        **content["network"],
        routes={name: RouteShape(**_tuples(shape)) for name, shape in content["routes"].items()},
        conditions={name: ConditionShape(**_tuples(shape)) for name, shape in content["conditions"].items()},
        events=content["events"],
        clinics=tuple(ClinicShape(clinic_id=name, **_tuples(shape)) for name, shape in content["clinics"].items()),
    )


def _tuples(shape: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in shape.items()}
