"""The pages of rules as bytes: one for each rule of a network; of one clinic, one page with those that found something.

A page for each rule of each of forty clinics would be five thousand files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipelines.vocabulary import ALL
from reports import render
from reports.reviewer.inside import Inside
from reports.reviewer.rule_index import Index, index
from reports.reviewer.rule_page import RuleView, addresses, has_page, rule_views, told_of
from reports.sections.parts import Page
from reports.sections.rule_lines import RuleLine

FOLDER, OF_A_CLINIC = "rules", "rules.html"

Frame = Callable[[str], Mapping[str, Any]]


def addresses_of(page: Page, lines: Sequence[RuleLine]) -> Mapping[str, str]:
    """Rule code -> where it is told of, as seen from quality.html."""
    if page.scope.clinic_id == ALL:
        return addresses(page.about.rules, f"{FOLDER}/{{code}}.html")
    return addresses(told_of(lines), f"{OF_A_CLINIC}#{{code}}")


def rule_pages(page: Page, lines: Sequence[RuleLine], frame: Frame, inside: Inside | None = None) -> dict[str, bytes]:
    """Relative path -> bytes. frame: what every page shows, given the way up to quality.html. inside: see Inside."""
    words = page.words
    if page.scope.clinic_id == ALL:
        codes = [code for code in page.about.rules if has_page(code)]
        above = frame("../")
        return {
            f"{FOLDER}/{view.code}.html": _page(page, words.say("rule.title", code=view.code), [view], above)
            for view in rule_views(page, codes, lines, inside)
        }
    told = rule_views(page, told_of(lines), lines, inside)
    listed = index(page, lines)
    return {OF_A_CLINIC: _page(page, words.say("rule.title_all"), told, frame(""), listed)} if told else {}


def _page(
    page: Page, heading: str, views: Sequence[RuleView], frame: Mapping[str, Any], index: Index | None = None
) -> bytes:
    """index: stands above several rules, which fold; without one a rule has the page for itself."""
    values = {**frame, "heading": heading, "views": views, "index": index}
    return render.page("rules.html.j2", page.words, values, ("tables.js",))
