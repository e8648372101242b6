"""What is told of one rule: what must hold and why, advice, its query, its counts, how it went, where its rows are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.vocabulary import ALL
from reports import figures
from reports.reviewer import flagged, rule_counts
from reports.reviewer.flagged import Flagged
from reports.reviewer.inside import Inside, Listed
from reports.sections import rule_lines
from reports.sections.parts import Page, Spark, TableView
from reports.sections.rule_lines import NOT_GOOD, STATUSES, RuleLine

# A code that can name a file.
_NAMES_A_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
SETS_ASIDE = ("quarantines", "blanks")
# What a rule on whole files judges when too much of one was set aside.
ABOUT_SET_ASIDE = ("quarantined_pct", "conflict_pct", "keys_n")


@dataclass(frozen=True)
class RuleView:
    """Everything that is shown of one rule.

    facts: (what it is called, what it says). verdict: state and sentence. queries: (where, SQL), the first one shown,
    the others folded. rows: where its rows are, in words; listed: the files that list what was set aside; flagged: the
    rows of a rule that sets nothing aside, folded under flagged_fold.
    """

    code: str
    sentence: str
    mark: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    mend: tuple[str, ...]
    use: str
    counts: TableView | None
    clean: str
    parts: TableView | None
    runs: TableView | None
    line: Spark | None
    rows: str
    listed: TableView | None
    flagged: TableView | None = None
    flagged_fold: str = ""
    queries: tuple[tuple[str, str], ...] = field(default=())

    @property
    def open(self) -> bool:
        """Whether it stands unfolded among others: it failed, or could not be told."""
        return self.mark in NOT_GOOD


def has_page(code: str) -> bool:
    """Whether the code can name a page of its own."""
    return _NAMES_A_FILE.fullmatch(code) is not None


def told_of(lines: Iterable[RuleLine]) -> list[str]:
    """The rules with something to look at, the most urgent first."""
    ordered = sorted(lines, key=lambda line: line.urgency)
    return list(dict.fromkeys(line.rule for line in ordered if not line.is_clean and has_page(line.rule)))


def by_rule(lines: Iterable[RuleLine]) -> dict[str, list[RuleLine]]:
    """The lines of each rule, the most urgent first."""
    found: dict[str, list[RuleLine]] = {}
    for line in sorted(lines, key=lambda each: each.urgency):
        found.setdefault(line.rule, []).append(line)
    return found


def state_of(lines: Iterable[RuleLine]) -> str:
    """The worst status among the checks of a rule; nothing to evaluate only where no check had anything."""
    told = (line.status for line in lines if line.status != "not_applicable")
    return min(told, key=STATUSES.index, default="not_applicable")


def rule_views(page: Page, codes: Sequence[str], lines: Iterable[RuleLine], inside: Inside | None) -> list[RuleView]:
    """What is told of each of these rules over the checks given. inside: None on released pages."""
    of = by_rule(lines)
    return [rule_view(page, code, of.get(code, []), inside) for code in codes]


def rule_view(page: Page, code: str, lines: Sequence[RuleLine], inside: Inside | None = None) -> RuleView:
    """One rule over its checks, the most urgent first. inside: None on released pages."""
    words, rule = page.words, rule_lines.fact(page, code)
    told = [line for line in lines if not line.is_clean]
    after = page.about.past.by_rule.get(code, [])
    where = {pair: rule_lines.where(page, *pair).text for pair in rule.sql}
    listed = _lists(code, told, inside.listed) if inside else []
    broken_down = [each for each in inside.broken_down if each.rule == code] if inside else []
    failing = flagged.shown_rows(page, (each for each in inside.flagged if each.rule == code)) if inside else []
    return RuleView(
        code=code,
        sentence=rule.sentence,
        mark=state_of(lines),
        verdict=_verdict(page, lines),
        facts=tuple(_facts(page, code)),
        mend=tuple(
            words.say(f"rule.{name}", text=rule_lines.sentence(text))
            for name, text in (("cause", rule.cause), ("remedy", rule.remedy))
            if text
        ),
        use=" ".join(words.say(f"rule.use_{effect}") for effect in rule.effects),
        counts=rule_counts.counts(page, told) if told else None,
        clean=_clean(page, len(lines) - len(told)),
        parts=rule_counts.by_route_and_condition(page, broken_down),
        runs=rule_counts.runs(page, code, after),
        line=rule_counts.line(page, after),
        rows=_rows(page, rule.effects, bool(told), inside, bool(listed), failing),
        listed=rule_counts.files(page, listed, inside.up) if inside and listed else None,
        flagged=flagged.table(page, code, failing) if failing else None,
        flagged_fold=words.say(
            "rule.moved_fold" if flagged.are_moves(failing) else "rule.flagged_fold", rows=figures.count(len(failing))
        ),
        queries=tuple((where[pair], sql) for pair, sql in rule.sql.items()),
    )


def _lists(code: str, told: Sequence[RuleLine], listed: Sequence[Listed]) -> list[Listed]:
    """The files that list what the rule set aside; of a rule on how much of a file was, whatever was."""
    held = {line.clinic_id for line in told if line.column in ABOUT_SET_ASIDE}
    if not held:
        return [each for each in listed if each.rule == code]
    of_file: dict[str, Listed] = {}
    for each in listed:
        if each.clinic_id in held:
            before = of_file.get(each.path)
            of_file[each.path] = replace(each, rule=code, rows_n=each.rows_n + (before.rows_n if before else 0))
    return list(of_file.values())


def how_much(page: Page, line: RuleLine) -> str:
    """Failing rows, of those evaluated."""
    return as_counted(page, [line], rule_lines.failed(page, line).text)


def as_counted(page: Page, lines: Iterable[RuleLine], counted: str) -> str:
    """The count, and of what only counts, so that no share of it can fail, that it does."""
    only = all(line.is_only_counted and line.status == "passed_with_failures" for line in lines)
    return page.words.say("index.only_counted", counted=counted) if only else counted


def _verdict(page: Page, lines: Sequence[RuleLine]) -> str:
    """How a single check went, with its counts; of several, how many went how."""
    words = page.words
    if not lines:
        return words.say("rule.not_judged")
    if len(lines) == 1:
        status = words.name("status", lines[0].status)
        if not lines[0].evaluated_n:
            return status
        return words.say("rule.verdict_one", status=status, failed=how_much(page, lines[0]))
    of = {status: sum(line.status == status for line in lines) for status in STATUSES}
    told = [
        words.say("rule.verdict_status", status=words.name("status", status), checks=figures.count(n))
        for status, n in of.items()
        if n
    ]
    return words.say("rule.verdict", checks=figures.count(len(lines)), told=" · ".join(told))


def _facts(page: Page, code: str) -> Iterable[tuple[str, str]]:
    words, rule = page.words, rule_lines.fact(page, code)
    if rule.level:
        yield words.say("rule.level"), words.name("rule_level", rule.level)
    if rule.kahn:
        kind = words.say(f"kinds.{rule.kahn}")
        sub = "" if rule.subcategory in ("", "none") else f", {rule.subcategory}"
        yield words.say("rule.kind"), f"{kind}{sub}; {words.say(f'kinds.{rule.context}').lower()}"
    yield words.say("rule.effect"), ", ".join(words.name("rule_effect", effect) for effect in rule.effects)
    allowed = rule_lines.allowed(page, rule.threshold_pct, rule.where[0][1] if rule.where else "").text
    unit = " %" if re.fullmatch(r"[\d.]+", allowed) else ""
    yield words.say("rule.allowed"), f"{allowed}{unit}. {rule_lines.sentence(rule.threshold_reason)}"
    if len(rule.where) == 1:
        yield words.say("rule.asks"), rule_lines.where(page, *rule.where[0]).text
    elif rule.where:
        tables = ", ".join(dict.fromkeys(words.name("quality_table", table) for table, _ in rule.where))
        yield (
            words.say("rule.asks"),
            words.say("rules.many_fields", fields=figures.count(len(rule.where)), tables=tables),
        )


def _clean(page: Page, clean_n: int) -> str:
    key = "rule.clean_one" if clean_n == 1 else "rule.clean"
    return page.words.say(key, checks=figures.count(clean_n)) if clean_n else ""


def _rows(
    page: Page, effects: Sequence[str], found: bool, inside: Inside | None, listed: bool, failing: Sequence[Flagged]
) -> str:
    words = page.words
    if listed:
        return words.say("rule.rows_listed")
    if not any(effect in SETS_ASIDE for effect in effects):
        if inside is None:
            return words.say("rule.rows_inside")
        if failing:
            return words.say("rule.rows_moved" if flagged.are_moves(failing) else "rule.rows_flagged")
        return words.say("rule.rows_unknown" if found else "rule.rows_clean")
    if inside is None:
        clinic = "<clinic>" if page.scope.clinic_id == ALL else page.scope.clinic_id
        return words.say("rule.rows_released", clinic=clinic)
    return words.say("rule.rows_elsewhere" if found else "rule.rows_none")


def addresses(codes: Iterable[str], pattern: str) -> Mapping[str, str]:
    """Rule code -> the address of what is told of it; pattern: `rules/{code}.html`."""
    return {code: pattern.format(code=code) for code in codes if has_page(code)}
