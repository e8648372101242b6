"""How the figures are made: each definition, window and threshold in force, the scales, the rules and the licences."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from pipelines.definitions.registry import (
    CONTRACT,
    Definition,
    group_headings,
    load_definitions,
    places_in_force,
)
from pipelines.vocabulary import PRIMARY_SCALES, REPORTED_ROUTES
from reports.sections import instrument, method_tables, own_definitions, parts, rule_lines, score_sources, verified
from reports.sections.parts import Cell, Page, Section, TableView

# What an entry says beside its sentence.
PARTS = ("detail", "symbols", "numerator", "denominator", "exclusions")


@dataclass(frozen=True)
class Entry:
    """One definition: its sentence, then what is counted of whom, as pairs of a label and its text."""

    id: str
    title: str
    says: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """Definitions that belong together."""

    id: str
    heading: str
    entries: tuple[Entry, ...]


def content(page: Page) -> dict[str, Any]:
    """What the template methods.html.j2 shows."""
    words = page.words
    groups = _groups(page)
    first = (own_definitions.section(page), score_sources.section(page))
    sections = [
        *(section for section in first if section),
        method_tables.timepoints(page),
        _settings(page),
        method_tables.scales(page),
        method_tables.rules(page),
        _routes(page),
        verified.section(page),
        Section("tables", words.say("methods.files_heading"), words.say("methods.files_sentence")),
    ]
    return {
        "groups": groups,
        "sections": sections,
        "scale_facts": method_tables.facts(page),
        "instruments": _instruments(page),
        "licences": page.about.licences,
        "contents": _contents(page, groups, sections),
    }


def _groups(page: Page) -> list[Group]:
    """Every definition of the registry, in its order."""
    places = _places(page)
    listed = groupby(load_definitions().values(), key=lambda definition: definition.group)
    return [
        Group(
            f"group-{name}",
            group_headings()[name],
            tuple(_entry(page, definition.filled(places)) for definition in definitions),
        )
        for name, definitions in listed
    ]


def _entry(page: Page, told: Definition) -> Entry:
    words = page.words
    if told.source.startswith(CONTRACT):
        source = words.say("methods.own", **_values(page))
    else:
        source = words.say("methods.cited", source=told.source, checked=words.name("source_status", told.source_status))
    parts_told = [(words.say(f"methods.{part}"), text) for part in PARTS if (text := getattr(told, part))]
    named = [(words.say("methods.source"), source), (words.say("methods.named"), told.name)]
    return Entry(f"def-{anchor(told.id)}", told.title, told.formula, (*parts_told, *named))


def anchor(definition_id: str) -> str:
    """The id of a definition as an address on the page."""
    return definition_id.replace("_", "-").replace(".", "-")


def _places(page: Page) -> dict[str, str]:
    """What fills the places of the definitions: the values in force, and the scales by their names."""
    windows = ((each.timepoint, each.first_day, each.last_day, each.target_day) for each in page.about.windows)
    places = places_in_force(page.about.lengths, windows, page.about.limits, rule_lines.plain)
    return places | {"primary_scales": _primary_scales(page)}


def _values(page: Page) -> dict[str, str]:
    """The windows in force, for the sentences that name them."""
    lengths = {name: rule_lines.plain(value) for name, value in page.about.lengths.items()}
    return lengths | {"definition_set": page.about.definition_set}


def _primary_scales(page: Page) -> str:
    """Conditions with the same list of scales together: `Anxiety: GAD-7, HAM-A`."""
    words, conditions = page.words, dict[tuple[str, ...], list[str]]()
    for condition, listed in PRIMARY_SCALES.items():
        conditions.setdefault(listed, []).append(words.name("condition", condition))
    return "; ".join(
        words.say(
            "scale.listed",
            conditions=", ".join(named),
            scales=", ".join(
                page.about.scales[scale].name if scale in page.about.scales else scale for scale in listed
            ),
        )
        for listed, named in conditions.items()
    )


def _settings(page: Page) -> Section:
    """Lengths, then thresholds: what each decides, its value in force, its name in the settings."""
    words = page.words
    lengths = [("windows", name, value) for name, value in page.about.lengths.items()]
    thresholds = asdict(page.about.limits) | dict(page.about.thresholds)
    values = [*lengths, *(("thresholds", name, value) for name, value in thresholds.items())]
    table = TableView(
        words.say("methods.settings_caption"),
        tuple(words.say(f"methods.{name}") for name in ("decides", "value", "setting")),
        tuple(
            (
                parts.label(words.name("setting", name)),
                Cell(words.say(f"unit.{name.rsplit('_', 1)[-1]}", value=rule_lines.plain(value))),
                parts.label(words.say("methods.place_of_setting", section=section, name=name)),
            )
            for section, name, value in values
        ),
        ids=tuple(f"setting-{name}" for _, name, _ in values),
    )
    return Section(
        "settings",
        words.say("methods.settings_heading"),
        words.say("methods.settings_sentence", **_values(page)),
        table=table,
        folded=False,
    )


def _routes(page: Page) -> Section:
    words = page.words
    table = TableView(
        words.say("methods.routes_caption"),
        (words.say("column.route"), words.say("methods.counted_as")),
        tuple(
            (parts.label(words.name("route", route)), parts.label(words.say(f"route_means.{route}", **_values(page))))
            for route in REPORTED_ROUTES
        ),
        ids=tuple(f"route-{route}" for route in REPORTED_ROUTES),
    )
    return Section(
        "routes",
        words.say("methods.routes_heading"),
        words.say("methods.routes_sentence", **_values(page)),
        table=table,
        folded=False,
    )


def _instruments(page: Page) -> TableView | None:
    words, instruments = page.words, page.about.instruments
    if not instruments:
        return None
    return TableView(
        words.say("methods.instruments_caption"),
        tuple(words.say(f"methods.{name}") for name in ("instrument", "licence", "holder", "source", "source_status")),
        tuple(
            (
                parts.label(licence.instrument, instrument.address_of(page, licence.instrument)),
                parts.label(words.name("licence", licence.status)),
                parts.label(licence.holder),
                parts.label(licence.source),
                parts.label(words.name("source_status", licence.source_status)),
            )
            for licence in instruments
        ),
    )


def _contents(page: Page, groups: list[Group], sections: list[Section]) -> list[dict[str, Any]]:
    """The list at the top: every heading, and below a group its entries."""
    listed: list[dict[str, Any]] = [
        {"id": group.id, "text": group.heading, "entries": [{"id": e.id, "text": e.title} for e in group.entries]}
        for group in groups
    ]
    listed += [{"id": section.id, "text": section.heading, "entries": []} for section in sections]
    return [*listed, {"id": "licences", "text": page.words.say("methods.licences_heading"), "entries": []}]
