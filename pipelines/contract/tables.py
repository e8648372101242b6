"""The input tables: which fields each lists, its key, what one row is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.contract.fields import FIELDS, ITEM_FIELDS, Field


@dataclass(frozen=True)
class Table:
    """An input table. `required` must be columns of the file; `mapping_only` columns can come from a mapping alone;
    those of MADE_AT_THE_DOOR from a delivery with dates alone.
    """

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
        "period",
        "record_version",
        "record_status",
    ),
    # `condition` is required too unless the clinic delivers `courses`; one dose column at least (intake checks both).
    ("patient_id", "session_day", "route"),
    ("clinic_id", "patient_id", "session_day", "session_id"),
    mapping_only=("period",),
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
        "score_source",
        "reference_group",
        "period",
        "record_version",
        "record_status",
    ),
    ("patient_id", "scale", "score_day"),
    ("clinic_id", "patient_id", "scale", "score_day", "administration", "respondent"),
    mapping_only=("scale_form", "score_source", "reference_group", "period"),
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
CONTACTS = Table(
    "contacts",
    "one contact with a patient that is no dosing session",
    (
        "clinic_id",
        "patient_id",
        "course_id",
        "contact_day",
        "kind",
        "minutes",
        "modality",
        "attended",
        "period",
        "record_version",
        "record_status",
    ),
    ("patient_id", "contact_day", "kind"),
    ("clinic_id", "patient_id", "contact_day", "kind", "modality"),
    mapping_only=("period",),
)
ADVERSE_EVENTS = Table(
    "adverse_events",
    "one adverse event of a dosing session",
    (
        "clinic_id",
        "patient_id",
        "course_id",
        "session_id",
        "session_day",
        "event",
        "severity",
        "serious",
        "related",
        "onset_minutes",
        "resolved",
        "period",
        "record_version",
        "record_status",
    ),
    ("patient_id", "session_day", "event"),
    ("clinic_id", "patient_id", "session_day", "event", "session_id"),
    mapping_only=("period",),
)
WITHDRAWALS = Table(
    "withdrawals",
    "one patient who leaves every table",
    ("clinic_id", "patient_id", "record_version", "record_status"),
    ("patient_id",),
    ("clinic_id", "patient_id"),
)
TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in (COURSES, SESSIONS, SCORES, CONTACTS, ADVERSE_EVENTS, WITHDRAWALS)}
)
# Tables of the validated store: those who withdrew stand in none, nor in a list of their own.
STORED_TABLES: Mapping[str, Table] = MappingProxyType(
    {name: table for name, table in TABLES.items() if table is not WITHDRAWALS}
)

# A date column of a declared delivery -> the day column that it becomes; the date of day 0; what else is made of dates.
DATES: Mapping[str, str] = MappingProxyType(
    {"session_date": "session_day", "score_date": "score_day", "contact_date": "contact_day"}
)
FIRST_DATE = "first_session_date"
MADE_AT_THE_DOOR = ("period",)
# Where a record came from, on every stored table: receipt sequence, row of the delivered file (1 = first data row).
TRACE_COLUMNS = ("receipt", "row_number")
# What an empty cell means (CONTRACT.md section 2); an unreadable one is never given a default.
DEFAULT_WORDS: Mapping[str, str] = MappingProxyType(
    {"drug": "ketamine", "administration": "unspecified", "record_status": "active"}
)
