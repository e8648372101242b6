"""What each version of a definition means, held still: its digest stands in frozen.toml from its first day on.

`python -m pipelines.definitions.frozen` adds what is new. It never changes a line: a text that means something else is
a new version, in the registry and in the CHANGELOG.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pipelines.care.windows import Windows
from pipelines.definitions.registry import TEXTS, Definition, load_definitions, places_in_force
from pipelines.disclosure.limits import Limits
from pipelines.provenance.canonical import canonical, digest

FROZEN_FILE = Path(__file__).with_name("frozen.toml")


def places_of(windows: Windows, limits: Limits) -> dict[str, str]:
    """What fills the places of the texts under these windows and limits."""
    lengths = {name: value for name, value in asdict(windows).items() if name != "timepoints"}
    timepoints = ((each.name, each.first_day, each.last_day, each.target_day) for each in windows.timepoints)
    return places_in_force(lengths, timepoints, limits)


def meaning(definition: Definition) -> str:
    """SHA-256 in hex of what a definition means by default: its texts but for title and source, places filled."""
    told = definition.filled(places_of(Windows(), Limits()))
    return digest(canonical({name: getattr(told, name) for name in TEXTS}))


def registry_digest() -> str:
    """SHA-256 in hex over every definition's version and meaning: what a release records beside the set's id."""
    return digest(canonical({definition.name: meaning(definition) for definition in load_definitions().values()}))


def read_frozen() -> Mapping[str, str]:
    """`id@version` -> the digest of its meaning."""
    return tomllib.loads(FROZEN_FILE.read_text(encoding="utf-8")) if FROZEN_FILE.exists() else {}


def freeze() -> list[str]:
    """Add the digests of definitions and versions that are new; return their names."""
    frozen = read_frozen()
    new = {each.name: meaning(each) for each in load_definitions().values() if each.name not in frozen}
    lines = (f'"{name}" = "{value}"' for name, value in sorted({**new, **frozen}.items()))
    head = "# What each version of a definition means (SHA-256). Lines are added, never changed: see frozen.py."
    FROZEN_FILE.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return sorted(new)


if __name__ == "__main__":
    print(*freeze(), sep="\n")
