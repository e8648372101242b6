"""Rules on the totals of one scale in one delivery: are they those of a look-alike form or version?

One rule for each way to tell, for every scale whose instrument names a look-alike (`version_guards` of its file); the
scale stands where other rules have their column. What another form gives is refused; what both may give is flagged.
The relation judged: guards.sql.
"""

from __future__ import annotations

from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.forms import VersionGuard
from pipelines.instruments.model import Scale
from pipelines.rules.finding import Effect
from pipelines.rules.rule import COUNT_REASON, NONE_REASON, Rule

# Proposals. Of another form, one or two totals beyond the range are slips (a lost decimal point), quarantined as rows.
SLIPS_N = 3
SLIPS_PCT = 5
# Totals of another version are whole numbers as this one's are: two beyond the range are its own, unless they are a
# slip in hundreds.
VERSION_FROM_N = 2
VERSION_PCT = 1
# So few totals may all be low, whatever their form; a declared form costs a word.
REFUSED_FROM_N = 5
# If half of a scale's own totals could be another form's, ten in a row come once in 1,000 deliveries (0.5 ** 10). Of
# means of three answers about a third are whole numbers.
FORM_FLAGGED_FROM_N = 10
# If a tenth of a scale's own totals lie where the other version has none, 50 without one come once in 200 deliveries
# (0.9 ** 50 = 0.5 %).
FLAGGED_FROM_N = 50


def guarded_scales() -> tuple[tuple[Scale, VersionGuard], ...]:
    """Every scale with each of its look-alikes, in the order of the catalogue."""
    catalogue = load_catalogue()
    return tuple(
        (catalogue.scales[scale], guard)
        for instrument in catalogue.instruments.values()
        for guard in instrument.version_guards
        for scale in guard.scales or (instrument.id,)
    )


def reaches_beyond(scale: Scale, guard: VersionGuard) -> bool:
    """Whether the other one gives totals outside the scale's own range."""
    if guard.minimum is None or guard.maximum is None:
        return False
    return guard.minimum < scale.scoring.minimum or guard.maximum > scale.scoring.maximum


def _rule(
    code: str,
    effect: Effect,
    sentence: str,
    cause: str,
    remedy: str,
    guarded: list[tuple[Scale, VersionGuard]],
    population: str,
    violation: str,
) -> Rule:
    counted = effect == "informs"
    return Rule(
        code=code,
        group="deliveries",
        level="instrument",
        kahn="conformance",
        subcategory="relational",
        context="verification",
        effect=effect,
        threshold_pct=100 if counted else 0,
        threshold_reason=COUNT_REASON if counted else NONE_REASON,
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=tuple(("scores", scale.id) for scale, _ in guarded),
        over="guards",
        population=f"scale = '{{column}}' AND {population}",
        violation=violation,
    )


_BEYOND = f"beyond_n >= {SLIPS_N} AND 100 * beyond_n >= {SLIPS_PCT} * totals_n"
# One is enough where the other version starts higher and nothing lies below it, unless declared to be this one's.
_BEYOND_AS_VERSION = (
    f"(beyond_n >= {VERSION_FROM_N} AND 100 * beyond_n >= {VERSION_PCT} * totals_n) "
    "OR (beyond_n = 1 AND undeclared_n > 0 AND below_n = 0)"
)
# Totals that all come of the other form by its factor are the scale's own as well: low ones refuse nothing.
_REFUSED = "refuses_alike AND alike_n = undeclared_n AND unconverted_n > 0"
_ONLY_OTHER = f"only_other_n >= {SLIPS_N} AND 100 * only_other_n >= {SLIPS_PCT} * undeclared_n"
_GUARDED = guarded_scales()
_REACHING = [(scale, guard) for scale, guard in _GUARDED if reaches_beyond(scale, guard)]
_ALIKE = [(scale, guard) for scale, guard in _GUARDED if guard.alike]

RULES: tuple[Rule, ...] = (
    _rule(
        "KAP-D04",
        "blocks",
        "Totals do not reach beyond the scale's range into that of another version.",
        "another version or edition, which has more items or other answers",
        "deliver the version that the catalogue names; declare the other one in the mapping (scale_form), and its "
        "scores stay out",
        [(scale, guard) for scale, guard in _REACHING if guard.kind == "version"],
        "kind = 'version' AND totals_n > 0",
        _BEYOND_AS_VERSION,
    ),
    _rule(
        "KAP-D05",
        "blocks",
        "Totals do not reach beyond the scale's range into that of another form of it.",
        "a sum in place of a mean, or a raw sum in place of a T-score",
        "declare scale_form in the mapping, deliver the totals under the id of the form they are in, or the answers",
        [(scale, guard) for scale, guard in _REACHING if guard.kind == "form"],
        "kind = 'form' AND totals_n > 0",
        _BEYOND,
    ),
    _rule(
        "KAP-D06",
        "blocks",
        "Totals whose form is not declared do not all look like another form.",
        "raw sums, means or half steps delivered without scale_form",
        "declare scale_form in the mapping: the form the totals are in, or own if they are the scale's own",
        _ALIKE,
        f"undeclared_n >= {REFUSED_FROM_N}",
        f"({_REFUSED}) OR ({_ONLY_OTHER})",
    ),
    _rule(
        "KAP-D08",
        "warns",
        "Many totals whose form is not declared are not all such as another form or version gives.",
        "another form or version, or people so ill or so well that both give such totals",
        "ask which one was used, and declare it in the mapping (scale_form); own if it is the scale's own",
        _ALIKE,
        f"undeclared_n >= CASE kind WHEN 'form' THEN {FORM_FLAGGED_FROM_N} ELSE {FLAGGED_FROM_N} END",
        f"alike_n = undeclared_n AND NOT ({_REFUSED})",
    ),
    _rule(
        "KAP-D09",
        "informs",
        "Where no total tells a version from its look-alike, the version is declared.",
        "an inventory of which two editions with the same range are in use",
        "declare scale_form in the mapping; own if it is the version that the catalogue names",
        [(scale, guard) for scale, guard in _GUARDED if guard.maximum is None],
        "totals_n > 0",
        "undeclared_n > 0",
    ),
)
# What a guard counts, of what: columns of guards.sql.
_COUNTED = {
    "KAP-D04": ("beyond_n", "totals_n"),
    "KAP-D05": ("beyond_n", "totals_n"),
    "KAP-D06": ("alike_n", "undeclared_n"),
    "KAP-D08": ("alike_n", "undeclared_n"),
    "KAP-D09": ("undeclared_n", "totals_n"),
}


def told_select(guarded_totals: str) -> str:
    """SELECT of what the guards tell of the relation `guarded_totals`: one row per rule, receipt and scale.

    Columns: rule, refuses (it blocks), receipt, scale, told_n totals of of_n.
    """
    return "\nUNION ALL\n".join(
        f"SELECT '{rule.code}' AS rule, {rule.effect == 'blocks'} AS refuses, receipt, scale, "
        f"{_COUNTED[rule.code][0]} AS told_n, {_COUNTED[rule.code][1]} AS of_n "
        f"FROM {guarded_totals} WHERE ({rule.flag_sql(scale)}) = 1"
        for rule in RULES
        for _, scale in rule.applies
    )


def look_alike(rule: str, scale: str) -> str:
    """What the totals of a scale are taken for by a guard, in words."""
    kinds = {"KAP-D04": "version", "KAP-D05": "form"}
    return next(g.mistaken_for for own, g in _GUARDED if own.id == scale and kinds.get(rule, g.kind) == g.kind)
