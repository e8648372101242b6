"""Rules on one administered scale, judged by the limits its instrument gives (relation `scale_limits`).

The relation judged (delivered_scores.sql) holds beside the record: items_n (how many answers are given), missing_n
(unanswered items, or groups of items that count as one), has_answer_off_range, has_answer_beyond_last,
has_same_answers (all the same, and not all the lowest), safety_item_unanswered (one of them, or more), expected_total
(the score of complete answers, in the form of the stored total), has_other_form (the declared one is none of the
scale's), and of the scale: scale_known, n_items, total_minimum, total_maximum, total_step (of the declared form),
total_other_steps (of a mean over the answered items), accepts_total, needs_source, max_missing, has_safety_items.
`version_in_doubt` is true for a scale of a delivery that a version guard stopped: one cause, one finding.
"""

from __future__ import annotations

from pipelines.rules.finding import Effect
from pipelines.rules.rule import COUNT_REASON, NONE_REASON, SLIP_REASON, Category, Over, Rule

# A scale counts as long, and uniform answers as remarkable, from this many items on (proposal).
LONG_SCALE_ITEMS = 9
_KNOWN = "scale_known AND NOT version_in_doubt AND NOT has_other_form"
_TOTAL_READ = f"total IS NOT NULL AND accepts_total AND {_KNOWN}"
_IN_RANGE = "total BETWEEN total_minimum AND total_maximum"


def _instrument(
    code: str,
    column: str,
    effect: Effect,
    sentence: str,
    cause: str,
    remedy: str,
    population: str,
    violation: str,
    *,
    kahn: Category = "conformance",
) -> Rule:
    threshold = {"warns": 5, "informs": 100}.get(effect, 0)
    over: Over = "usable" if effect in ("warns", "informs") else "delivered"
    return Rule(
        code=code,
        group="instruments",
        level="instrument",
        kahn=kahn,
        subcategory={"conformance": "computational", "completeness": "none", "plausibility": "atemporal"}[kahn],  # type: ignore[arg-type]
        context="verification" if over == "delivered" else "validation",
        effect=effect,
        threshold_pct=threshold,
        threshold_reason={0: NONE_REASON, 5: SLIP_REASON, 100: COUNT_REASON}[threshold],
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=(("scores", column),),
        over=over,
        population=population,
        violation=violation,
    )


RULES: tuple[Rule, ...] = (
    _instrument(
        "KAP-Q01",
        "scale",
        "quarantines",
        "The scale is one of the instrument catalogue.",
        "a local abbreviation, or an instrument that the catalogue does not hold",
        "map the clinic's name to the catalogue's id",
        "scale IS NOT NULL OR list_contains(unknown, 'scale') OR list_contains(damaged, 'scale')",
        "scale IS NULL OR NOT scale_known",
    ),
    _instrument(
        "KAP-Q02",
        "items",
        "quarantines",
        "An answer is a whole number within the range of its item, and one that the item takes.",
        "answers coded from 1 where the scale starts at 0, another version of the scale, or a missing code",
        "map the answer codes, or name the missing code in the mapping",
        f"items_n > 0 AND n_items > 0 AND {_KNOWN}",
        "has_answer_off_range",
    ),
    _instrument(
        "KAP-Q03",
        "items",
        "quarantines",
        "No answer stands beyond the scale's last item.",
        "another version of the scale, or a question of the form that is not an item",
        "correct the scale's id, or leave the extra column out in the mapping",
        f"items_n > 0 AND {_KNOWN}",
        "has_answer_beyond_last",
    ),
    _instrument(
        "KAP-Q04",
        "total",
        "quarantines",
        "A stored total lies within the scale's range.",
        "another version or form of the scale, a sum where the score is a mean, or a missing code",
        "deliver the items, declare scale_form in the mapping, or correct the total",
        _TOTAL_READ,
        f"NOT ({_IN_RANGE})",
    ),
    _instrument(
        "KAP-Q05",
        "total",
        "quarantines",
        "A stored total is one the scale can give.",
        "a total prorated or averaged before export, or another form of the scale",
        "deliver the items, or the total as the scale's manual gives it",
        f"{_TOTAL_READ} AND {_IN_RANGE} AND total_step > 0 AND expected_total IS NULL",
        # A mean over the answered items has other steps than one over all of them.
        "NOT is_on_step(total, total_minimum, total_step) AND (len(total_other_steps) = 0 "
        "OR NOT list_bool_or([is_on_step(total, total_minimum, step) FOR step IN total_other_steps]))",
    ),
    _instrument(
        "KAP-Q06",
        "total",
        "quarantines",
        "A stored total agrees with its complete answers.",
        "a total or an answer corrected alone, or items in another order",
        "correct the one that is wrong",
        f"{_TOTAL_READ} AND {_IN_RANGE} AND expected_total IS NOT NULL",
        "abs(total - expected_total) > CASE WHEN total_step = round(total_step) THEN 0.000001 ELSE 0.051 END",
    ),
    _instrument(
        "KAP-Q07",
        "",
        "quarantines",
        "A score has a total or at least one answer.",
        "the scale was planned and not done, or a total was delivered that the scale does not define",
        "leave the row out, or deliver its answers",
        "scale_known AND NOT list_contains(damaged, 'total') "
        "AND len(list_filter(damaged, lambda name: starts_with(name, 'item_'))) = 0",
        "items_n = 0 AND (total IS NULL OR NOT coalesce(accepts_total, TRUE))",
        kahn="completeness",
    ),
    _instrument(
        "KAP-Q08",
        "total",
        "blanks",
        "No total is delivered for a form that has no validated total.",
        "the form's answers were added up locally (the BAM has subscales only)",
        "deliver the answers; the subscales are scored from them",
        "scale_known AND NOT accepts_total AND items_n > 0",
        "total IS NOT NULL",
    ),
    _instrument(
        "KAP-Q09",
        "items",
        "warns",
        "Enough items are answered for a score.",
        "pages skipped, or items not asked",
        "ask for the missing answers at the visit",
        f"total IS NULL AND items_n > 0 AND max_missing IS NOT NULL AND {_KNOWN}",
        "missing_n > max_missing",
        kahn="completeness",
    ),
    _instrument(
        "KAP-Q10",
        "items",
        "informs",
        "Each item on thoughts of death or self-harm is answered.",
        "the question was skipped",
        "a clinician asks it at the next contact; it is never filled in",
        f"items_n > 0 AND has_safety_items AND {_KNOWN}",
        "safety_item_unanswered",
        kahn="completeness",
    ),
    _instrument(
        "KAP-Q11",
        "items",
        "warns",
        "The answers to a long scale are not all the same (all at its upper end: KAP-Q21).",
        "a form ticked down one column",
        "look at the form with the patient",
        f"n_items >= {LONG_SCALE_ITEMS} AND items_n = n_items",
        "has_same_answers AND expected_total IS DISTINCT FROM total_maximum",
        kahn="plausibility",
    ),
    _instrument(
        "KAP-Q12",
        "respondent",
        "informs",
        "A scale is answered by the one it is made for.",
        "a self-report form read out by a clinician, or a proxy",
        "record who answered; such a score is used only where no other of the day is there",
        "respondent IS NOT NULL AND own_respondent IS NOT NULL",
        "respondent <> own_respondent",
        kahn="plausibility",
    ),
    _instrument(
        "KAP-Q13",
        "scale_form",
        "quarantines",
        "A declared form is one that the scale has.",
        "another version of the scale, which is another scale, or a form for which no factor is known",
        "deliver the scale's own form, or the answers; leave scores of another version out of the delivery",
        "scale_form IS NOT NULL AND scale_known",
        "has_other_form",
    ),
    _instrument(
        "KAP-Q14",
        "score_source",
        "warns",
        "A stored index or T-score names the value set or table it was made with.",
        "several countries' value sets and tables are in use, and no line of the mapping says which",
        "name it in the mapping (score_source), as england_5l",
        "total IS NOT NULL AND needs_source",
        "score_source IS NULL",
        kahn="completeness",
    ),
)
