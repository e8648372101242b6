"""Rules on readings and weights that must agree with each other, in a session and from one session to the next."""

from __future__ import annotations

from pipelines.rules.rule import Rule
from pipelines.rules.softer import COUNTED, NONE, SLIPS, Tolerated, softer

_READINGS = ("sbp_pre", "dbp_pre", "sbp_peak", "dbp_peak", "sbp_end", "dbp_end")
_ALL_READ = " AND ".join(f"{reading} IS NOT NULL" for reading in _READINGS)
# A kilogram is 2.2 pounds: a weight about that many times the patient's own median is taken for pounds (proposal).
_POUNDS = (
    "(weight_kg / own_median_weight_kg) BETWEEN 2.0 AND 2.4 OR (own_median_weight_kg / weight_kg) BETWEEN 2.0 AND 2.4"
)
_JUDGED_BY_MEDIAN = "own_weight_kg_n >= 3"
# CADSS total over 4 after dosing is the label's own word for dissociation.
_DISSOCIATION_POINTS = 4
_FULL_INFUSION_MINUTES = 40


def _agree(
    code: str,
    column: str | tuple[str, ...],
    tolerated: Tolerated,
    sentence: str,
    cause: str,
    remedy: str,
    population: str,
    violation: str,
) -> Rule:
    columns = (column,) if isinstance(column, str) else column
    pairs = tuple(("sessions", name) for name in columns)
    return softer(code, "consistency", pairs, tolerated, sentence, cause, remedy, population, violation)


RULES: tuple[Rule, ...] = (
    _agree(
        "KAP-X22",
        ("sbp_end", "dbp_end"),
        SLIPS,
        "The last blood pressure is not above the highest.",
        "the last reading was left out when the highest was taken",
        "take the highest reading of the whole session, the last one included",
        '"{column}" IS NOT NULL AND {measure}_peak IS NOT NULL',
        '"{column}" > {measure}_peak',
    ),
    _agree(
        "KAP-X23",
        "dbp_peak",
        SLIPS,
        "The highest diastolic blood pressure is not below the one before dosing.",
        "the peak was taken over the readings after dosing only",
        "take the highest reading of the whole session, the first one included",
        "dbp_peak IS NOT NULL AND dbp_pre IS NOT NULL",
        "dbp_peak < dbp_pre",
    ),
    _agree(
        "KAP-X24",
        "sbp_pre",
        SLIPS,
        "The six readings of a session are not those of the patient's session before.",
        "the form of the last session was copied forward",
        "deliver the readings of each session",
        _ALL_READ,
        "has_readings_of_previous",
    ),
    _agree(
        "KAP-X25",
        "weight_kg",
        SLIPS,
        "A body weight changes by at most 10 % within 30 days (proposal).",
        "a slip of the pen, another patient's weight, or a true change",
        "check the weight against the source",
        "weight_kg IS NOT NULL AND previous_weight_kg IS NOT NULL AND session_day - previous_weight_day <= 30 "
        f"AND NOT coalesce({_JUDGED_BY_MEDIAN} AND ({_POUNDS}), FALSE)",
        "abs(weight_kg - previous_weight_kg) > 0.1 * previous_weight_kg",
    ),
    _agree(
        "KAP-X26",
        "weight_kg",
        NONE,
        "A body weight is not about 2.2 times, or 1/2.2 of, the patient's own median (proposal).",
        "pounds and kilograms in one column",
        "convert pounds in the mapping (factor 0.45359237)",
        f"weight_kg IS NOT NULL AND {_JUDGED_BY_MEDIAN}",
        _POUNDS,
    ),
    _agree(
        "KAP-X27",
        "effect_minutes",
        SLIPS,
        "A session without an experience (intensity 0) has no length of one.",
        "0 used for not recorded",
        "leave the intensity empty when it was not asked",
        "effect_minutes IS NOT NULL AND intensity_0_10 IS NOT NULL AND NOT coalesce(target_effect_reached, FALSE)",
        "intensity_0_10 = 0 AND effect_minutes > 0",
    ),
    _agree(
        "KAP-X28",
        "cadss_peak",
        COUNTED,
        f"A session with a CADSS over {_DISSOCIATION_POINTS} (dissociation by the label) has an intensity over 0.",
        "0 used for not recorded, or two forms filled in at different times",
        "leave the intensity empty when it was not asked",
        "cadss_peak IS NOT NULL AND intensity_0_10 IS NOT NULL AND NOT coalesce(target_effect_reached, FALSE) "
        "AND NOT coalesce(effect_minutes > 0, FALSE)",
        f"intensity_0_10 = 0 AND cadss_peak > {_DISSOCIATION_POINTS}",
    ),
    _agree(
        "KAP-X29",
        "completed",
        COUNTED,
        f"An infusion that was not completed is shorter than a full one ({_FULL_INFUSION_MINUTES} minutes; proposal).",
        "not completed was said of the visit, or the planned length was recorded",
        "record the length that was given",
        "route = 'iv' AND NOT completed AND dosing_minutes IS NOT NULL",
        f"dosing_minutes >= {_FULL_INFUSION_MINUTES}",
    ),
    _agree(
        "KAP-X30",
        "target_effect_reached",
        COUNTED,
        "A session that was not completed does not say that its target effect was reached.",
        "dosing was stopped because the effect was reached, or a box ticked by habit",
        "nothing where dosing was stopped for its effect; else correct the one that is wrong",
        "NOT completed AND target_effect_reached IS NOT NULL "
        f"AND NOT coalesce(route = 'iv' AND dosing_minutes >= {_FULL_INFUSION_MINUTES}, FALSE)",
        "target_effect_reached",
    ),
    _agree(
        "KAP-X31",
        "integration_after_minutes",
        SLIPS,
        "A session without integration (0 minutes) has no time to its start.",
        "the appointment that was planned, not the one that took place",
        "leave the time empty where there was no integration",
        "integration_minutes IS NOT NULL AND integration_after_minutes IS NOT NULL",
        "integration_minutes = 0",
    ),
    _agree(
        "KAP-X32",
        "therapist_presence",
        COUNTED,
        "A session whose therapist came for integration only has had an integration.",
        "the appointment was not kept, or stands among the contacts",
        "record how long integration took; 0 only where there was none",
        "therapist_presence = 'integration_only' AND integration_minutes IS NOT NULL",
        "integration_minutes = 0",
    ),
    softer(
        "KAP-R23",
        "ranges",
        ("sessions", "sbp_pre"),
        SLIPS,
        "Blood pressure before dosing is at most 160/100 mmHg (a convention of clinics, without a source †).",
        "the clinician decided to go on, or a disturbed reading",
        "check the readings against the source",
        "sbp_pre IS NOT NULL AND dbp_pre IS NOT NULL",
        "sbp_pre > 160 OR dbp_pre > 100",
        level="field",
    ),
    softer(
        "KAP-R24",
        "ranges",
        ("sessions", "sbp_end"),
        COUNTED,
        "Blood pressure at the end is at most 140/90 mmHg (the label's guide before dosing; for the end a proposal).",
        "the patient left with a raised pressure, or the reading was taken early",
        "check the readings against the source",
        "sbp_end IS NOT NULL AND dbp_end IS NOT NULL",
        "sbp_end > 140 OR dbp_end > 90",
        level="field",
    ),
)
