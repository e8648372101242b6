"""Rules on how long a session takes, and on infusions of hours for pain, which have limits of their own.

Sources: clinical.md section 4 and clinical_facts.yaml `session_rules.timing`. Limits marked (proposal) are derived
from the ranges cited there; those marked † have no source at all.
"""

from __future__ import annotations

from pipelines.rules.rule import Rule
from pipelines.rules.softer import COUNTED, SLIPS, Tolerated, softer

# Longer than the usual range of an infusion: hours, as protocols for pain run (Cohen 2018).
HOURS_LONG_MINUTES = 120
_HOURS_LONG = f"route = 'iv' AND dosing_minutes > {HOURS_LONG_MINUTES}"
# By a record alone. Where it states no condition, nothing is set aside for want of one.
PAIN_INFUSION_AS_DELIVERED = f"coalesce({_HOURS_LONG} AND coalesce(condition, 'chronic_pain') = 'chronic_pain', FALSE)"
# By the session's condition, else by those of the patient's courses.
PAIN_INFUSION = (
    f"coalesce({_HOURS_LONG} AND (condition = 'chronic_pain' "
    "OR condition IS NULL AND list_contains(patient_conditions, 'chronic_pain')), FALSE)"
)
_HOURS = "(dosing_minutes / 60)"
_PER_KG = "coalesce(dose_mg_per_kg, dose_mg / weight_kg)"
# Latest published peak in minutes: esketamine 20 to 40, IM 5 to 15, lozenge 15 to 60, nose 14 to 23.
_PEAK = "CASE WHEN drug = 'esketamine' THEN 40 WHEN route = 'im' THEN 15 WHEN route = 'sublingual' THEN 60 ELSE 23 END"
_LENGTH_REMEDY = "check the length and its unit against the source; map hours to minutes in the mapping"


def _timed(
    code: str,
    column: str,
    tolerated: Tolerated,
    sentence: str,
    cause: str,
    population: str,
    violation: str,
    remedy: str = _LENGTH_REMEDY,
) -> Rule:
    pair = ("sessions", column)
    return softer(code, "ranges", pair, tolerated, sentence, cause, remedy, population, violation, level="field")


RULES: tuple[Rule, ...] = (
    _timed(
        "KAP-R16",
        "dose_mg",
        SLIPS,
        "An infusion of hours for pain runs at 0.35 mg/kg an hour or less, without a weight at 22 mg (Cohen 2018; as a "
        "limit a proposal).",
        "a dose of several infusions in one row, minutes of one part only, or another protocol",
        f"{PAIN_INFUSION} AND (dose_mg IS NOT NULL OR dose_mg_per_kg IS NOT NULL)",
        # Rounded as doses are written: the limit itself is no excess.
        f"CASE WHEN {_PER_KG} IS NULL THEN round(dose_mg / {_HOURS}, 3) > 22 "
        f"ELSE round({_PER_KG} / {_HOURS}, 3) > 0.35 END",
        "check dose, weight and length of the infusion against the source",
    ),
    _timed(
        "KAP-R17",
        "dosing_minutes",
        SLIPS,
        "Dosing by injection takes at most 30 minutes (proposal without a source †).",
        "the length of the whole visit in the column of dosing",
        "route IN ('im', 'sc') AND dosing_minutes IS NOT NULL",
        "dosing_minutes > 30",
    ),
    _timed(
        "KAP-R18",
        "dosing_minutes",
        SLIPS,
        "A dose under the tongue or swallowed is taken within 60 minutes (its latest peak; as a limit a proposal).",
        "the length of the experience or of the visit in the column of dosing",
        "route IN ('sublingual', 'oral') AND dosing_minutes IS NOT NULL",
        "dosing_minutes > 60",
    ),
    _timed(
        "KAP-R19",
        "dosing_minutes",
        SLIPS,
        "Dosing by the nose takes at most 60 minutes (proposal without a source †).",
        "the observation counted into dosing",
        "route = 'intranasal' AND dosing_minutes IS NOT NULL",
        "dosing_minutes > 60",
    ),
    _timed(
        "KAP-R20",
        "onset_minutes",
        COUNTED,
        "The experience begins no later after dosing than the route's latest published peak.",
        "the peak or a time of day recorded as onset, or a late response",
        "onset_minutes IS NOT NULL AND dosing_minutes IS NOT NULL AND route IN ('im', 'sublingual', 'intranasal')",
        f"onset_minutes > dosing_minutes + {_PEAK}",
        "record onset in minutes from the start of dosing",
    ),
    _timed(
        "KAP-R21",
        "recovery_minutes",
        SLIPS,
        "Dosing, monitoring and recovery take 45 to 360 minutes together (proposal).",
        "minutes and hours mixed, or one length that holds the others",
        f"dosing_minutes IS NOT NULL AND monitoring_minutes IS NOT NULL AND recovery_minutes IS NOT NULL "
        f"AND NOT {PAIN_INFUSION}",
        "dosing_minutes + monitoring_minutes + recovery_minutes NOT BETWEEN 45 AND 360",
    ),
    _timed(
        "KAP-R22",
        "integration_after_minutes",
        COUNTED,
        "Integration begins within a week of dosing (proposal without a source †).",
        "the appointment was late, or the time was counted from another event",
        "integration_after_minutes IS NOT NULL",
        "integration_after_minutes > 7 * 24 * 60",
        "count minutes from the end of dosing to the start of integration",
    ),
)
