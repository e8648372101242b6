"""The index of a clinic's page of rules: by group, those with something to look at first, the others folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports import figures
from reports.reviewer.rule_page import as_counted, by_rule, has_page, how_much, state_of
from reports.sections import rule_lines
from reports.sections.parts import Page
from reports.sections.rule_lines import NOT_GOOD, STATUSES, RuleLine


@dataclass(frozen=True)
class Entry:
    """One rule: its worst status in words with its symbol, and how much fails. address: in the page, "" = not told."""

    code: str
    sentence: str
    mark: str
    status: str
    counted: str
    address: str


@dataclass(frozen=True)
class Group:
    """The rules of one group: told = those with something to look at, the gravest first; others = the rest."""

    name: str
    counted: str
    told: tuple[Entry, ...]
    others: tuple[Entry, ...]
    fold: str


@dataclass(frozen=True)
class Index:
    """How many rules have something to look at, in words; then the groups, those with a failure first."""

    heading: str
    sentence: str
    groups: tuple[Group, ...]


def index(page: Page, lines: Iterable[RuleLine]) -> Index:
    """Every rule that judged a clinic, by group."""
    words, of = page.words, by_rule(lines)
    bad = {code for code, own in of.items() if state_of(own) in NOT_GOOD}
    told_n = sum(_is_told(code, own) for code, own in of.items())
    grouped: dict[str, list[str]] = {}
    for code in [*(code for code in page.about.rules if code in of), *sorted(set(of) - set(page.about.rules))]:
        grouped.setdefault(rule_lines.fact(page, code).group, []).append(code)
    # A failure goes first, what only counts and so has no group last; else in the order of the catalogue.
    names = sorted(grouped, key=lambda name: (bad.isdisjoint(grouped[name]), not name))
    return Index(
        words.say("index.finding", told=figures.count(told_n), rules=figures.count(len(of))),
        words.say("index.sentence", failed=figures.count(len(bad)), passed=figures.count(told_n - len(bad))),
        tuple(_group(page, name, grouped[name], of) for name in names),
    )


def _is_told(code: str, lines: Sequence[RuleLine]) -> bool:
    return has_page(code) and not all(line.is_clean for line in lines)


def _group(page: Page, name: str, codes: Sequence[str], of: Mapping[str, Sequence[RuleLine]]) -> Group:
    words = page.words
    told = sorted((code for code in codes if _is_told(code, of[code])), key=lambda code: of[code][0].urgency)
    others = [code for code in codes if not _is_told(code, of[code])]
    return Group(
        words.say(f"rule_group.{name or 'counted'}"),
        ", ".join(_counted(page, [state_of(of[code]) for code in codes])),
        tuple(_entry(page, code, of[code], f"#{code}") for code in told),
        tuple(_entry(page, code, of[code], "") for code in others),
        words.say("index.others_one" if len(others) == 1 else "index.others", rules=figures.count(len(others))),
    )


def _counted(page: Page, states: Sequence[str]) -> Iterator[str]:
    for status in STATUSES:
        if n := states.count(status):
            yield page.words.say(f"index.{status}", rules=figures.count(n))


def _entry(page: Page, code: str, lines: Sequence[RuleLine], address: str) -> Entry:
    mark = state_of(lines)
    return Entry(
        code,
        rule_lines.fact(page, code).sentence,
        mark,
        page.words.name("status", mark),
        _how_much(page, [line for line in lines if not line.is_clean]),
        address,
    )


def _how_much(page: Page, told: Sequence[RuleLine]) -> str:
    """The failing rows of those evaluated; of several checks, in how many."""
    if not told:
        return ""
    if len(told) == 1:
        return how_much(page, told[0])
    counted = page.words.say("index.fields", fields=figures.count(len(told)))
    return as_counted(page, told, counted)
