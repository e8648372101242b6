"""The site of a release: every page from released tables, as bytes. Pure: same input, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.disclosure.released import ReleasedTable
from pipelines.rules.finding import Finding
from pipelines.vocabulary import ALL
from reports import render, theme
from reports.about import About, Delivery, Fact, RuleFact, Scale
from reports.care import care_page
from reports.dashboard import dashboard
from reports.released_rows import Scope, for_clinic, released
from reports.sections import methods, quality
from reports.sections.parts import Page
from reports.table_file import csv_bytes
from reports.words import words_of

__all__ = [
    "About",
    "Delivery",
    "Fact",
    "RuleFact",
    "Scale",
    "build_clinic_site",
    "build_reviewers_report",
    "build_site",
    "csv_bytes",
]


# Sorts and filters the tables of a page.
TABLE_SCRIPTS = ("tables.js",)
# Speak and draw a page's sections for what a reader chose; a page's own rows come last.
SECTION_SCRIPTS = (*TABLE_SCRIPTS, "speaking.js", "sections.js")


def build_site(tables: Mapping[str, ReleasedTable], about: About) -> dict[str, bytes]:
    """Relative path -> bytes of every page of a release: the network's and each clinic's own site.

    tables: released tables by name (`outcomes_by_route_condition`, `denominators`, `score_trajectories`,
    `data_quality`; a missing one gives an empty section). TypeError when one is not a ReleasedTable.
    """
    tables = {name: released(table, name) for name, table in tables.items()}
    page = Page(tables, about, words_of(about.language, about.limits))
    names = sorted(tables)
    site = {
        "index.html": _index(page, names),
        "care.html": _care(page, names),
        "quality.html": _quality(page, names),
        "methods.html": _methods(page, names),
    }
    for clinic_id in sorted(about.clinics):
        folder = f"clinics/{clinic_id}"
        site |= {f"{folder}/{path}": content for path, content in build_clinic_site(tables, about, clinic_id).items()}
    return dict(sorted(site.items()))


def build_clinic_site(tables: Mapping[str, ReleasedTable], about: About, clinic_id: str) -> dict[str, bytes]:
    """One clinic's site, standing alone: its pages and their tables, no row of another clinic nor of `all`."""
    own = {
        name: for_clinic(released(table, name), clinic_id)
        for name, table in tables.items()
        if "clinic_id" in table.frame.columns
    }
    page = Page(own, about.for_clinic(clinic_id), words_of(about.language, about.limits), Scope(clinic_id))
    names = sorted(own)
    return {
        "index.html": _index(page, names),
        "care.html": _care(page, names),
        "quality.html": _quality(page, names),
        "methods.html": _methods(page, names),
        **{f"tables/{name}.csv": csv_bytes(own[name]) for name in names},
    }


def build_reviewers_report(findings: Sequence[Finding], about: About) -> bytes:
    """The reviewer's page with exact counts, for the inside of the home only. TypeError for anything but findings."""
    page = Page({}, about, words_of(about.language, about.limits))
    values = _frame(page, "reviewer", []) | {"links": [], "reader": page.words.say("reader.reviewer")}
    content = quality.content(page, quality.lines_of_findings(findings), linked=False)
    return render.page("quality.html.j2", page.words, values | content, TABLE_SCRIPTS)


def _index(page: Page, names: Sequence[str]) -> bytes:
    with theme.unchecked(False):
        shown = dashboard(page)
    values = _frame(page, "outcomes", names) | {"dashboard": shown}
    return render.page("index.html.j2", page.words, values, (*SECTION_SCRIPTS, "dashboard.js"), shown.data)


def _care(page: Page, names: Sequence[str]) -> bytes:
    with theme.unchecked(False):
        shown = care_page(page)
    values = _frame(page, "care", names) | {"care": shown}
    return render.page("care.html.j2", page.words, values, (*SECTION_SCRIPTS, "care.js"), shown.data)


def _quality(page: Page, names: Sequence[str]) -> bytes:
    values = _frame(page, "quality", names) | quality.content(page, quality.lines_of_table(page))
    return render.page("quality.html.j2", page.words, values, TABLE_SCRIPTS)


def _methods(page: Page, names: Sequence[str]) -> bytes:
    values = _frame(page, "methods", names) | methods.content(page)
    return render.page("methods.html.j2", page.words, values, TABLE_SCRIPTS)


def _frame(page: Page, here: str, names: Sequence[str]) -> dict[str, Any]:
    """What every page shows: whose it is, who may read it, the synthetic mark, the facts, the links."""
    words, about, alone = page.words, page.about, page.scope.clinic_id != ALL
    facts = {
        "definition_set": about.definition_set,
        "contract_version": about.contract_version,
        "product_version": about.product_version,
        "profile": about.profile,
    }
    links = (
        ("outcomes", "index.html"),
        ("care", "care.html"),
        ("quality", "quality.html"),
        ("methods", "methods.html"),
    )
    title = {
        "outcomes": "page.title",
        "care": "page.care_title",
        "quality": "page.quality_title",
        "methods": "page.methods_title",
    }
    reader = words.say(f"reader.{about.profile}_{'clinic' if alone else 'network'}")
    return {
        "owner": about.clinics[page.scope.clinic_id] if alone else about.network_name,
        "heading": words.say(title.get(here, "page.reviewer_title")),
        "synthetic": about.synthetic,
        "reader": reader,
        "stand": words.say("page.stand", data_to=about.data_to) if about.data_to else "",
        "sheet_mark": words.say("page.synthetic") if about.synthetic else reader,
        "facts": words.say("page.facts_with_data", data_to=about.data_to, **facts)
        if about.data_to
        else words.say("page.facts", **facts),
        "links": [{"href": href, "text": words.say(f"page.{key}_link"), "here": key == here} for key, href in links],
        "table_files": [{"href": f"tables/{name}.csv", "text": name} for name in names],
    }
