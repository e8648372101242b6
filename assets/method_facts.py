"""What the methods page states of scales, rules and licences, from the catalogues and the settings in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, get_args

from pipelines.care.windows import Windows
from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.instruments.overriding import NOT_DEFINED, in_force
from pipelines.rules.catalogue import BY_CODE, threshold_in_force
from pipelines.rules.finding import Effect
from pipelines.rules.held_out import HELD_OUT_RULES
from pipelines.rules.rule import COUNT_REASON, Rule
from pipelines.rules.shown_sql import counting_sql
from pipelines.settings_sections import Settings, ThresholdSettings
from reports.about import Cut, Fact, Form, Licence, Override, RuleFact, Scale, Window

# The source and its status of a reliable change that this network computed from its own baselines.
_FROZEN_SOURCE = "Jacobson and Truax 1991 (formula); this network's baselines (SD)"
_FROZEN_STATUS = "computed"

NOTICES = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. "
    "and the LOINC Committee and is available at no cost under the license at http://loinc.org/license. LOINC is a "
    "registered trademark of Regenstrief Institute, Inc.",
    "Charts are drawn by Vega and Vega-Lite, copyright the University of Washington Interactive Data Lab, "
    "BSD-3-Clause.",
)


def windows(given: Windows) -> tuple[Window, ...]:
    """The windows of follow-up in force."""
    return tuple(Window(t.name, t.anchor, t.first_day, t.last_day, t.target_day) for t in given.timepoints)


def lengths(given: Windows) -> dict[str, float]:
    """Every other length of care in force, by the name of its setting."""
    return {name: value for name, value in asdict(given).items() if name != "timepoints"}


def scales(frozen: Mapping[str, float], catalogue: Catalogue | None = None) -> dict[str, Scale]:
    """Every outcome scale by its id with the cuts in force; `frozen`: this network's reliable changes, in points."""
    frame = (catalogue or load_catalogue()).scale_definitions().astype(object)
    rows = frame.where(frame.notna(), None).to_dict("records")
    return {str(row["scale"]): _scale(row, frozen.get(row["scale"])) for row in rows}


def facts(frozen: Mapping[str, float], catalogue: Catalogue | None = None) -> Iterator[Fact]:
    """Every cited fact of the catalogue, by form and scale; a scale's frozen reliable change after its other facts."""
    cited = [
        Fact(row["scale"], row["fact"], f"{row['stated']}. {row['note']}".strip(), row["source"], row["source_status"])
        for row in (catalogue or load_catalogue()).facts().to_dict("records")
    ]
    computed = [
        Fact(scale, "reliable_change_frozen", f"{value:g} points", _FROZEN_SOURCE, _FROZEN_STATUS)
        for scale, value in sorted(frozen.items())
    ]
    yield from sorted([*cited, *computed], key=lambda fact: fact.scale)


def overrides(settings: Settings, frozen: Mapping[str, float]) -> Iterator[Override]:
    """Every override of the settings, by clinic: what it replaces, what holds instead, and why."""
    for clinic_id in settings.overriding_clinics:
        own = settings.overrides_of(clinic_id)
        before, after = load_catalogue().scales, load_catalogue().overridden(own).scales
        for override in own:
            scale, _, fact = override.definition.rpartition(".")
            replaced = in_force(before[scale], fact)
            if fact == "reliable_change" and replaced == NOT_DEFINED and scale in frozen:
                replaced = f"{frozen[scale]:g} points"
            yield Override(clinic_id, scale, fact, replaced, in_force(after[scale], fact), override.reason)


def rules(thresholds: ThresholdSettings) -> dict[str, RuleFact]:
    """Every rule in the order of the catalogue with its threshold in force, then what is only counted."""
    tightened = thresholds.of_rules()
    counted = {
        code: RuleFact(
            told.sentence,
            ("informs",),
            threshold_reason=COUNT_REASON,
            cause=told.cause,
            remedy=told.remedy,
            where=(("courses_of_care", ""),),
        )
        for code, told in HELD_OUT_RULES.items()
    }
    return {code: _rule(rule, threshold_in_force(rule, tightened)) for code, rule in BY_CODE.items()} | counted


def forms() -> Iterator[Form]:
    """Every instrument with the ids of its scales."""
    for form in load_catalogue().instruments.values():
        yield Form(form.id, form.name, form.construct, form.respondent, tuple(scale.id for scale in form.scales))


def instruments() -> Iterator[Licence]:
    """Under what each instrument may be used."""
    for instrument in load_catalogue().instruments.values():
        licence = instrument.licence
        yield Licence(instrument.name, licence.status, licence.holder, licence.source, licence.source_status)


def _rule(rule: Rule, threshold_pct: float) -> RuleFact:
    return RuleFact(
        sentence=rule.sentence,
        effects=tuple(sorted({rule.effect_on(column) for _, column in rule.applies}, key=get_args(Effect).index)),
        threshold_pct=threshold_pct,
        threshold_reason=rule.threshold_reason,
        cause=rule.cause,
        remedy=rule.remedy,
        kahn=rule.kahn,
        context=rule.context,
        where=rule.applies,
        subcategory=rule.subcategory,
        level=rule.level,
        sql={(table, column): counting_sql(rule, table, column, threshold_pct) for table, column in rule.applies},
        group=rule.group,
    )


def _scale(row: Mapping[Any, Any], frozen: float | None) -> Scale:
    direction = row["direction"]
    computed = None if frozen is None else Cut(">=", frozen, "points", _FROZEN_SOURCE, _FROZEN_STATUS)
    return Scale(
        name=row["name"],
        lower_is_better=None if direction is None else direction == "lower_is_better",
        minimum=row["minimum"],
        maximum=row["maximum"],
        recall_days=row["recall_days"],
        respondent=row["own_respondent"] or "",
        response=_cut(row, "response", ">=", row["response_unit"]),
        remission=_cut(row, "remission", row["remission_op"], "score"),
        caseness=_cut(row, "caseness", row["caseness_op"], "score", row["caseness_value_female"]),
        reliable_change=_cut(row, "reliable_change", ">=", "points") or computed,
    )


def _cut(row: Mapping[Any, Any], name: str, comparison: Any, unit: Any, female: float | None = None) -> Cut | None:
    value = row.get(f"{name}_value", row.get(name))
    if value is None:
        return None
    return Cut(comparison, value, unit, row[f"{name}_source"], row[f"{name}_source_status"], female)
