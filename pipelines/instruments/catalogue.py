"""Reads the instruments (one TOML each, beside this module) and gives them as relations. All problems at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionDtype
from pydantic import TypeAdapter, ValidationError

from pipelines.engine import Engine, load_sql
from pipelines.instruments import relations
from pipelines.instruments.consistency import disagreements
from pipelines.instruments.model import Instrument, Scale
from pipelines.instruments.overriding import Override, overridden_instruments
from pipelines.problems import ExitCode, KapError, Problem

UNREADABLE = "KAP-I01"
UNFIT = "KAP-I02"
UNCITED = "KAP-I03"
INCONSISTENT = "KAP-I04"


@dataclass(frozen=True)
class Catalogue:
    """Every instrument by its id."""

    instruments: Mapping[str, Instrument]

    @property
    def scales(self) -> Mapping[str, Scale]:
        """Every outcome scale by its id, in order of id."""
        listed = {scale.id: scale for instrument in self.instruments.values() for scale in instrument.scales}
        return MappingProxyType(dict(sorted(listed.items())))

    @property
    def delivered_ids(self) -> tuple[str, ...]:
        """Every id a row of `scores` may carry in `scale`: forms and scales."""
        return tuple(sorted({*self.instruments, *self.scales}))

    def instrument_of(self, scale: str) -> Instrument:
        """The form a scale is scored from. Raises KeyError for an id outside the catalogue."""
        for instrument in self.instruments.values():
            if scale in (instrument.id, *(own.id for own in instrument.scales)):
                return instrument
        raise KeyError(scale)

    def overridden(self, overrides: Iterable[Override]) -> Catalogue:
        """The catalogue as a clinic with these overrides reads it; this one stays as it is.

        Raises:
            ValueError: a scale cannot have the value; KeyError: no such fact. `settings_overrides` refuses both before.
        """
        return Catalogue(overridden_instruments(self.instruments, overrides))

    def scale_definitions(self) -> pd.DataFrame:
        """One row per outcome scale: limits and the default rules in force, with source and source status of each.

        Empty = no publication gives it. Values in points of the scale, response in percent or points.
        """
        owned = sorted(
            ((instrument, scale) for instrument in self.instruments.values() for scale in instrument.scales),
            key=lambda pair: pair[1].id,
        )
        rows = [relations.definition(instrument, scale) for instrument, scale in owned]
        dtypes: dict[type, ExtensionDtype] = {
            str: pd.StringDtype(),
            float: pd.Float64Dtype(),
            int: pd.Int32Dtype(),
        }
        return pd.DataFrame(
            {
                name: pd.Series([row[name] for row in rows], dtype=dtypes[kind])
                for name, kind in relations.DEFINITION_KINDS.items()
            }
        )

    def scoring_rules(self) -> pd.DataFrame:
        """One row per outcome scale: what scoring.sql needs. Item lists are indexed by item number from 1.

        `source_scale` is the form it is scored from; each of `item_groups` counts as its highest answer.
        """
        rows = [
            relations.rule(instrument, scale) for instrument in self.instruments.values() for scale in instrument.scales
        ]
        return pd.DataFrame(rows).sort_values("scale", ignore_index=True)

    def scale_limits(self) -> pd.DataFrame:
        """One row per id a score row may carry: legal items and totals.

        Item lists are indexed by the form's item number; an empty entry, or one beyond the end, is no item of it.
        A subscale keeps the item numbers of its form. `n_items` counts its own items.
        """
        rows = []
        for instrument in self.instruments.values():
            if not instrument.is_scale:
                rows.append(relations.limits(instrument, instrument.id, range(1, instrument.items.count + 1), None))
            for scale in instrument.scales:
                numbers = relations.own_items(instrument, scale)
                rows.append(relations.limits(instrument, scale.id, numbers, scale))
        return pd.DataFrame(rows).sort_values("scale", ignore_index=True)

    def version_guards(self) -> pd.DataFrame:
        """One row per scale and look-alike form or version of it: the scores of both; no ends = no total can tell."""
        rows = [
            relations.guard(self.scales[scale], guard)
            for instrument in self.instruments.values()
            for guard in instrument.version_guards
            for scale in guard.scales or (instrument.id,)
        ]
        return pd.DataFrame(rows, columns=list(relations.GUARD_COLUMNS)).sort_values(
            ["scale", "kind"], ignore_index=True
        )

    def facts(self) -> pd.DataFrame:
        """One row per cited fact: scale, fact, stated (its values in words), note, source, source_status."""
        rows = [
            {
                "scale": owner,
                "fact": name,
                "stated": relations.in_words(fact),
                "note": fact.note or "",
                "source": fact.source,
                "source_status": fact.source_status,
            }
            for instrument in self.instruments.values()
            for owner, name, fact in instrument.facts()
        ]
        return pd.DataFrame(rows)

    def define_in(self, engine: Engine) -> None:
        """Make `scale_definitions`, `scoring_rules`, `scale_limits`, `version_guards` and the macros in the engine."""
        for name, relation in self._relations.items():
            engine.define(name, relation)
        for macro, parameters in (
            ("asked_answers", "answers, skips, item_minimum"),
            ("is_on_step", "total, lowest, step"),
        ):
            engine.execute(f"CREATE OR REPLACE MACRO {macro}({parameters}) AS (\n{load_sql(__file__, macro)})")

    # Made once: every file taken in has an engine of its own.
    @cached_property
    def _relations(self) -> Mapping[str, pa.Table]:
        frames = {
            "scoring_rules": self.scoring_rules(),
            "scale_limits": self.scale_limits(),
            "version_guards": self.version_guards(),
        }
        with Engine() as engine:
            engine.define("scale_definitions", self.scale_definitions())
            made = {"scale_definitions": engine.arrow("SELECT * FROM scale_definitions")}
            for name, frame in frames.items():
                engine.define(f"_{name}", frame)
                made[name] = engine.arrow(load_sql(__file__, name))
        return made


@cache
def load_catalogue() -> Catalogue:
    """The catalogue shipped with the product, read once."""
    return read_catalogue(Path(__file__).parent)


def read_catalogue(folder: Path) -> Catalogue:
    """The instruments of `folder/*.toml`.

    Raises:
        KapError: (exit code 2) with every problem of every file: unreadable, a missing or unknown entry, a rule
            without a citation, facts that disagree with each other.
    """
    problems: list[Problem] = []
    instruments: dict[str, Instrument] = {}
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        instrument = _read(path, problems)
        if instrument is None:
            continue
        instruments[instrument.id] = instrument
        for scale_id in {instrument.id, *(scale.id for scale in instrument.scales)}:
            if owners.setdefault(scale_id, path.name) != path.name:
                problems.append(_problem(INCONSISTENT, path, "scales", "an id that no other file uses"))
    if problems:
        raise KapError(ExitCode.USAGE, problems)
    return Catalogue(MappingProxyType(instruments))


def _read(path: Path, problems: list[Problem]) -> Instrument | None:
    """The instrument of one file, or None after its problems were noted."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        problems.append(_problem(UNREADABLE, path, "", "a TOML file in UTF-8"))
        return None
    try:
        instrument = TypeAdapter(Instrument).validate_python(content)
    except ValidationError as error:
        problems.extend(_shape_problem(path, found) for found in error.errors(include_input=False, include_url=False))
        return None
    if instrument.id != path.stem:
        problems.append(_problem(INCONSISTENT, path, "id", "the file's own name"))
    problems.extend(_problem(INCONSISTENT, path, place, expected) for place, expected in disagreements(instrument))
    return instrument


def _shape_problem(path: Path, found: Any) -> Problem:
    place = ".".join(str(part) for part in found["loc"])
    if found["loc"] and found["loc"][-1] in ("source", "source_status", "sources"):
        return _problem(UNCITED, path, place, "a source and its status for every rule")
    if found["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return _problem(UNFIT, path, place, "only entries the catalogue knows")
    return _problem(UNFIT, path, place, found["msg"].lower())


def _problem(code: str, path: Path, place: str, expected: str) -> Problem:
    return Problem(
        code,
        expected=f"expected {expected}.",
        remedy="correct this entry of the instrument's file.",
        file=path.name,
        column=place or None,
    )
