"""Rules on what a record leaves out. A value that another rule set aside is not counted again."""

from __future__ import annotations

from pipelines.rules.finding import Effect
from pipelines.rules.rule import COUNT_REASON, GAP_REASON, Rule

# The one rule on a whole record is that on its dose.
_DOSE_AS_DELIVERED = "NOT list_has_any(set_aside, ['dose_mg', 'dose_mg_per_kg'])"


def _missing(
    code: str,
    pair: tuple[str, str],
    effect: Effect,
    sentence: str,
    cause: str,
    remedy: str,
    population: str = "TRUE",
    violation: str = '"{column}" IS NULL',
) -> Rule:
    judged = effect == "warns"
    as_delivered = "NOT list_contains(set_aside, '{column}')" if pair[1] else _DOSE_AS_DELIVERED
    return Rule(
        code=code,
        group="completeness",
        level="field" if pair[1] else "row",
        kahn="completeness",
        subcategory="none",
        context="verification",
        effect=effect,
        threshold_pct=20 if judged else 100,
        threshold_reason=GAP_REASON if judged else COUNT_REASON,
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=(pair,),
        over="usable",
        population=f"{as_delivered} AND ({population})",
        violation=violation,
    )


RULES: tuple[Rule, ...] = (
    _missing(
        "KAP-A01",
        ("sessions", ""),
        "warns",
        "A session has a dose, in mg or in mg/kg.",
        "the dose is kept in another system",
        "deliver dose_mg, or dose_mg_per_kg",
        violation="dose_mg IS NULL AND dose_mg_per_kg IS NULL",
    ),
    _missing(
        "KAP-A02",
        ("sessions", "therapist_presence"),
        "warns",
        "The presence of the therapist during dosing is recorded.",
        "the column is not part of the clinic's record",
        "record it, or map a column of the export to therapist_presence",
    ),
    _missing(
        "KAP-A03",
        ("sessions", "ae_assessed"),
        "warns",
        "It is recorded whether adverse events were asked for.",
        "only events are recorded, so that silence could mean either",
        "deliver ae_assessed for every session",
    ),
    _missing(
        "KAP-A04",
        ("sessions", "weight_kg"),
        "warns",
        "A session dosed by one unit alone has a weight to convert it.",
        "weight is taken once, at the consultation",
        "deliver the weight with each session",
        population="(dose_mg IS NULL) <> (dose_mg_per_kg IS NULL)",
    ),
    _missing(
        "KAP-A05",
        ("sessions", "condition"),
        "informs",
        "A session's condition stands in the session or in one of the patient's courses.",
        "the clinic delivers conditions in courses, and this patient's course is missing",
        "deliver the patient's course: without a condition the course of care is held out",
        violation="condition IS NULL AND patient_conditions IS NULL",
    ),
    _missing(
        "KAP-A06",
        ("courses", "followed_through"),
        "informs",
        "A course says through which timepoint its patient was followed at export.",
        "the export does not tell who was not due yet from who was lost",
        "deliver followed_through: without it every timepoint counts as due",
    ),
    _missing(
        "KAP-A07",
        ("courses", "stop_reason"),
        "informs",
        "A course that ended says why.",
        "the reason is kept in free text",
        "map the clinic's reasons to the words of stop_reason",
        population="status IN ('completed', 'withdrawn', 'lost')",
    ),
    _missing(
        "KAP-A08",
        ("adverse_events", "serious"),
        "warns",
        "An adverse event says whether it was serious.",
        "only severity is recorded",
        "deliver serious for every event: an empty one is not counted as serious",
    ),
)
