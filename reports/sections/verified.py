"""What this version was held against: a line at the foot of every page, the list on the methods page."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.selftest.verified import Verified
from reports.sections import parts
from reports.sections.parts import Cell, Page, Section, TableView


@dataclass(frozen=True)
class Foot:
    """The line at the foot of a page, and where its list stands (empty: no page to go to)."""

    text: str
    link: str


def foot(page: Page, link: str) -> Foot | None:
    """Who is named and how many figures agree; None without a record for this version."""
    words, figures = page.words, page.about.verified
    named = [words.say("verified.source", sample=each.sample, figure=each.short) for each in figures if each.short]
    if not named:
        return None
    agreed_n, of_n = _counts(figures)
    return Foot(words.say("verified.foot", named=", ".join(named), agreed_n=agreed_n, of_n=of_n), link)


def section(page: Page) -> Section:
    """Every figure with its source, folded."""
    words, figures = page.words, page.about.verified
    agreed_n, of_n = _counts(figures)
    heading = words.say("verified.heading")
    if not figures:
        return Section("verified", heading, words.say("verified.empty"))
    columns = ("what", "published", "computed", "agrees")
    table = TableView(
        words.say("verified.caption"),
        (*(words.say(f"verified.{name}") for name in columns), words.say("methods.source")),
        tuple(_row(page, each) for each in figures),
    )
    return Section(
        "verified",
        heading,
        words.say("verified.sentence", agreed_n=agreed_n, of_n=of_n),
        table=table,
        fold=words.say("verified.caption"),
    )


def _row(page: Page, each: Verified) -> tuple[Cell, ...]:
    words = page.words
    what = words.say("verified.of", sample=each.sample, what=each.what) if each.sample else each.what
    checked = words.name("source_status", each.source_status)
    return (
        parts.label(what),
        parts.label(each.published),
        parts.label(each.computed),
        parts.label(words.name("verified_state", each.state)),
        parts.label(words.say("methods.cited", source=each.source, checked=checked)),
    )


def _counts(figures: tuple[Verified, ...]) -> tuple[int, int]:
    states = [each.state for each in figures if each.state in ("agrees", "differs")]
    return states.count("agrees"), len(states)
