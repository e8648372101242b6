"""Rules on single values: the limits of a field, and of a dose by its route.

Dose limits: clinical_facts.yaml `session_rules.dose` (clinical.md section 4). All of them are proposals derived from
the ranges cited there, not published limits; only the strengths of intranasal esketamine come from its label.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.contract.fields import FIELDS
from pipelines.contract.tables import TABLES
from pipelines.rules.rule import COUNT_REASON, NONE_REASON, SLIP_REASON, Rule
from pipelines.rules.timing import PAIN_INFUSION, PAIN_INFUSION_AS_DELIVERED

# mg by route: (error below, warn below, warn above, error above); proposals.
_MG = {
    "iv": (1, 10, 150, 500),
    "im": (2, 15, 180, 400),
    "sc": (1, 5, 150, 400),
    "intranasal": (1, 10, 200, 400),
    "sublingual": (1, 25, 600, 1500),
    "oral": (1, 15, 600, 1500),
}
# mg/kg by route, same order; None = no such limit; proposals.
_MG_PER_KG: dict[str, tuple[float | None, float | None, float | None, float | None]] = {
    "iv": (0.01, 0.2, 1.5, 4.5),
    "im": (0.05, 0.25, 2.0, 4.0),
    "sc": (0.02, 0.1, 1.5, 4.0),
    "sublingual": (None, None, 8, None),
    "oral": (None, None, 7, None),
}
# An infusion of hours for pain may carry in each hour what another session may carry as a whole.
_CARRIED = f"CASE WHEN {PAIN_INFUSION_AS_DELIVERED} THEN {{dose}} / (dosing_minutes / 60) ELSE {{dose}} END"
_ESKETAMINE = "route = 'intranasal' AND drug = 'esketamine'"
_KEY_DAYS = ("session_day", "score_day", "contact_day")
_LIMITED = tuple(
    (table.name, field.name)
    for table in TABLES.values()
    for field in table.fields
    if field.maximum is not None
    and field.name not in _KEY_DAYS
    and field.name != "total"
    and not field.name.startswith("item_")
)


def _outside(column: str, limits: Mapping[str, tuple[float | None, ...]], low: int, high: int) -> str:
    """SQL: `column` outside the limits at positions `low` and `high` of its route."""
    cases = []
    for route, values in limits.items():
        tests = [f"{column} < {values[low]}"] if values[low] is not None else []
        tests += [f"{column} > {values[high]}"] if values[high] is not None else []
        if tests:
            cases.append(f"WHEN '{route}' THEN {' OR '.join(tests)}")
    return f"CASE route {' '.join(cases)} ELSE FALSE END"


def _listed(limits: Mapping[str, tuple[float | None, ...]], position: int) -> str:
    return ", ".join(f"'{route}'" for route, values in limits.items() if values[position] is not None)


_WITHIN_FIELD = {
    name: f"{name} BETWEEN {FIELDS[name].minimum} AND {FIELDS[name].maximum}" for name in ("dose_mg", "dose_mg_per_kg")
}
_DOSE_CAUSE = "a wrong unit, a slipped decimal point, another route than recorded, or a rare protocol"
_DOSE_REMEDY = "check dose, unit and route against the source; map the unit in the mapping"


def _limit(code: str, column: str, tables: tuple[str, ...], sentence: str, cause: str, remedy: str) -> Rule:
    return Rule(
        code=code,
        group="ranges",
        level="field",
        kahn="plausibility",
        subcategory="atemporal",
        context="verification",
        effect="column",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=tuple((table, column) for table in tables),
        over="delivered",
        population='"{column}" IS NOT NULL',
        violation='"{column}" NOT BETWEEN {minimum} AND {maximum}',
        expected="within_limits",
    )


def _dose(code: str, sentence: str, column: str, population: str, violation: str, *, blanks: bool) -> Rule:
    return Rule(
        code=code,
        group="ranges",
        level="field",
        kahn="plausibility",
        subcategory="atemporal",
        context="validation",
        effect="blanks" if blanks else "warns",
        threshold_pct=0 if blanks else 5,
        threshold_reason=NONE_REASON if blanks else SLIP_REASON,
        sentence=sentence,
        cause=_DOSE_CAUSE,
        remedy=_DOSE_REMEDY,
        applies=(("sessions", column),),
        over="delivered" if blanks else "usable",
        population=population,
        violation=violation,
    )


def _measured(
    code: str,
    column: str,
    sentence: str,
    cause: str,
    population: str,
    violation: str,
    *,
    informs: bool = False,
) -> Rule:
    return Rule(
        code=code,
        group="ranges",
        level="field",
        kahn="plausibility",
        subcategory="atemporal",
        context="validation",
        effect="informs" if informs else "warns",
        threshold_pct=100 if informs else 5,
        threshold_reason=COUNT_REASON if informs else SLIP_REASON,
        sentence=sentence,
        cause=cause,
        remedy="check the value against the source",
        applies=(("sessions", column),),
        over="usable",
        population=population,
        violation=violation,
    )


RULES: tuple[Rule, ...] = (
    Rule(
        code="KAP-R01",
        group="ranges",
        level="field",
        kahn="plausibility",
        subcategory="atemporal",
        context="verification",
        effect="column",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence="A number lies within its column's limits.",
        cause="a typing error, another unit, or a missing code such as 999",
        remedy="correct the value, map the unit, or name the missing code in the mapping",
        applies=_LIMITED,
        over="delivered",
        population='"{column}" IS NOT NULL',
        violation='"{column}" NOT BETWEEN {minimum} AND {maximum}',
        expected="within_limits",
    ),
    _limit(
        "KAP-R02",
        "session_day",
        ("sessions", "adverse_events"),
        "A session day is counted from the patient's first dosing session: 0 to 5000.",
        "a day counted from another event, or a date left as a number",
        "count days from the first dosing session (day 0)",
    ),
    _limit(
        "KAP-R03",
        "score_day",
        ("scores",),
        "A score lies between one year before the first dosing session and day 5000.",
        "a day counted from another event, or a date left as a number",
        "count days from the first dosing session (day 0)",
    ),
    _dose(
        "KAP-R04",
        "A dose in mg (of an infusion of hours for pain, the mg of one hour) lies within what its route can carry.",
        "dose_mg",
        f"{_WITHIN_FIELD['dose_mg']} AND route IN ({_listed(_MG, 0)}) AND NOT ({_ESKETAMINE})",
        _outside(f"({_CARRIED.format(dose='dose_mg')})", _MG, 0, 3),
        blanks=True,
    ),
    _dose(
        "KAP-R05",
        "A dose in mg/kg (of an infusion of hours for pain, of one hour) lies within what its route can carry.",
        "dose_mg_per_kg",
        f"{_WITHIN_FIELD['dose_mg_per_kg']} AND route IN ({_listed(_MG_PER_KG, 0)})",
        _outside(f"({_CARRIED.format(dose='dose_mg_per_kg')})", _MG_PER_KG, 0, 3),
        blanks=True,
    ),
    _dose(
        "KAP-R06",
        "A dose of intranasal esketamine is 28, 56 or 84 mg.",
        "dose_mg",
        f"{_WITHIN_FIELD['dose_mg']} AND {_ESKETAMINE}",
        "dose_mg NOT IN (28, 56, 84)",
        blanks=True,
    ),
    _dose(
        "KAP-R07",
        "A dose in mg lies in the range usual for its route.",
        "dose_mg",
        f"dose_mg IS NOT NULL AND route IN ({_listed(_MG, 1)}) AND NOT ({_ESKETAMINE}) AND NOT {PAIN_INFUSION}",
        _outside("dose_mg", _MG, 1, 2),
        blanks=False,
    ),
    _dose(
        "KAP-R08",
        "A dose in mg/kg lies in the range usual for its route.",
        "dose_mg_per_kg",
        f"dose_mg_per_kg IS NOT NULL AND route IN ({_listed(_MG_PER_KG, 2)}) AND NOT {PAIN_INFUSION}",
        _outside("dose_mg_per_kg", _MG_PER_KG, 1, 2),
        blanks=False,
    ),
    _measured(
        "KAP-R09",
        "weight_kg",
        "A body weight lies between 40 and 180 kg (proposal).",
        "pounds delivered as kilograms, or an unusual but true weight",
        "weight_kg IS NOT NULL",
        "weight_kg NOT BETWEEN 40 AND 180",
    ),
    _measured(
        "KAP-R10",
        "dosing_minutes",
        "An infusion lasts 20 to 120 minutes (proposal); those of hours for pain have their own limits.",
        "the length of the whole visit in the column of the infusion, or hours delivered as minutes",
        f"route = 'iv' AND dosing_minutes IS NOT NULL AND NOT {PAIN_INFUSION}",
        "dosing_minutes NOT BETWEEN 20 AND 120",
    ),
    _measured(
        "KAP-R11",
        "spo2_min",
        "The lowest oxygen saturation is 92 % or more (proposal).",
        "a true desaturation, or a slipped sensor",
        "spo2_min IS NOT NULL",
        "spo2_min < 92",
    ),
    _measured(
        "KAP-R12",
        "sbp_pre",
        "Blood pressure before dosing is at most 140/90 mmHg (a general guide of the Spravato label); over 160/100 it "
        "is counted by KAP-R23.",
        "the clinician decided to go on, or the reading was repeated",
        "sbp_pre <= 160 AND dbp_pre <= 100",
        "sbp_pre > 140 OR dbp_pre > 90",
        informs=True,
    ),
    _measured(
        "KAP-R13",
        "sbp_peak",
        "The highest blood pressure stays at or under 180/110 mmHg (proposal, a common convention of clinics).",
        "a true rise under ketamine, or a disturbed reading",
        "sbp_peak IS NOT NULL AND dbp_peak IS NOT NULL",
        "sbp_peak > 180 OR dbp_peak > 110",
        informs=True,
    ),
    _measured(
        "KAP-R14",
        "monitoring_minutes",
        "After intranasal esketamine the patient is observed for two hours or more (label).",
        "observation recorded in another column, or ended early",
        f"{_ESKETAMINE} AND monitoring_minutes IS NOT NULL",
        "monitoring_minutes + coalesce(recovery_minutes, 0) < 120",
    ),
    _limit(
        "KAP-R15",
        "contact_day",
        ("contacts",),
        "A contact lies between one year before the first dosing session and day 5000.",
        "a day counted from another event, or a date left as a number",
        "count days from the first dosing session (day 0); days before it are negative",
    ),
)
