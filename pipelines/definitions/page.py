"""The registry as a page of docs/: every definition under the default lengths and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from pipelines.definitions.registry import Definition, group_headings, load_definitions
from pipelines.version import DEFINITION_SET

_PARTS = {
    "symbols": "In signs",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "exclusions": "Left out",
    "detail": "In detail",
}


def definitions_page(places: Mapping[str, str]) -> str:
    """Markdown of every definition, `places` filled (see `registry.places_in_force`)."""
    parts = [
        f"# Outcome definitions: {DEFINITION_SET}",
        "",
        "Made from `pipelines/definitions/`, under the default lengths and limits; `kap rules --home HOME` tells those "
        "in force, `kap rules response` one in full. A definition that comes to mean something else gets a new version "
        "and the set a new id. A release records the set and a digest of it in its manifest.",
        "",
        "A clinic may set another value of a scale (response, remission, caseness, reliable change and others) for its "
        "own pages: see `[[overrides]]` in [run-it.md](run-it.md).",
        "",
    ]
    for group, definitions in groupby(load_definitions().values(), key=lambda definition: definition.group):
        parts += [f"## {group_headings()[group]}", ""]
        for definition in definitions:
            parts += [*_entry(definition.filled(places)), ""]
    return "\n".join(parts)


def _entry(told: Definition) -> Iterator[str]:
    yield f"### {told.title}"
    yield ""
    yield f"`{told.name}`. {told.formula}"
    yield ""
    for part, name in _PARTS.items():
        if text := getattr(told, part):
            yield f"- {name}: {text}"
    yield f"- Source: {told.source} ({told.source_status.replace('_', ' ')})"
    if told.columns:
        yield f"- Columns: {', '.join(told.columns_named)}"
