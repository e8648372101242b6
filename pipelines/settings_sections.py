"""The sections of `kap.toml`, their defaults and ranges, frozen. What a setting does belongs to what obeys it.

Reading the file and saying all that is wrong with it: `pipelines/settings.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.care.windows import DEFAULT_TIMEPOINTS, Timepoint, Windows
from pipelines.disclosure.limits import Limits
from pipelines.provenance.canonical import canonical, digest
from pipelines.rules.deliveries import NAMED_LIMITS

FILE_NAME = "kap.toml"
SETTINGS_VERSION = 1

Profile = Literal["clinic", "network", "public"]
DeIdentification = Literal["safe_harbor", "expert_determination", "data_use_agreement"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NetworkSettings(_Section):
    """Who the pages speak for."""

    name: str = Field(default="Clinic network", min_length=1, max_length=120)
    language: Literal["en"] = "en"


class ReleaseSettings(_Section):
    """Who may read a release, and whether a reviewer signs first."""

    profile: Profile = "clinic"
    require_sign_off: bool = False


# No interval of a share lies wholly at 0 or at 100, so neither can be aimed at.
_AimPct = Annotated[float, Field(gt=0, lt=100)]


class TargetSettings(_Section):
    """A clinic's own targets; None = it has none. What each is about: `pipelines/outcomes/targets.py`.

    Percentages are lower limits, but for reliable_deterioration_pct. delivery_days: a delivery at least so often.
    """

    followup_pct: _AimPct | None = None
    paired_pct: _AimPct | None = None
    response_pct: _AimPct | None = None
    remission_pct: _AimPct | None = None
    reliable_improvement_pct: _AimPct | None = None
    reliable_recovery_pct: _AimPct | None = None
    reliable_deterioration_pct: _AimPct | None = None
    ae_assessed_pct: _AimPct | None = None
    consultation_pct: _AimPct | None = None
    therapist_meeting_pct: _AimPct | None = None
    preparation_pct: _AimPct | None = None
    intention_pct: _AimPct | None = None
    dosing_pct: _AimPct | None = None
    monitoring_pct: _AimPct | None = None
    recovery_pct: _AimPct | None = None
    integration_pct: _AimPct | None = None
    delivery_days: int | None = Field(default=None, ge=1, le=366)

    def given(self) -> dict[str, float]:
        """The targets that were set, by name."""
        return {name: value for name, value in self if value is not None}


class ClinicSettings(_Section):
    """One clinic. Dates in its files need a determination or agreement that has not expired."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    deidentification: DeIdentification = "safe_harbor"
    determination_id: str | None = Field(default=None, min_length=1, max_length=120)
    expires: date | None = None
    targets: TargetSettings = TargetSettings()

    def may_send_dates(self, today: date) -> bool:
        """True when this clinic's files may carry calendar dates on `today`."""
        return self.deidentification != "safe_harbor" and self.expires is not None and today <= self.expires


class TimepointSettings(_Section):
    """A window of days around a target; what is not given keeps its default."""

    from_day: int | None = Field(default=None, alias="from")
    to_day: int | None = Field(default=None, alias="to")
    target: int | None = None


def _timepoint(own: TimepointSettings, default: Timepoint) -> Timepoint:
    return Timepoint(
        default.name,
        default.anchor,
        default.first_day if own.from_day is None else own.from_day,
        default.last_day if own.to_day is None else own.to_day,
        default.target_day if own.target is None else own.target,
    )


class WindowsSettings(_Section):
    """Courses, induction, baseline and timepoints; None keeps the default of CONTRACT.md section 4."""

    course_gap_days: int | None = Field(default=None, ge=1)
    induction_days: int | None = Field(default=None, ge=1)
    induction_sessions: int | None = Field(default=None, ge=1)
    induction_gap_days: int | None = Field(default=None, ge=1)
    induction_completed_sessions: int | None = Field(default=None, ge=1)
    route_share_pct: float | None = Field(default=None, gt=50, le=100)
    baseline_first_day: int | None = Field(default=None, ge=-365, le=0)
    baseline_last_day: int | None = Field(default=None, ge=-365, le=0)
    week_slack_days: int | None = Field(default=None, ge=0, le=3)
    last_week: int | None = Field(default=None, ge=1)
    end_of_induction: TimepointSettings = TimepointSettings()
    week_4: TimepointSettings = TimepointSettings()
    month_3: TimepointSettings = TimepointSettings()
    month_6: TimepointSettings = TimepointSettings()

    def build(self) -> Windows:
        """The windows in force."""
        lengths = {
            field.name: getattr(self, field.name)
            for field in dataclass_fields(Windows)
            if field.name != "timepoints" and getattr(self, field.name) is not None
        }
        return Windows(
            **lengths,
            timepoints=tuple(_timepoint(getattr(self, default.name), default) for default in DEFAULT_TIMEPOINTS),
        )


# The share of failures up to which a rule passes.
_RulePct = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ThresholdSettings(_Section):
    """Limits that settings may tighten, never loosen (CONTRACT.md sections 2 and 4). rules: code -> percent."""

    quarantined_pct_max: float = Field(default=20.0, ge=0)
    key_conflict_pct_max: float = Field(default=5.0, ge=0)
    smallest_group_n: int = Limits.smallest_group_n
    smallest_group_moments_n: int = Limits.smallest_group_moments_n
    enough_n: int = Limits.enough_n
    enough_paired_pct: float = Field(default=Limits.enough_paired_pct, le=100)
    precise_n: int = Limits.precise_n
    precise_paired_pct: float = Field(default=Limits.precise_paired_pct, le=100)
    rules: Mapping[str, _RulePct] = {}

    def of_rules(self) -> dict[str, float]:
        """Rule code -> percent of every limit in force; what is not named keeps the catalogue's."""
        named = {code: getattr(self, name) for name, code in NAMED_LIMITS.items()}
        return {**self.rules, **{code: min(limit, self.rules.get(code, limit)) for code, limit in named.items()}}


class OverrideSettings(_Section):
    """A clinic's own threshold for a definition; it touches that clinic's pages only, and its reason is printed."""

    definition: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")
    clinic: str
    value: float
    reason: str = Field(min_length=10, max_length=500)


class RetentionSettings(_Section):
    """How long logs and refused files are kept, and whether a dated original is."""

    log_days: int = Field(default=90, ge=1)
    refused_file_days: int = Field(default=7, ge=0)
    keep_dated_raw: bool = False


class EngineSettings(_Section):
    """The engine and its limits; without them all cores, and half of the memory but at most 1.2 GB."""

    name: Literal["duckdb"] = "duckdb"
    memory: str | None = Field(default=None, pattern=r"^\d+(\.\d+)? ?(MB|GB|TB|MiB|GiB|TiB)$")
    threads: int | None = Field(default=None, ge=1, le=1024)


class BrandingSettings(_Section):
    """Words on the pages; always escaped."""

    title: str | None = Field(default=None, min_length=1, max_length=120)
    contact: str | None = Field(default=None, min_length=1, max_length=200)


class Settings(_Section):
    """All of `kap.toml`, checked. Missing = the documented default."""

    settings_version: int = SETTINGS_VERSION
    network: NetworkSettings = NetworkSettings()
    release: ReleaseSettings = ReleaseSettings()
    clinics: Mapping[str, ClinicSettings] = {}
    windows: WindowsSettings = WindowsSettings()
    thresholds: ThresholdSettings = ThresholdSettings()
    overrides: tuple[OverrideSettings, ...] = ()
    retention: RetentionSettings = RetentionSettings()
    engine: EngineSettings = EngineSettings()
    branding: BrandingSettings = BrandingSettings()

    @field_validator("overrides", mode="before")
    @classmethod
    def _list_of_tables(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    def clinic(self, clinic_id: str) -> ClinicSettings:
        """The settings of one clinic; the defaults when it has none of its own."""
        return self.clinics.get(clinic_id, ClinicSettings())

    def clinic_windows(self) -> Windows:
        """The windows in force, for the care package."""
        return self.windows.build()

    def disclosure_limits(self) -> Limits:
        """From how many patients on figures are shown and called reportable."""
        return Limits(**{field.name: getattr(self.thresholds, field.name) for field in dataclass_fields(Limits)})

    def overrides_of(self, clinic_id: str) -> tuple[OverrideSettings, ...]:
        """The overrides that touch this clinic's pages."""
        return tuple(override for override in self.overrides if override.clinic == clinic_id)

    @property
    def overriding_clinics(self) -> list[str]:
        """Clinics (and reference samples) with an override, by id."""
        return sorted({override.clinic for override in self.overrides})

    @property
    def canonical(self) -> str:
        """Every setting in force, defaults included, in the one form that is stored and hashed."""
        # Windows as they are in force, so that a new default is a new digest.
        return canonical({**self.model_dump(mode="json"), "windows": asdict(self.clinic_windows())})

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hex."""
        return digest(self.canonical)
