"""Rules on a whole delivery, and the version guards. Settings may tighten the first two."""

from __future__ import annotations

from pipelines.rules import version_guards
from pipelines.rules.rule import NONE_REASON, Category, Expected, Rule, Subcategory

# The thresholds that have a name of their own in the settings.
NAMED_LIMITS = {"quarantined_pct_max": "KAP-D01", "key_conflict_pct_max": "KAP-D02"}

_QUARANTINE_REASON = "CONTRACT.md section 2: over 20 % of a delivery's rows quarantined blocks it"
_LOSS_REASON = "CONTRACT.md section 2: a snapshot that loses over 20 % is refused unless confirmed"
_CONFLICT_REASON = "CONTRACT.md section 2: over 5 % of keys in conflict blocks a delivery"


def _blocking(
    code: str,
    pair: tuple[str, str],
    sentence: str,
    cause: str,
    remedy: str,
    *,
    expected: Expected,
    threshold_pct: float = 0,
    threshold_reason: str = NONE_REASON,
    kahn: Category = "conformance",
    subcategory: Subcategory = "relational",
) -> Rule:
    return Rule(
        code=code,
        group="deliveries",
        level="table",
        kahn=kahn,
        subcategory=subcategory,
        context="verification",
        effect="blocks",
        threshold_pct=threshold_pct,
        threshold_reason=threshold_reason,
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=(pair,),
        over="deliveries",
        expected=expected,
    )


RULES: tuple[Rule, ...] = (
    _blocking(
        "KAP-D01",
        ("deliveries", "quarantined_pct"),
        "At most a fifth of a delivery's records is quarantined.",
        "a changed export or mapping, so that a whole column cannot be read",
        "look at the reasons of the quarantined rows, correct the mapping or the export, deliver again",
        expected="at_most",
        threshold_pct=20,
        threshold_reason=_QUARANTINE_REASON,
        subcategory="value",
    ),
    _blocking(
        "KAP-D02",
        ("deliveries", "conflict_pct"),
        "At most a twentieth of a delivery's keys stands for two contents.",
        "an export of several states of the same records without record_version",
        "deliver one state, or record_version",
        expected="at_most",
        threshold_pct=5,
        threshold_reason=_CONFLICT_REASON,
        kahn="plausibility",
        subcategory="uniqueness",
    ),
    _blocking(
        "KAP-D03",
        ("deliveries", "keys_n"),
        "A delivery with records has at least one that is not set aside.",
        "the pseudonym, the day or the condition missing in the whole file, or a word or form that no record may have",
        "look at the reasons of the quarantined rows: map the columns or words they name, or deliver a form that the "
        "catalogue scores",
        expected="at_least",
    ),
    _blocking(
        "KAP-D07",
        ("deliveries", "lost_pct"),
        "A snapshot holds at least four fifths of the rows that stood before it.",
        "an export of a part of the clinic's records, or rows deleted at the source",
        "deliver the whole table, or confirm the loss: kap receipts confirm ID --why ...",
        expected="at_most",
        threshold_pct=20,
        threshold_reason=_LOSS_REASON,
        kahn="completeness",
        subcategory="none",
    ),
    *version_guards.RULES,
)
