"""The input tables: which fields each lists, its key, what one row is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.contract.fields import FIELDS, ITEM_FIELDS, Field


@dataclass(frozen=True)
class Table:
    """An input table. `required` must be columns of the file; `mapping_only` columns can come from a mapping alone."""

    name: str
    grain: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    key: tuple[str, ...]
    mapping_only: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields in stored order."""
        return tuple(FIELDS[name] for name in self.columns)


SESSIONS = Table(
    "sessions",
    "one dosing session",
    (
        "clinic_id",
        "patient_id",
        "course_id",
        "session_id",
        "session_day",
        "year",
        "condition",
        "route",
        "drug",
        "dose_mg",
        "dose_mg_per_kg",
        "weight_kg",
        "dose_adjustments_n",
        "adjustment_direction",
        "onset_minutes",
        "effect_minutes",
        "intensity_0_10",
        "target_effect_reached",
        "dosing_minutes",
        "monitoring_minutes",
        "recovery_minutes",
        "therapist_presence",
        "preparation_done",
        "intention_set",
        "completed",
        "integration_minutes",
        "integration_after_minutes",
        "sbp_pre",
        "dbp_pre",
        "sbp_peak",
        "dbp_peak",
        "sbp_end",
        "dbp_end",
        "spo2_min",
        "cadss_peak",
        "sedation_peak",
        "ae_assessed",
        "record_version",
        "record_status",
    ),
    # `condition` is required too unless the clinic delivers `courses`; one dose column at least (intake checks both).
    ("patient_id", "session_day", "route"),
    ("clinic_id", "patient_id", "session_day", "session_id"),
)
SCORES = Table(
    "scores",
    "one administered scale",
    (
        "clinic_id",
        "patient_id",
        "course_id",
        "scale",
        "score_day",
        "administration",
        "respondent",
        "total",
        *ITEM_FIELDS,
        "scale_form",
        "reference_group",
        "record_version",
        "record_status",
    ),
    ("patient_id", "scale", "score_day"),
    ("clinic_id", "patient_id", "scale", "score_day", "administration", "respondent"),
    mapping_only=("scale_form", "reference_group"),
)
COURSES = Table(
    "courses",
    "one course of care as the clinic records it",
    (
        "clinic_id",
        "patient_id",
        "course_id",
        "condition",
        "secondary_conditions",
        "enrolment_year",
        "age_band",
        "sex",
        "eligible",
        "failed_trials_n",
        "benzodiazepine",
        "lamotrigine",
        "opioid_antagonist",
        "status",
        "stop_reason",
        "followed_through",
        "record_version",
        "record_status",
    ),
    ("patient_id", "condition"),
    ("clinic_id", "patient_id", "course_id"),
)
TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in (COURSES, SESSIONS, SCORES)})

# Tables of the contract that this version does not take in yet, told by the columns that only they have.
LATER_TABLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "contacts": frozenset({"contact_day", "kind"}),
        "adverse_events": frozenset({"event", "session_day"}),
        "withdrawals": frozenset({"patient_id"}),
    }
)
# Where a record came from, on every stored table: receipt sequence, row of the delivered file (1 = first data row).
TRACE_COLUMNS = ("receipt", "row_number")
# What an empty cell means (CONTRACT.md section 2); an unreadable one is never given a default.
DEFAULT_WORDS: Mapping[str, str] = MappingProxyType(
    {"drug": "ketamine", "administration": "unspecified", "record_status": "active"}
)
