"""Rules on a whole delivery. They block the clinic's pending data; settings may tighten the first two."""

from __future__ import annotations

from pipelines.rules.rule import NONE_REASON, Category, Expected, Level, Over, Rule, Subcategory

# Limits of the version guards (proposals). One or two totals over the maximum are slips, quarantined as rows.
GUARD_TOTALS_N = 3
GUARD_TOTALS_PCT = 5
WHO5_TOTALS_N = 5
WHO5_RAW_MAXIMUM = 25

_QUARANTINE_REASON = "CONTRACT.md section 2: over 20 % of a delivery's rows quarantined blocks it"
_LOSS_REASON = "CONTRACT.md section 2: a snapshot that loses over 20 % is refused unless confirmed"
_CONFLICT_REASON = "CONTRACT.md section 2: over 5 % of keys in conflict blocks a delivery"
# The index is a multiple of 4 up to 100: a few low totals may be either form, several that are no multiple cannot.
_RAW_WHO5 = (
    f"undeclared_maximum <= {WHO5_RAW_MAXIMUM} OR (undeclared_off_step_n >= {GUARD_TOTALS_N} "
    f"AND 100 * undeclared_off_step_n >= {GUARD_TOTALS_PCT} * undeclared_n)"
)
# `other_n` of `totals_n` totals lie above the scale's maximum and within the other version's.
_OTHER_VERSION = f"other_n >= {GUARD_TOTALS_N} AND 100 * other_n >= {GUARD_TOTALS_PCT} * totals_n"


def _blocking(
    code: str,
    pair: tuple[str, str],
    sentence: str,
    cause: str,
    remedy: str,
    over: Over,
    *,
    population: str = "TRUE",
    violation: str = "",
    expected: Expected = "flag",
    threshold_pct: float = 0,
    threshold_reason: str = NONE_REASON,
    level: Level = "table",
    kahn: Category = "conformance",
    subcategory: Subcategory = "relational",
) -> Rule:
    return Rule(
        code=code,
        group="deliveries",
        level=level,
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
        over=over,
        population=population,
        violation=violation,
        expected=expected,
    )


RULES: tuple[Rule, ...] = (
    _blocking(
        "KAP-D01",
        ("deliveries", "quarantined_pct"),
        "At most a fifth of a delivery's records is quarantined.",
        "a changed export or mapping, so that a whole column cannot be read",
        "look at the reasons of the quarantined rows, correct the mapping or the export, deliver again",
        "deliveries",
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
        "deliveries",
        expected="at_most",
        threshold_pct=5,
        threshold_reason=_CONFLICT_REASON,
        kahn="plausibility",
        subcategory="uniqueness",
    ),
    _blocking(
        "KAP-D03",
        ("deliveries", "keys_n"),
        "A delivery with records has at least one usable key.",
        "the pseudonym or the day is missing in the whole file",
        "map the columns of the key",
        "deliveries",
        expected="at_least",
    ),
    _blocking(
        "KAP-D07",
        ("deliveries", "lost_pct"),
        "A snapshot holds at least four fifths of the rows that stood before it.",
        "an export of a part of the clinic's records, or rows deleted at the source",
        "deliver the whole table, or confirm the loss: kap receipts confirm ID --why ...",
        "deliveries",
        expected="at_most",
        threshold_pct=20,
        threshold_reason=_LOSS_REASON,
        kahn="completeness",
        subcategory="none",
    ),
    _blocking(
        "KAP-D04",
        ("scores", "ybocs"),
        "Y-BOCS totals are those of the first edition (0 to 40).",
        "Y-BOCS-II, whose totals reach 50",
        "deliver the first edition's scores; the second is another scale",
        "guards",
        population="scale = 'ybocs'",
        violation=_OTHER_VERSION,
        level="instrument",
    ),
    _blocking(
        "KAP-D05",
        ("scores", "peg"),
        "PEG totals are means (0 to 10).",
        "the sum of the three answers, which reaches 30",
        "divide the sum by three, or deliver the answers",
        "guards",
        population="scale = 'peg'",
        violation=_OTHER_VERSION,
        level="instrument",
    ),
    _blocking(
        "KAP-D06",
        ("scores", "who5"),
        "WHO-5 totals whose form is not declared do not all look like the raw form (0 to 25).",
        "raw sums delivered without scale_form: raw",
        "declare scale_form in the mapping: raw or index",
        "guards",
        population=f"scale = 'who5' AND undeclared_n >= {WHO5_TOTALS_N}",
        violation=_RAW_WHO5,
        level="instrument",
    ),
)
