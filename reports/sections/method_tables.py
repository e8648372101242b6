"""The tables of the methods page: timepoints, what each scale means, its cited facts, and the rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from pipelines.vocabulary import TIMEPOINTS
from reports import figures
from reports.about import Cut, RuleFact, Scale
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView

# A rule that judges more columns than these is told by their number.
NAMED_COLUMNS_N = 4
COMPARISONS = {"<": "under", "<=": "at_most", ">": "over", ">=": "at_least"}


@dataclass(frozen=True)
class Facts:
    """Every cited fact of one scale, folded under its name."""

    summary: str
    table: TableView


def timepoints(page: Page) -> Section:
    """The windows of follow-up in force; `last` is none and stands below them."""
    words = page.words
    windows = {window.timepoint: window for window in page.about.windows}
    rows: list[tuple[Cell, ...]] = []
    for name in TIMEPOINTS:
        window, title = windows.get(name), parts.label(words.name("timepoint", name))
        if window is None:
            rows.append((title, Cell(""), Cell(""), Cell(""), parts.label(words.say("methods.whenever"))))
            continue
        days = (Cell(figures.count(day)) for day in (window.first_day, window.last_day, window.target_day))
        rows.append((title, *days, parts.label(words.say(f"anchor.{window.anchor}"))))
    table = TableView(
        words.say("methods.timepoints_caption"),
        tuple(
            words.say(f"methods.{name}") for name in ("timepoint", "from_day", "to_day", "target_day", "counted_from")
        ),
        tuple(rows),
        ids=tuple(f"window-{name}" for name in TIMEPOINTS),
    )
    return Section(
        "windows",
        words.say("methods.timepoints_heading"),
        words.say("methods.timepoints_sentence", definition_set=page.about.definition_set),
        table=table,
        folded=False,
    )


def scales(page: Page) -> Section:
    """One row per scale: what its scores mean, by the entries in force."""
    words, listed = page.words, page.about.scales
    heading, sentence = words.say("methods.scales_heading"), words.say("methods.scales_sentence")
    if not listed:
        return Section("scales", heading, sentence, empty=words.say("methods.scales_empty"))
    columns = ("scale", "scores", "looks_back", "response", "remission", "caseness", "reliable_change")
    table = TableView(
        words.say("methods.scales_caption"),
        tuple(words.say(f"methods.{name}") for name in columns),
        tuple(_scale(page, scale) for scale in listed.values()),
        ids=tuple(f"scale-{scale_id}" for scale_id in listed),
    )
    return Section("scales", heading, sentence, reading=words.say("reading.scales"), table=table, folded=False)


def _scale(page: Page, scale: Scale) -> tuple[Cell, ...]:
    words = page.words
    ways = {True: "lower", False: "higher", None: "neither"}
    scores = (
        Cell("", numeric=False)
        if scale.minimum is None or scale.maximum is None
        else parts.label(
            words.say("figure.from_to", low=rule_lines.plain(scale.minimum), high=rule_lines.plain(scale.maximum))
        )
    )
    recall = "" if scale.recall_days is None else words.say("unit.days", value=figures.count(scale.recall_days))
    return (
        parts.label(scale.name),
        Cell(scores.text, numeric=False, note=words.say(f"scale.{ways[scale.lower_is_better]}")),
        parts.label(recall),
        *(
            _cut(page, cut, scale.lower_is_better)
            for cut in (scale.response, scale.remission, scale.caseness, scale.reliable_change)
        ),
    )


def _cut(page: Page, cut: Cut | None, lower_is_better: bool | None) -> Cell:
    """`10 or more`, `50 % lower or more`, with a mark where the source is not a primary one."""
    words = page.words
    if cut is None:
        return Cell(words.say("state.not_defined"), numeric=False, mark="not_defined")
    if cut.unit == "score":
        said = words.say(f"cut.{COMPARISONS[cut.comparison]}", value=rule_lines.plain(cut.value))
        if cut.female is not None:
            said = words.say("cut.female", said=said, female=rule_lines.plain(cut.female))
    else:
        way = "higher" if lower_is_better is False else "lower"
        said = words.say(
            f"cut.{cut.unit}_{way}",
            value=figures.count(cut.value) if cut.value == int(cut.value) else figures.mean(cut.value),
        )
    return Cell(said, numeric=False, note=words.name("source_mark", cut.source_status) if cut.source_status else "")


def facts(page: Page) -> list[Facts]:
    """The cited facts, by scale, in the order they were given."""
    words = page.words
    columns = tuple(words.say(f"methods.{name}") for name in ("fact", "says", "source", "source_status"))
    found = []
    for scale, group in groupby(page.about.facts, key=lambda fact: fact.scale):
        name = page.about.scales[scale].name if scale in page.about.scales else scale.upper()
        rows = tuple(
            (
                parts.label(words.name("fact", fact.fact)),
                parts.label(readable(fact.stated)),
                parts.label(fact.source),
                parts.label(words.name("source_status", fact.source_status)),
            )
            for fact in group
        )
        summary = words.say("methods.facts_of", scale=name, facts=figures.count(len(rows)))
        found.append(Facts(summary, TableView(summary, columns, rows)))
    return found


def readable(stated: str) -> str:
    """`op >=; value 10` as `≥ 10`; underscores as spaces."""
    shown = re.sub(r"\bop (<=|>=|<|>); value ", r"\1 ", stated)
    return shown.replace("<=", "≤").replace(">=", "≥").replace("_", " ")


def rules(page: Page) -> Section:
    """Every rule in force: what it says, where it looks, what a failure does, the usual cause and the remedy."""
    words, listed = page.words, page.about.rules
    heading, sentence = words.say("methods.rules_heading"), words.say("methods.rules_sentence")
    if not listed:
        return Section("rules", heading, sentence, empty=words.say("methods.rules_empty"))
    columns = ("rule", "where", "rule_effect", "threshold", "cause", "to_do")
    table = TableView(
        words.say("methods.rules_caption"),
        tuple(words.say(f"column.{name}") for name in columns),
        tuple(_rule(page, code, rule) for code, rule in listed.items()),
        ids=tuple(f"rule-{code}" for code in listed),
        filters=(2,),
        shown=words.say("methods.rules_shown", shown="{shown}", total="{total}"),
    )
    return Section("rules", heading, sentence, reading=_why_allowed(page), table=table, folded=False)


def _why_allowed(page: Page) -> str:
    """Every threshold with its reason, once."""
    words = page.words
    reasons = {
        (rule.threshold_pct, rule.threshold_reason) for rule in page.about.rules.values() if rule.threshold_reason
    }
    ordered = sorted(reasons, key=lambda pair: (100 if pair[0] is None else pair[0], pair[1]))
    told = (
        words.say("methods.allowed_because", allowed=rule_lines.allowed(page, threshold).text, reason=reason)
        for threshold, reason in ordered
    )
    return words.say("methods.why_allowed", reasons="; ".join(dict.fromkeys(told)))


def _rule(page: Page, code: str, rule: RuleFact) -> tuple[Cell, ...]:
    words = page.words
    effects = ", ".join(words.name("rule_effect", effect) for effect in rule.effects)
    return (
        Cell(code, numeric=False, note=rule.sentence),
        parts.label(_looks_at(page, rule)),
        parts.label(effects),
        rule_lines.allowed(page, rule.threshold_pct, rule.where[0][1] if rule.where else ""),
        parts.label(rule_lines.sentence(rule.cause)),
        parts.label(rule_lines.sentence(rule.remedy)),
    )


def _looks_at(page: Page, rule: RuleFact) -> str:
    words = page.words
    if len(rule.where) > NAMED_COLUMNS_N:
        tables = ", ".join(dict.fromkeys(words.name("quality_table", table) for table, _ in rule.where))
        return words.say("rules.many_fields", fields=figures.count(len(rule.where)), tables=tables)
    return "; ".join(rule_lines.where(page, table, column).text for table, column in rule.where)
