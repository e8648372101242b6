"""Rows of the relations the catalogue gives: what the other parts read of an instrument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pipelines.instruments.forms import VersionGuard
from pipelines.instruments.model import Instrument, Items, Scale

DEFINITION_KINDS: Mapping[str, type] = MappingProxyType(
    {
        "scale": str,
        "source_scale": str,
        "name": str,
        "construct": str,
        "direction": str,
        "minimum": float,
        "maximum": float,
        "step": float,
        "role": str,
        "own_respondent": str,
        "first_followup_day": int,
        "recall_days": int,
        "response_unit": str,
        "response_value": float,
        "remission_op": str,
        "remission_value": float,
        "caseness_op": str,
        "caseness_value": float,
        "caseness_value_male": float,
        "caseness_value_female": float,
        "reliable_change": float,
        "alpha": float,
        "response_source": str,
        "response_source_status": str,
        "remission_source": str,
        "remission_source_status": str,
        "caseness_source": str,
        "caseness_source_status": str,
        "reliable_change_source": str,
        "reliable_change_source_status": str,
        "alpha_source": str,
        "alpha_source_status": str,
    }
)

GUARD_COLUMNS = (
    *("scale", "kind", "own_forms", "own_minimum", "own_maximum", "own_step"),
    *("other_minimum", "other_maximum", "other_step", "same_at_zero", "converted_step"),
    "refuses_alike",
)


def definition(instrument: Instrument, scale: Scale) -> dict[str, Any]:
    """The default rules of a scale in force, each with its source."""
    # A level reached is no change, and a cut on single answers says nothing of a score.
    response = scale.response if scale.response and scale.response.unit != "level" else None
    caseness = scale.caseness if scale.caseness and scale.caseness.applies_to is None else None
    remission = scale.remission
    alpha = next((entry for entry in scale.reliability if entry.default), None)
    cited = {
        "response": response,
        "remission": remission,
        "caseness": caseness,
        "reliable_change": scale.default_reliable_change,
        "alpha": alpha,
    }
    row: dict[str, Any] = {
        "scale": scale.id,
        "source_scale": instrument.id,
        "name": scale.name,
        "construct": instrument.construct,
        "direction": None if scale.direction == "acute_effect" else scale.direction,
        "minimum": scale.scoring.minimum,
        "maximum": scale.scoring.maximum,
        "step": scale.scoring.step,
        "role": scale.role,
        "own_respondent": None if instrument.respondent == "either" else instrument.respondent,
        "first_followup_day": instrument.first_follow_up.day if instrument.first_follow_up else 0,
        "recall_days": instrument.recall.days,
        "response_unit": response and response.unit,
        "response_value": response and response.value,
        "remission_op": remission and remission.op,
        "remission_value": remission and remission.value,
        "caseness_op": caseness and caseness.op,
        "caseness_value": caseness and caseness.value,
        "caseness_value_male": caseness and caseness.male,
        "caseness_value_female": caseness and caseness.female,
        "reliable_change": scale.default_reliable_change and scale.default_reliable_change.value,
        "alpha": scale.alpha,
    }
    for name, fact in cited.items():
        row[f"{name}_source"] = fact and fact.source
        row[f"{name}_source_status"] = fact and fact.source_status
    return row


def rule(instrument: Instrument, scale: Scale) -> dict[str, Any]:
    """What scoring needs of a scale."""
    ranges = instrument.items.limits
    items = instrument.items
    safety = scale.safety_items
    return {
        "scale": scale.id,
        "source_scale": instrument.id,
        "item_groups": [list(group) for group in scale.groups(instrument.items.count)],
        "reversed": list(items.reversed),
        "item_legal": _legal(items),
        "skips": [{"after": skip.after, "items": list(skip.items)} for skip in items.skips],
        "levels": [
            {
                "score": level.score,
                "conditions": [
                    {"items": list(each.items), "at_least": each.at_least, "needed": each.needed}
                    for each in level.conditions
                ],
            }
            for level in scale.scoring.levels
        ],
        "parts": [{"scale": name, "cut": cut} for name, cut in scale.scoring.parts.items()],
        "not_from_items": scale.scoring.not_from_items,
        "item_minimum": [lowest for lowest, _ in ranges],
        "item_maximum": [highest for _, highest in ranges],
        "combine": scale.scoring.combine,
        "factor": scale.scoring.factor,
        "minimum": scale.scoring.minimum,
        "maximum": scale.scoring.maximum,
        "max_missing": scale.missing.max_missing,
        "prorate_method": scale.missing.method,
        # Rules on delivered records look at one item; a form with several has them in `safety_items`.
        "safety_item": safety[0].item if len(safety) == 1 else None,
        "safety_positive_at": safety[0].positive_at if len(safety) == 1 else None,
        "safety_items": [{"item": entry.item, "positive_at": entry.positive_at} for entry in safety],
        "accepts_total": scale.accepts_total,
        "form_is_scale": instrument.is_scale,
        "raw_minimum": scale.raw_form and scale.raw_form.minimum,
        "raw_maximum": scale.raw_form and scale.raw_form.maximum,
        "raw_factor": scale.raw_form and scale.raw_form.factor,
        "raw_forms": list(scale.raw_form.forms) if scale.raw_form else [],
    }


def limits(instrument: Instrument, identifier: str, numbers: Iterable[int], scale: Scale | None) -> dict[str, Any]:
    """The legal items `numbers` and totals (of `scale`; None = no total) of an id a score row may carry."""
    own = set(numbers)
    takes_total = scale is not None and scale.accepts_total
    allowed = [limit if number in own else (None, None) for number, limit in enumerate(instrument.items.limits, 1)]
    return {
        "scale": identifier,
        "instrument": instrument.id,
        "n_items": len(own),
        "item_minimum": [lowest for lowest, _ in allowed],
        "item_maximum": [highest for _, highest in allowed],
        "item_legal": _legal(instrument.items),
        "item_step": 1.0,
        "total_minimum": scale.scoring.minimum if scale and takes_total else None,
        "total_maximum": scale.scoring.maximum if scale and takes_total else None,
        "total_step": scale.scoring.step if scale and takes_total else None,
        "total_other_steps": _prorated_steps(instrument, scale) if scale and takes_total else [],
        "raw_maximum": scale.raw_form.maximum if scale and scale.raw_form else None,
        "forms": declared_forms(instrument, scale),
        "needs_source": scale is not None and scale.needs_source,
        "accepts_total": takes_total,
    }


def declared_forms(instrument: Instrument, scale: Scale | None) -> list[str]:
    """Every word of `scale_form` under which a record of the scale, or of a form without one (None), is taken."""
    scales = instrument.scales if scale is None else (scale,)
    raw = (word for each in scales if each.raw_form for word in each.raw_form.forms)
    return sorted({*raw, *(word for each in scales for word in each.declared_own)})


def _prorated_steps(instrument: Instrument, scale: Scale) -> list[float]:
    """Steps of a mean over the answered items, where some may be unanswered: a half, a third ... of a point."""
    if scale.missing.method != "mean_of_answered":
        return []
    answered = len(scale.groups(instrument.items.count))
    return [scale.scoring.factor / (answered - missing) for missing in range(1, scale.missing.max_missing + 1)]


def guard(scale: Scale, guarded: VersionGuard) -> dict[str, Any]:
    """A look-alike of a scale: the scores of both."""
    raw = scale.raw_form
    converts = raw is not None and set(guarded.forms) == set(raw.forms)
    return {
        "scale": scale.id,
        "kind": guarded.kind,
        "own_forms": list(scale.declared_own),
        "own_minimum": scale.scoring.minimum,
        "own_maximum": scale.scoring.maximum,
        "own_step": scale.scoring.step,
        "other_minimum": guarded.minimum,
        "other_maximum": guarded.maximum,
        "other_step": guarded.step,
        # Zero is zero in a form that a factor turns into this one, and this one's totals go in steps of that factor.
        "same_at_zero": converts,
        "converted_step": float(raw.factor) * guarded.step if raw is not None and converts else None,
        "refuses_alike": guarded.alike == "blocks",
    }


def _legal(items: Items) -> list[list[float] | None] | None:
    """The only answers of each item, None where the range alone counts; None for a form without such an item."""
    if not items.legal:
        return None
    return [list(items.legal[number]) if number in items.legal else None for number in range(1, items.count + 1)]


def own_items(instrument: Instrument, scale: Scale) -> list[int]:
    """Item numbers that may be delivered under the scale's id: the whole form under the form's own id."""
    if scale.id == instrument.id:
        return list(range(1, instrument.items.count + 1))
    return sorted(number for group in scale.groups(instrument.items.count) for number in group)


def in_words(fact: Any) -> str:
    """The values of a fact as `name value` pairs, without its citation."""
    hidden = {"source", "source_status", "note"}
    pairs = ((name, getattr(fact, name)) for name in fact.__dataclass_fields__ if name not in hidden)
    stated = ((name, value) for name, value in pairs if value is not None and value is not False)
    return "; ".join(f"{name} {_plain(value)}" for name, value in stated if value not in ((), {})) or "none"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    if isinstance(value, tuple):
        return ", ".join("-".join(map(_plain, inner)) if isinstance(inner, tuple) else _plain(inner) for inner in value)
    return "yes" if value is True else str(value)
