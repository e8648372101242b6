"""Every input column once: type, unit, meaning, limits, and what a damaged value does.

Limits of session measurements are the *error* limits of clinical_facts.yaml `session_rules` (proposals made from the
ranges cited in clinical.md section 4, not published limits); a value outside them has the column's effect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["token", "code", "codes", "scale", "integer", "number", "boolean"]
Damage = Literal["quarantines", "blanks"]
ITEM_COUNT = 30


@dataclass(frozen=True)
class Field:
    """One column of the contract.

    kind: `token` = pseudonymous id, `code` = word of `vocabulary`, `codes` = list of words split by `;`,
    `scale` = id of the instrument catalogue. `minimum` / `maximum` are inclusive.
    on_damage: what an unreadable, unknown or out-of-range value does to its row.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    vocabulary: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    on_damage: Damage = "blanks"

    @property
    def sql_type(self) -> str:
        """DuckDB type of the accepted column."""
        types = {"integer": "INTEGER", "number": "DOUBLE", "boolean": "BOOLEAN", "codes": "VARCHAR[]"}
        return types.get(self.kind, "VARCHAR")


def _item(number: int) -> Field:
    return Field(
        f"item_{number:02d}", "number", f"answer to item {number} of the scale", "points", None, 0, 100, "quarantines"
    )


_FIELDS: tuple[Field, ...] = (
    Field("clinic_id", "token", "clinic; from the folder when absent", on_damage="quarantines"),
    Field("patient_id", "token", "random pseudonym of the patient within the clinic", on_damage="quarantines"),
    Field("course_id", "token", "links rows of one course of care", on_damage="quarantines"),
    Field("session_id", "token", "pseudonym of the session", on_damage="quarantines"),
    Field(
        "session_day",
        "integer",
        "days since the patient's first dosing session",
        "days",
        None,
        0,
        5000,
        "quarantines",
    ),
    Field("year", "integer", "calendar year of the session", "year", None, 1990, 2100),
    Field("condition", "code", "condition treated", vocabulary="condition", on_damage="quarantines"),
    Field("route", "code", "route of administration", vocabulary="route", on_damage="quarantines"),
    Field("drug", "code", "ketamine (default) or esketamine", vocabulary="drug"),
    Field("dose_mg", "number", "dose given", "mg", None, 1, 1500),
    Field("dose_mg_per_kg", "number", "dose given by body weight", "mg/kg", None, 0.01, 20),
    Field("weight_kg", "number", "body weight", "kg", None, 25, 350),
    Field("dose_adjustments_n", "integer", "titration steps during the session", "count", None, 0, 50),
    Field("adjustment_direction", "code", "direction of titration", vocabulary="adjustment_direction"),
    Field("onset_minutes", "number", "start of dosing to onset", "minutes", None, 0, 1440),
    Field("effect_minutes", "number", "length of the experience", "minutes", None, 0, 1440),
    Field("intensity_0_10", "number", "intensity of the experience", "0 to 10", None, 0, 10),
    Field("target_effect_reached", "boolean", "the intended effect was reached"),
    Field("dosing_minutes", "number", "length of dosing", "minutes", None, 0, 1440),
    Field("monitoring_minutes", "number", "length of monitoring", "minutes", None, 0, 1440),
    Field("recovery_minutes", "number", "length of recovery", "minutes", None, 0, 1440),
    Field("therapist_presence", "code", "presence of the therapist during dosing", vocabulary="therapist_presence"),
    Field("preparation_done", "boolean", "preparation took place"),
    Field("intention_set", "boolean", "an intention was set"),
    Field("completed", "boolean", "the session was completed"),
    Field("integration_minutes", "number", "length of integration after dosing", "minutes", None, 0, 1440),
    Field("integration_after_minutes", "number", "end of dosing to start of integration", "minutes", None, 0, 43200),
    Field("sbp_pre", "number", "systolic blood pressure before dosing", "mmHg", None, 50, 280),
    Field("dbp_pre", "number", "diastolic blood pressure before dosing", "mmHg", None, 20, 180),
    Field("sbp_peak", "number", "highest systolic blood pressure", "mmHg", None, 50, 280),
    Field("dbp_peak", "number", "highest diastolic blood pressure", "mmHg", None, 20, 180),
    Field("sbp_end", "number", "systolic blood pressure at the end", "mmHg", None, 50, 280),
    Field("dbp_end", "number", "diastolic blood pressure at the end", "mmHg", None, 20, 180),
    Field("spo2_min", "number", "lowest oxygen saturation", "%", None, 50, 100),
    Field("cadss_peak", "number", "highest CADSS total", "points", None, 0, 92),
    Field("sedation_peak", "number", "deepest sedation (MOAA/S)", "points", None, 0, 5),
    Field("ae_assessed", "boolean", "adverse events were asked for"),
    Field("period", "token", "calendar month, as 2026-04; made from a date under a declared determination"),
    Field("record_version", "integer", "version of this record; the higher wins", "count", None, 0, 1_000_000),
    Field("record_status", "code", "active, or withdrawn by the clinic", vocabulary="record_status"),
    Field("scale", "scale", "id of the scale in the catalogue", on_damage="quarantines"),
    Field(
        "score_day",
        "integer",
        "days since the patient's first dosing session",
        "days",
        None,
        -365,
        5000,
        "quarantines",
    ),
    # Both are part of the key of a score: a misspelt one would make two administrations one.
    Field(
        "administration",
        "code",
        "occasion of the administration",
        vocabulary="administration",
        on_damage="quarantines",
    ),
    Field("respondent", "code", "who answered", vocabulary="respondent", on_damage="quarantines"),
    # What a total can be is judged scale by scale; an index by a value set goes below 0.
    Field("total", "number", "stored total of the scale", "points", None, -1, 1000, "quarantines"),
    *(_item(number) for number in range(1, ITEM_COUNT + 1)),
    Field("scale_form", "code", "form of a stored total, from the mapping", vocabulary="scale_form"),
    Field("score_source", "token", "value set or table behind a stored index or T-score, from the mapping"),
    Field("reference_group", "token", "group within a reference sample, from the mapping"),
    Field("secondary_conditions", "codes", "other conditions, split by ;", vocabulary="condition"),
    Field("enrolment_year", "integer", "calendar year of enrolment", "year", None, 1990, 2100),
    Field("age_band", "code", "age at enrolment", "years", vocabulary="age_band"),
    Field("sex", "code", "sex", vocabulary="sex"),
    Field("eligible", "boolean", "met the clinic's criteria at consultation"),
    Field("failed_trials_n", "integer", "failed adequate treatment trials", "count", None, 0, 50),
    Field("benzodiazepine", "boolean", "takes a benzodiazepine"),
    Field("lamotrigine", "boolean", "takes lamotrigine"),
    Field("opioid_antagonist", "boolean", "takes an opioid antagonist"),
    Field("status", "code", "state of the course", vocabulary="course_status"),
    Field("stop_reason", "code", "why the course ended", vocabulary="stop_reason"),
    Field(
        "followed_through",
        "code",
        "last timepoint whose window had closed for this patient at export",
        vocabulary="followed_through",
    ),
    Field(
        "contact_day",
        "integer",
        "days since the patient's first dosing session; before it, negative",
        "days",
        None,
        -365,
        5000,
        "quarantines",
    ),
    # Kind and modality are part of the key of a contact, the event of the key of an adverse event.
    Field("kind", "code", "what the contact was for", vocabulary="contact_kind", on_damage="quarantines"),
    Field("minutes", "number", "length of the contact", "minutes", None, 0, 1440),
    Field("modality", "code", "how they met", vocabulary="modality", on_damage="quarantines"),
    Field("attended", "boolean", "the patient attended; empty = the contact took place"),
    Field("event", "code", "what happened", vocabulary="event", on_damage="quarantines"),
    Field("severity", "code", "how severe it was", vocabulary="severity"),
    Field("serious", "boolean", "met the clinic's criteria of a serious event"),
    Field("related", "boolean", "judged to be related to the session"),
    Field("resolved", "boolean", "over when it was last asked about"),
)

FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _FIELDS})
ITEM_FIELDS: tuple[str, ...] = tuple(f"item_{number:02d}" for number in range(1, ITEM_COUNT + 1))


def answered_items(filled: Collection[str]) -> tuple[str, ...]:
    """The item columns up to the last one that holds an answer: a list of all thirty costs three times one of nine."""
    last = max((number for number, item in enumerate(ITEM_FIELDS, start=1) if item in filled), default=0)
    return ITEM_FIELDS[:last]
