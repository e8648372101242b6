"""The site of a release: every page from released tables, as bytes. Pure: same input, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pipelines.disclosure.released import ReleasedTable
from pipelines.version import own_definition_set
from pipelines.vocabulary import ALL
from reports import render, theme
from reports.about import About, Delivery, Fact, RuleFact, Scale
from reports.care import care_page
from reports.change import change_page
from reports.dashboard import dashboard
from reports.released_rows import Scope, for_clinic, released
from reports.reviewer import quality_html, rules_html
from reports.sections import instrument, methods, own_definitions, quality, verified
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
    "build_site",
    "csv_bytes",
]


# No clinic has definitions of its own.
NO_OWN: Mapping[str, Mapping[str, ReleasedTable]] = MappingProxyType({})
# Sorts and filters the tables of a page.
TABLE_SCRIPTS = ("tables.js",)
# Speak and draw a page's sections for what a reader chose; a page's own rows come last.
SECTION_SCRIPTS = (*TABLE_SCRIPTS, "speaking.js", "sections.js", "lists.js")


def build_site(
    tables: Mapping[str, ReleasedTable], about: About, own: Mapping[str, Mapping[str, ReleasedTable]] = NO_OWN
) -> dict[str, bytes]:
    """Relative path -> bytes of every page of a release: the network's and each clinic's own site.

    tables: released tables by name (`outcomes_by_route_condition`, `denominators`, `score_trajectories`,
    `data_quality`; a missing one gives an empty section). own: clinic id -> the tables that stand in their place on
    its own site, made by its own definitions. TypeError when one is not a ReleasedTable.
    """
    tables = {name: released(table, name) for name, table in tables.items()}
    page = Page(tables, about, words_of(about.language, about.limits))
    names = sorted(tables)
    site = {
        "index.html": _index(page, names),
        "care.html": _care(page, names),
        "change.html": _change(page, names),
        **_quality(page, names),
        "methods.html": _methods(page, names),
        **_instruments(page),
    }
    for clinic_id in sorted(about.clinics):
        of_clinic = build_clinic_site({**tables, **own.get(clinic_id, {})}, about, clinic_id)
        site |= {f"clinics/{clinic_id}/{path}": content for path, content in of_clinic.items()}
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
        "change.html": _change(page, names),
        **_quality(page, names),
        "methods.html": _methods(page, names),
        **_instruments(page),
        **{f"tables/{name}.csv": csv_bytes(own[name]) for name in names},
    }


def _index(page: Page, names: Sequence[str]) -> bytes:
    with theme.unchecked(False):
        shown = dashboard(page)
    values = frame(page, "outcomes", names) | {"dashboard": shown, "overridden": own_definitions.sentences(page)}
    return render.page("index.html.j2", page.words, values, (*SECTION_SCRIPTS, "dashboard.js"), shown.data)


def _care(page: Page, names: Sequence[str]) -> bytes:
    with theme.unchecked(False):
        shown = care_page(page)
    values = frame(page, "care", names) | {"care": shown}
    return render.page("care.html.j2", page.words, values, (*SECTION_SCRIPTS, "care.js"), shown.data)


def _change(page: Page, names: Sequence[str]) -> bytes:
    with theme.unchecked(False):
        shown = change_page(page)
    values = frame(page, "change", names) | {"care": shown, "overridden": own_definitions.sentences(page)}
    return render.page("change.html.j2", page.words, values, (*SECTION_SCRIPTS, "care.js"), shown.data)


def _quality(page: Page, names: Sequence[str]) -> dict[str, bytes]:
    """quality.html with what is told of each rule: a page of its own, on a clinic's site one page for all."""
    lines = quality.lines_of_table(page)
    page = replace(page, rule_pages=rules_html.addresses_of(page, lines))
    return {
        "quality.html": quality_html.quality_page(page, lines, frame(page, "quality", names)),
        **rules_html.rule_pages(page, lines, lambda up: frame(page, "rules", names, up)),
    }


def _methods(page: Page, names: Sequence[str]) -> bytes:
    values = frame(page, "methods", names) | methods.content(page)
    return render.page("methods.html.j2", page.words, values, TABLE_SCRIPTS)


def _instruments(page: Page) -> dict[str, bytes]:
    """A page of each instrument of this scope; no table stands behind it."""
    framed = frame(page, "instruments", (), "../")
    return {
        f"{instrument.FOLDER}/{form.id}.html": render.page(
            "instrument.html.j2",
            page.words,
            framed | {"heading": form.name, **instrument.content(page, form)},
            TABLE_SCRIPTS,
        )
        for form in instrument.shown_forms(page)
    }


def frame(page: Page, here: str, names: Sequence[str], up: str = "") -> dict[str, Any]:
    """What every page shows: whose it is, who may read it, the synthetic mark, the facts, the links.

    up: from the page to the folder of the others, `../`.
    """
    words, about, alone = page.words, page.about, page.scope.clinic_id != ALL
    facts = {
        "definition_set": own_definition_set(page.scope.clinic_id)
        if alone and about.overrides
        else about.definition_set,
        "contract_version": about.contract_version,
        "product_version": about.product_version,
        "profile": about.profile,
    }
    links = (
        ("outcomes", "index.html"),
        ("care", "care.html"),
        ("change", "change.html"),
        ("quality", "quality.html"),
        ("methods", "methods.html"),
    )
    title = {
        "outcomes": "page.title",
        "care": "page.care_title",
        "change": "page.change_title",
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
        "links": [
            {"href": up + href, "text": words.say(f"page.{key}_link"), "here": key == here} for key, href in links
        ],
        "verified": verified.foot(page, f"{up}methods.html#verified" if here != "reviewer" else ""),
        "table_files": [{"href": f"{up}tables/{name}.csv", "text": name} for name in names],
    }
