"""The tables of rules: by kind (Kahn et al. 2016), those that need a person, and every one, to be filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from reports import figures
from reports.reviewer.trends import counted_cells
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView
from reports.sections.rule_lines import NOT_GOOD, STATUSES, RuleLine

KINDS = ("conformance", "completeness", "plausibility")
CONTEXTS = ("verification", "validation")
# Told apart from the checks that got a verdict.
NO_VERDICT = ("not_applicable", "error")
# So many checks stand on the page at most; all of them are in the file beside it.
SHOWN_MOST_N = 1500
EVERY_RULE = (
    *("rule", "clinic", "where", "rule_kind", "rule_effect", "status"),
    *("failed_n", "evaluated_n", "failed_pct", "threshold", "trend", "first_failed"),
)
FILTERS = ("clinic", "rule_kind", "rule_effect", "status")


def kinds(page: Page, lines: Sequence[RuleLine]) -> Section:
    """Checks passed of those with a verdict, by kind and context; nothing to evaluate and no verdict apart."""
    words = page.words
    heading, sentence = words.say("kinds.heading"), words.say("kinds.sentence")
    placed = [(fact.kahn, fact.context, line) for line in lines if (fact := rule_lines.fact(page, line.rule)).kahn]
    if all(line.status == "not_applicable" for _, _, line in placed):
        return Section("kinds", heading, sentence, empty=words.say("rules.empty"))
    alone = len({line.clinic_id for line in lines}) == 1
    counted = sum(line.is_only_counted and line.status == "passed_with_failures" for _, _, line in placed)
    if counted:
        sentence = f"{sentence} {words.say('kinds.only_counted', checks=figures.count(counted))}"
    names = ("kind", *CONTEXTS, "total", *NO_VERDICT)
    table = TableView(
        words.say("kinds.caption_one" if alone else "kinds.caption"),
        tuple(words.say(f"kinds.{name}") for name in names),
        tuple(
            (
                Cell(words.say(f"kinds.{kind}"), numeric=False, note=words.say(f"kinds.{kind}_means")),
                *_of_kind(page, [(context, line) for of, context, line in placed if of == kind]),
            )
            for kind in KINDS
        ),
        foot=(
            parts.label(words.say("kinds.total")),
            *_of_kind(page, [(context, line) for _, context, line in placed]),
        ),
    )
    return Section("kinds", heading, sentence, table=table, folded=False)


def _of_kind(page: Page, placed: Sequence[tuple[str, RuleLine]]) -> tuple[Cell, ...]:
    told = [(context, line) for context, line in placed if line.status not in NO_VERDICT]
    return (
        *(_passed(page, [line for context, line in told if context == wanted]) for wanted in CONTEXTS),
        _passed(page, [line for _, line in told]),
        *(Cell(figures.count(sum(line.status == status for _, line in placed))) for status in NO_VERDICT),
    )


def _passed(page: Page, lines: Sequence[RuleLine]) -> Cell:
    if not lines:
        return parts.silent(page.words, "no_data")
    passed = sum(line.status in ("passed", "passed_with_failures") for line in lines)
    text = page.words.say("figure.part_of", part=figures.count(passed), whole=figures.count(len(lines)))
    share = page.words.say("kinds.share", share=rule_lines.percent(100 * passed / len(lines)))
    return Cell(text, note=share)


def need_a_person(page: Page, lines: Sequence[RuleLine], linked: bool) -> Section:
    """Rules that failed, could not be told, or passed with failing rows: one line per rule and column, all clinics."""
    words = page.words
    clinics = len({line.clinic_id for line in lines})
    of_place = sorted(lines, key=_place)
    groups = [list(group) for _, group in groupby(of_place, key=_place)]
    wanted = [group for group in groups if any(_needs_a_person(line) for line in group)]
    heading = words.say("person.heading")
    sentence = words.say("person.sentence" if clinics > 1 else "person.sentence_one")
    if not wanted:
        return Section("to-mend", heading, sentence, empty=words.say("person.empty"))
    names = (
        "rule",
        "where",
        "status",
        *(("clinics_failing",) if clinics > 1 else ()),
        "failed",
        "failed_pct",
        "threshold",
    )
    table = TableView(
        words.say("person.caption"),
        tuple(words.say(f"column.{name}") for name in (*names, "rule_effect", "to_do")),
        tuple(
            _summary(page, group, clinics, linked)
            for group in sorted(wanted, key=lambda group: min(line.urgency for line in group))
        ),
    )
    return Section("to-mend", heading, sentence, table=table, folded=False)


def _needs_a_person(line: RuleLine) -> bool:
    """Failed, untold, or passed with failing rows within a limit; what is only counted has none."""
    return line.status in NOT_GOOD or (line.status == "passed_with_failures" and not line.is_only_counted)


def _place(line: RuleLine) -> tuple[str, str, str]:
    return (line.rule, line.table, line.column)


def _summary(page: Page, lines: Sequence[RuleLine], clinics: int, linked: bool) -> tuple[Cell, ...]:
    worst = min(lines, key=lambda line: line.urgency)
    failing = sum(line.status in STATUSES[:3] for line in lines)
    total = _together(lines)
    several = Cell(page.words.say("figure.part_of", part=figures.count(failing), whole=figures.count(clinics)))
    return (
        _rule(page, worst.rule, linked),
        rule_lines.where(page, worst.table, worst.column),
        rule_lines.status(page, worst.status),
        *((several,) if clinics > 1 else ()),
        rule_lines.failed(page, total),
        rule_lines.share_failed(page, total),
        rule_lines.allowed(page, total.threshold_pct, worst.column),
        rule_lines.effect(page, worst.effect),
        parts.label(rule_lines.sentence(rule_lines.fact(page, worst.rule).remedy)),
    )


def _together(lines: Sequence[RuleLine]) -> RuleLine:
    """The rows of all clinics as one line; without counts as soon as one clinic's are not shown."""
    told = [line for line in lines if line.status != "not_applicable"]
    hidden = next((line for line in told if line.failed_n is None or line.evaluated_n is None), None)
    first = hidden or told[0]
    failed = None if hidden else sum(line.failed_n or 0 for line in told)
    evaluated = None if hidden else sum(line.evaluated_n or 0 for line in told)
    pct = 100 * failed / evaluated if failed is not None and evaluated else None
    return RuleLine(
        first.clinic_id,
        first.rule,
        first.table,
        first.column,
        first.status,
        failed,
        evaluated,
        pct,
        first.threshold_pct,
        first.effect,
        first.why_empty,
    )


def every_rule(page: Page, lines: Iterable[RuleLine], linked: bool) -> Section:
    """Every check as it was evaluated, most urgent first; of very many, those with something to look at."""
    words, every = page.words, sorted(lines, key=lambda line: line.urgency)
    heading, sentence = words.say("rules.heading"), words.say("rules.sentence")
    if not every:
        return Section("rules", heading, sentence, empty=words.say("rules.empty"))
    shown = on_the_page(every)
    many = len({line.clinic_id for line in every}) > 1
    names = [name for name in EVERY_RULE if many or name != "clinic"]
    table = TableView(
        words.say("rules.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_line(page, line, many, linked) for line in shown),
        filters=tuple(place for place, name in enumerate(names) if name in FILTERS),
        shown=words.say("rules.shown", shown="{shown}", total="{total}"),
        file="checks.csv",
    )
    file = "tables/data_quality.csv" if linked else "checks.csv"
    left = len(every) - len(shown)
    rest = words.say("rules.rest", rest=figures.count(left), file=file) if left else ""
    fold = words.say("rules.fold", checks=figures.count(len(shown)))
    return Section("rules", heading, " ".join(part for part in (sentence, rest) if part), table=table, fold=fold)


def on_the_page(ordered: Sequence[RuleLine]) -> Sequence[RuleLine]:
    """All of them, or of very many those with something to look at, the most urgent first."""
    if len(ordered) <= SHOWN_MOST_N:
        return ordered
    return [line for line in ordered if not line.is_clean][:SHOWN_MOST_N]


def _line(page: Page, line: RuleLine, many: bool, linked: bool) -> tuple[Cell, ...]:
    clinic = parts.label(rule_lines.clinic_name(page, line.clinic_id))
    kahn = rule_lines.fact(page, line.rule).kahn
    return (
        _rule(page, line.rule, linked),
        *((clinic,) if many else ()),
        rule_lines.where(page, line.table, line.column),
        parts.label(page.words.say(f"kinds.{kahn}") if kahn else page.words.say("kinds.counted")),
        rule_lines.effect(page, line.effect),
        rule_lines.status(page, line.status),
        *counted_cells(page, line),
    )


def _rule(page: Page, code: str, linked: bool) -> Cell:
    return Cell(
        code, numeric=False, link=rule_lines.link(page, code, linked), note=rule_lines.fact(page, code).sentence
    )
