"""What is told of one rule: what must hold and why, advice, its query, its counts, how it went, where its rows are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.provenance.rule_runs import RuleAfter
from pipelines.vocabulary import ALL
from reports import figures
from reports.reviewer import flagged
from reports.reviewer.flagged import Flagged
from reports.reviewer.trends import first_failed_cell, receipt_of, spark, trend_cell
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Spark, TableView
from reports.sections.rule_lines import STATUSES, RuleLine

# A code that can name a file.
_NAMES_A_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
SETS_ASIDE = ("quarantines", "blanks")
# What a rule on whole files judges when too much of one was set aside.
ABOUT_SET_ASIDE = ("quarantined_pct", "conflict_pct", "keys_n")
# So many lines stand in one table of a rule, the most urgent first.
SHOWN_MOST_N = 200


@dataclass(frozen=True)
class Part:
    """Failing records of one check among those of a route or condition: failed_n of evaluated_n."""

    clinic_id: str
    rule: str
    table: str
    column: str
    dimension: str
    level: str
    failed_n: int
    evaluated_n: int


@dataclass(frozen=True)
class Listed:
    """Rows and values of one delivery that a rule set aside, and the file that lists them, from the home folder."""

    clinic_id: str
    rule: str
    receipt: int
    file: str
    rows_n: int
    path: str


@dataclass(frozen=True)
class Inside:
    """What only the report inside the home tells. up: from the page to the home folder, `../../../`."""

    up: str
    broken_down: Sequence[Part] = ()
    listed: Sequence[Listed] = ()
    flagged: Sequence[Flagged] = ()


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


def has_page(code: str) -> bool:
    """Whether the code can name a page of its own."""
    return _NAMES_A_FILE.fullmatch(code) is not None


def told_of(lines: Iterable[RuleLine]) -> list[str]:
    """The rules with something to look at, in the order of their codes."""
    return sorted({line.rule for line in lines if not line.is_clean and has_page(line.rule)})


def by_rule(lines: Iterable[RuleLine]) -> dict[str, list[RuleLine]]:
    """The lines of each rule, the most urgent first."""
    found: dict[str, list[RuleLine]] = {}
    for line in sorted(lines, key=lambda each: each.urgency):
        found.setdefault(line.rule, []).append(line)
    return found


def rule_views(page: Page, codes: Sequence[str], lines: Iterable[RuleLine], inside: Inside | None) -> list[RuleView]:
    """What is told of each of these rules over the checks given. inside: None on released pages."""
    of = by_rule(lines)
    return [rule_view(page, code, of.get(code, []), inside) for code in codes]


def rule_view(page: Page, code: str, lines: Sequence[RuleLine], inside: Inside | None = None) -> RuleView:
    """One rule over its checks, the most urgent first. inside: None on released pages."""
    words, rule = page.words, rule_lines.fact(page, code)
    told = [line for line in lines if not line.is_clean]
    after = page.about.past.by_rule.get(code, [])
    worst = min((STATUSES.index(line.status) for line in lines), default=len(STATUSES) - 1)
    where = {pair: rule_lines.where(page, *pair).text for pair in rule.sql}
    listed = _lists(code, told, inside.listed) if inside else []
    failing = flagged.shown_rows(page, (each for each in inside.flagged if each.rule == code)) if inside else []
    return RuleView(
        code=code,
        sentence=rule.sentence,
        mark=STATUSES[worst] if lines else "not_applicable",
        verdict=_verdict(page, lines),
        facts=tuple(_facts(page, code)),
        mend=tuple(
            words.say(f"rule.{name}", text=rule_lines.sentence(text))
            for name, text in (("cause", rule.cause), ("remedy", rule.remedy))
            if text
        ),
        use=" ".join(words.say(f"rule.use_{effect}") for effect in rule.effects),
        counts=_counts(page, told) if told else None,
        clean=_clean(page, len(lines) - len(told)),
        parts=_parts(page, [each for each in inside.broken_down if each.rule == code]) if inside else None,
        runs=_runs(page, code, after),
        line=_line(page, after),
        rows=_rows(page, rule.effects, bool(told), inside, bool(listed), bool(failing)),
        listed=_listed(page, listed, inside.up) if inside and listed else None,
        flagged=flagged.table(page, code, failing) if failing else None,
        flagged_fold=words.say("rule.flagged_fold", rows=figures.count(len(failing))),
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


def _verdict(page: Page, lines: Sequence[RuleLine]) -> str:
    if not lines:
        return page.words.say("rule.not_judged")
    of = {status: sum(line.status == status for line in lines) for status in STATUSES}
    told = [f"{page.words.name('status', status)}: {figures.count(n)}" for status, n in of.items() if n]
    key = "rule.verdict_one" if len(lines) == 1 else "rule.verdict"
    return page.words.say(key, checks=figures.count(len(lines)), told="; ".join(told))


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


def _counts(page: Page, told: Sequence[RuleLine]) -> TableView:
    words, shown = page.words, told[:SHOWN_MOST_N]
    many = page.scope.clinic_id == ALL
    counted = ("status", "failed_n", "evaluated_n", "failed_pct", "threshold", "trend", "first_failed")
    names = (*(("clinic",) if many else ()), "where", *counted)
    return TableView(
        words.say("rule.counts_caption", rule=told[0].rule),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(
            (
                *((parts.label(rule_lines.clinic_name(page, line.clinic_id)),) if many else ()),
                rule_lines.where(page, line.table, line.column),
                rule_lines.status(page, line.status),
                rule_lines.rows(page, line, line.failed_n),
                rule_lines.rows(page, line, line.evaluated_n),
                rule_lines.share_failed(page, line),
                rule_lines.allowed(page, line.threshold_pct, line.column),
                trend_cell(page, line),
                first_failed_cell(page, line),
            )
            for line in shown
        ),
    )


def _clean(page: Page, clean_n: int) -> str:
    key = "rule.clean_one" if clean_n == 1 else "rule.clean"
    return page.words.say(key, checks=figures.count(clean_n)) if clean_n else ""


def _parts(page: Page, broken_down: Sequence[Part]) -> TableView | None:
    if not broken_down:
        return None
    words = page.words
    ordered = sorted(broken_down, key=lambda part: (part.dimension, -part.failed_n, part.clinic_id, part.level))
    return TableView(
        words.say("rule.parts_caption", rule=ordered[0].rule),
        tuple(words.say(f"column.{name}") for name in ("of_group", "clinic", "where", "failed", "failed_pct")),
        tuple(
            (
                Cell(words.name(part.dimension, part.level), numeric=False, note=words.name("column", part.dimension)),
                parts.label(rule_lines.clinic_name(page, part.clinic_id)),
                rule_lines.where(page, part.table, part.column),
                _part_of(page, part.failed_n, part.evaluated_n),
                _percent(part.failed_n, part.evaluated_n),
            )
            for part in ordered[:SHOWN_MOST_N]
        ),
    )


def _runs(page: Page, code: str, after: Sequence[RuleAfter]) -> TableView | None:
    """The last runs, the newest first; none for a rule that no run judged."""
    if not after:
        return None
    words, runs = page.words, {run.number: run for run in page.about.past.runs}
    return TableView(
        words.say("rule.runs_caption", rule=code),
        tuple(words.say(f"column.{name}") for name in ("run", "failed", "failed_pct", "checks_failed")),
        tuple(
            (
                Cell(words.say("trend.run", run=each.run), numeric=False, note=receipt_of(page, runs[each.run])),
                _part_of(page, each.failed_n, each.evaluated_n),
                _percent(each.failed_n, each.evaluated_n),
                _part_of(page, each.failed_checks, each.checks),
            )
            for each in reversed(after)
        ),
    )


def _line(page: Page, after: Sequence[RuleAfter]) -> Spark | None:
    shares = [100 * each.failed_n / each.evaluated_n if each.evaluated_n else None for each in after]
    known = sum(share is not None for share in shares)
    return spark(page, shares) if known > 1 else None


def _part_of(page: Page, part: int, whole: int) -> Cell:
    return Cell(page.words.say("figure.part_of", part=figures.count(part), whole=figures.count(whole)))


def _percent(part: int, whole: int) -> Cell:
    return Cell(rule_lines.percent(100 * part / whole) if whole else "–")


def _rows(page: Page, effects: Sequence[str], found: bool, inside: Inside | None, listed: bool, failing: bool) -> str:
    words = page.words
    if listed:
        return words.say("rule.rows_listed")
    if not any(effect in SETS_ASIDE for effect in effects):
        if inside is None:
            return words.say("rule.rows_inside")
        return words.say("rule.rows_flagged" if failing else "rule.rows_unknown" if found else "rule.rows_clean")
    if inside is None:
        clinic = "<clinic>" if page.scope.clinic_id == ALL else page.scope.clinic_id
        return words.say("rule.rows_released", clinic=clinic)
    return words.say("rule.rows_elsewhere" if found else "rule.rows_none")


def _listed(page: Page, listed: Sequence[Listed], up: str) -> TableView:
    words = page.words
    return TableView(
        words.say("rule.listed_caption", rule=listed[0].rule),
        tuple(words.say(f"column.{name}") for name in ("listed_in", "clinic", "file", "rows_listed")),
        tuple(
            (
                Cell(each.path, numeric=False, link=f"{up}{each.path}"),
                parts.label(rule_lines.clinic_name(page, each.clinic_id)),
                parts.label(each.file),
                Cell(figures.count(each.rows_n)),
            )
            for each in sorted(listed, key=lambda each: (each.clinic_id, -each.receipt))[:SHOWN_MOST_N]
        ),
    )


def addresses(codes: Iterable[str], pattern: str) -> Mapping[str, str]:
    """Rule code -> the address of what is told of it; pattern: `rules/{code}.html`."""
    return {code: pattern.format(code=code) for code in codes if has_page(code)}
