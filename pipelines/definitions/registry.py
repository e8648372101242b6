"""The registry of outcome definitions: what each figure is, of whom, without whom, and where that comes from.

One TOML per group of GROUPS. Their texts are the only ones: `kap rules`, docs/definitions.md and the methods page of a
release all print them, with the lengths and limits in force in their `{places}`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from pipelines.disclosure.limits import Limits
from pipelines.vocabulary import PRIMARY_SCALES

# In the order in which a reader meets them.
GROUPS = (
    "entering",
    "rates",
    "change",
    "individual",
    "talking_therapies",
    "checks",
    "care",
    "showing",
    "judging",
)
# As those of a scale's facts; by_scale: each scale's own source. formula: a published formula, applied here.
SourceStatus = Literal["primary", "secondary", "unverified", "project_choice", "formula", "by_scale"]
# Where a definition that this project made itself is written down.
CONTRACT = "CONTRACT.md"
ID_PATTERN = r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One definition of a version of its own: change what it means, and `version` goes up.

    formula: what it is, in words; symbols: the same with signs, where that says more. numerator, denominator: who or
    what is counted, of whom; empty where nothing is divided. exclusions: who is left out. detail: what else a reader
    must know. columns: the output columns it defines, as `table.column` with `*` for any. Texts may hold `{places}`
    of lengths and limits in force.
    """

    id: str
    version: int
    group: str
    title: str
    formula: str
    source: str
    source_status: SourceStatus
    symbols: str = ""
    numerator: str = ""
    denominator: str = ""
    exclusions: str = ""
    detail: str = ""
    columns: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Id and version in one: `response@1`."""
        return f"{self.id}@{self.version}"

    def defines(self, table: str, column: str) -> bool:
        """Whether the column of that output table is this definition's."""
        return any(fnmatchcase(f"{table}.{column}", pattern) for pattern in self.columns)

    @property
    def columns_named(self) -> list[str]:
        """What it defines, each column once whatever the table: `response_n`, `all of score_trajectories`."""
        split = (pattern.split(".", 1) for pattern in self.columns)
        return list(dict.fromkeys(f"all of {table}" if column == "*" else column for table, column in split))

    def filled(self, places: Mapping[str, str]) -> Definition:
        """The definition with every place filled. KeyError for a place that is not among `places`."""
        return replace(self, **{name: getattr(self, name).format(**places) for name in TEXTS})


TEXTS = ("formula", "symbols", "numerator", "denominator", "exclusions", "detail")


@cache
def load_definitions() -> Mapping[str, Definition]:
    """Every definition by its id, in the order of GROUPS and of their files.

    Raises:
        ValueError: an entry without what it needs, or an id that stands twice: the product is broken.
    """
    found: dict[str, Definition] = {}
    for group in GROUPS:
        content = _read(group)
        for entry in content["definition"]:
            definition = _definition(group, entry, content.get("tables", ()))
            if definition.id in found:
                raise ValueError(f"{group}.toml: {definition.id} stands twice")
            found[definition.id] = definition
    return MappingProxyType(found)


@cache
def group_headings() -> Mapping[str, str]:
    """Group -> its heading, in the order of GROUPS."""
    return MappingProxyType({group: str(_read(group)["heading"]) for group in GROUPS})


def _read(group: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{group}.toml").read_text(encoding="utf-8"))


def _definition(group: str, entry: Mapping[str, Any], tables: Iterable[str]) -> Definition:
    """One entry; a column without a table is that of each of the file's `tables`."""
    unknown = set(entry) - {field.name for field in fields(Definition)}
    needed = {"id", "version", "title", "formula", "source", "source_status"}
    if unknown or needed - set(entry) or not re.fullmatch(ID_PATTERN, entry["id"]):
        raise ValueError(f"{group}.toml: {entry.get('id')} has not the form of a definition")
    if entry["source_status"] not in get_args(SourceStatus):
        raise ValueError(f"{group}.toml: {entry['id']} has a source status that nobody knows")
    columns = tuple(
        whole
        for column in entry.get("columns", ())
        for whole in ([column] if "." in column else [f"{table}.{column}" for table in tables])
    )
    return Definition(**{**entry, "group": group, "columns": columns})


def places_in_force(
    lengths: Mapping[str, float],
    timepoints: Iterable[tuple[str, int, int, int]],
    limits: Limits,
    shown: Callable[[float], str] = "{:g}".format,
) -> dict[str, str]:
    """What fills the places of the texts: lengths of care, windows, limits in force and the lists of primary scales.

    timepoints: of each its name, first, last and target day (`{week_4_from}`, `{week_4_to}`, `{week_4_target}`).
    shown: how a number is written.
    """
    days = {
        f"{name}_{part}": day
        for name, *window in timepoints
        for part, day in zip(("from", "to", "target"), window, strict=True)
    }
    numbers = {**lengths, **days, **asdict(limits), "largest_withheld_n": limits.smallest_group_n - 1}
    listed = (f"{', '.join(conditions)}: {', '.join(scales)}" for scales, conditions in _by_primary_scales().items())
    return {**{name: shown(value) for name, value in numbers.items()}, "primary_scales": "; ".join(listed)}


def _by_primary_scales() -> dict[tuple[str, ...], list[str]]:
    """Conditions with the same list of scales together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for condition, scales in PRIMARY_SCALES.items():
        found.setdefault(scales, []).append(condition)
    return found
