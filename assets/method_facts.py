"""What the methods page states of scales, rules and licences, from the catalogues and the settings in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, get_args

from pipelines.care.windows import Windows
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import BY_CODE, threshold_in_force
from pipelines.rules.finding import Effect
from pipelines.rules.held_out import HELD_OUT_RULES
from pipelines.rules.rule import COUNT_REASON, Rule
from pipelines.settings_sections import ThresholdSettings
from reports.about import Cut, Fact, Licence, RuleFact, Scale, Window

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


def scales(frozen: Mapping[str, float]) -> dict[str, Scale]:
    """Every outcome scale by its id with the cuts in force; `frozen`: this network's reliable changes, in points."""
    return {row["scale"]: _scale(row, frozen.get(row["scale"])) for row in _definitions()}


def facts(frozen: Mapping[str, float]) -> Iterator[Fact]:
    """Every cited fact of the catalogue, by form and scale; a scale's frozen reliable change after its other facts."""
    cited = [
        Fact(row["scale"], row["fact"], f"{row['stated']}. {row['note']}".strip(), row["source"], row["source_status"])
        for row in load_catalogue().facts().to_dict("records")
    ]
    computed = [
        Fact(scale, "reliable_change_frozen", f"{value:g} points", _FROZEN_SOURCE, _FROZEN_STATUS)
        for scale, value in sorted(frozen.items())
    ]
    yield from sorted([*cited, *computed], key=lambda fact: fact.scale)


def rules(thresholds: ThresholdSettings) -> dict[str, RuleFact]:
    """Every rule in the order of the catalogue with its threshold in force, then what is only counted."""
    tightened = {"KAP-D01": thresholds.quarantined_pct_max, "KAP-D02": thresholds.key_conflict_pct_max}
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
    )


@cache
def _definitions() -> list[dict[Any, Any]]:
    frame = load_catalogue().scale_definitions().astype(object)
    return list(frame.where(frame.notna(), None).to_dict("records"))


def _scale(row: Mapping[str, Any], frozen: float | None) -> Scale:
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


def _cut(row: Mapping[str, Any], name: str, comparison: Any, unit: Any, female: float | None = None) -> Cut | None:
    value = row.get(f"{name}_value", row.get(name))
    if value is None:
        return None
    return Cut(comparison, value, unit, row[f"{name}_source"], row[f"{name}_source_status"], female)
