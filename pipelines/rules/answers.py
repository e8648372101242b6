"""Rules on answers that hardly go together, and what is read of a form for them before its answers are left behind."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.rules.instruments import LONG_SCALE_ITEMS
from pipelines.rules.rule import Rule
from pipelines.rules.softer import COUNTED, SLIPS, softer

# Items of which one is left blank by design (clinical.md section 1.4: QIDS-SR16, 6 or 7 and 8 or 9).
EITHER_OR = {"qids_sr16": ((6, 7), (8, 9))}


def added_columns(safety_items: Iterable[tuple[str, int, float]]) -> dict[str, str]:
    """Columns of a delivered score that are told from its answers, as SQL over item_NN.

    safety_items: (scale, item, from which answer on it is positive).
    """
    positive: dict[str, list[str]] = {}
    for scale, item, at in safety_items:
        positive.setdefault(scale, []).append(f"item_{item:02d} >= {at}")
    both = {
        scale: [f"(item_{one:02d} > 0 AND item_{other:02d} > 0)" for one, other in pairs]
        for scale, pairs in EITHER_OR.items()
    }
    return {"safety_item_positive": _any_of(positive), "has_both_of_a_pair": _any_of(both)}


def _any_of(tests: dict[str, list[str]]) -> str:
    """SQL: whether a test of the record's scale holds; an unanswered item is no answer."""
    cases = " ".join(f"WHEN '{scale}' THEN {' OR '.join(own)}" for scale, own in tests.items())
    return f"coalesce(CASE scale {cases} END, FALSE)" if tests else "FALSE"


RULES: tuple[Rule, ...] = (
    softer(
        "KAP-Q21",
        "instruments",
        ("scores", "items"),
        SLIPS,
        "The answers to a long scale are not all at its upper end.",
        "a form ticked down its last column",
        "look at the form with the patient",
        f"n_items >= {LONG_SCALE_ITEMS} AND items_n = n_items AND expected_total IS NOT NULL",
        "expected_total = total_maximum",
        level="instrument",
    ),
    softer(
        "KAP-Q22",
        "instruments",
        ("scores", "items"),
        COUNTED,
        "Of two items that exclude each other one is left blank (QIDS-SR16: 6 or 7, 8 or 9).",
        "a form without its instruction, or both rows ticked",
        "tell the patient that one of the two is asked",
        f"scale IN ({', '.join(repr(scale) for scale in EITHER_OR)}) AND items_n > 0",
        "has_both_of_a_pair",
        level="instrument",
    ),
)
