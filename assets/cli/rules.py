"""The rules and definitions in force, for a terminal or a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from assets.cli.console import STRONG, Line, listed, plain_console, reading_width, sentence, show_lines, wrapped
from pipelines.codes import Code, codes, family_of
from pipelines.contract.nearest import nearest
from pipelines.definitions.frozen import places_of
from pipelines.definitions.registry import Definition, load_definitions
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.overriding import FACTS
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.history import read_history
from pipelines.rules.catalogue import BY_CODE, RULES, threshold_in_force
from pipelines.rules.rule import Rule
from pipelines.settings import Settings
from pipelines.steps.job import settings_of
from pipelines.version import DEFINITION_SET

# What a failing record, value or delivery suffers, in words.
EFFECTS = {
    "blocks": "the clinic's new delivery stays out of the release until a corrected one comes",
    "quarantines": "the row is set aside",
    "blanks": "the value is left out, the row stays",
    "warns": "nothing is left out; the reviewer is told",
    "informs": "nothing is left out; it is counted",
}


def print_rules(home: Home | None, as_json: bool) -> None:
    """Print every validation rule, what is in force on the home, every outcome definition and every cited fact.

    Without a home, what is in force are the defaults.

    Raises:
        KapError: the home's settings have problems, all of them (exit 2); its ledger cannot be read (exit 1).
    """
    in_force = _in_force(home)
    facts = load_catalogue().facts()
    if as_json:
        print(
            json.dumps(
                {
                    "definition_set": DEFINITION_SET,
                    "rules": [_fields(rule) for rule in RULES],
                    "in_force": in_force,
                    "definitions": [_registered(definition) for definition in _definitions(home)],
                    "facts": facts.to_dict("records"),
                },
                indent=1,
            )
        )
        return
    console = plain_console()
    table = Table(title=f"Validation rules ({len(RULES)})", title_justify="left")
    for name in ("code", "group", "effect", "threshold %", "what must hold"):
        table.add_column(name)
    limits = _settings(home).thresholds.of_rules()
    for rule in RULES:
        table.add_row(rule.code, rule.group, rule.effect, f"{threshold_in_force(rule, limits):g}", rule.sentence)
    console.print(table)
    _print_in_force(in_force, console)
    _print_definitions(_definitions(home), console)
    cited = Table(title=f"Facts of the scales ({len(facts)})", title_justify="left")
    for name in ("scale", "fact", "stated", "source", "source status"):
        cited.add_column(name)
    for fact in facts.to_dict("records"):
        status = fact["source_status"].replace("_", " ")
        cited.add_row(fact["scale"], fact["fact"], fact["stated"], fact["source"], status)
    console.print(cited)


def print_entry(asked: str, home: Home | None, as_json: bool) -> None:
    """Print one code of a message, one scale (`phq9`, `phq9.response`), or one definition with the values in force.

    Raises:
        KapError: none of these (exit 2); the home's settings have problems (exit 2).
    """
    wanted = asked.strip().lower().partition("@")[0]
    scale_id, _, fact = wanted.partition(".")
    if scale_id in load_catalogue().scales:
        print_scale(scale_id, fact, home, as_json)
        return
    ids = [*load_definitions(), *load_catalogue().scales]
    if wanted not in load_definitions() and (wanted.startswith("kap") or not nearest(scale_id, ids)):
        print_code(asked, as_json)
        return
    if wanted not in load_definitions():
        expected = "expected a code as a message gives it in brackets, or the id of a definition or a scale."
        hint = f"the nearest one is {nearest(scale_id, ids)}; `kap rules` lists them."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U05", expected, hint)])
    (told,) = (definition for definition in _definitions(home) if definition.id == wanted)
    own = _overrides(home, wanted)
    if as_json:
        print(json.dumps(_registered(told) | {"overrides": own}, indent=1))
        return
    console = Console()
    width = reading_width(console)
    show_lines([*_definition_lines(told, width), *_override_lines(own, width)], console)


def print_scale(scale_id: str, fact: str, home: Home | None, as_json: bool) -> None:
    """Print one scale's facts, or one of them, each with its source; and what clinics of the home put in its place.

    Raises:
        KapError: no such fact (exit 2); the home's settings have problems (exit 2).
    """
    of_scale = [row for row in load_catalogue().facts().to_dict("records") if row["scale"] == scale_id]
    known = [*dict.fromkeys([*(str(row["fact"]) for row in of_scale), *FACTS])]
    if fact and fact not in known:
        expected = f"expected a fact of {scale_id}: {listed(known, len(known))}."
        close = nearest(fact, known)
        raise KapError(ExitCode.USAGE, [Problem("KAP-U05", expected, f"use {close}." if close else "use one of them.")])
    facts = [row for row in of_scale if not fact or row["fact"] == fact]
    own = _overrides(home, fact, scale_id)
    if as_json:
        print(json.dumps({"scale": scale_id, "facts": facts, "overrides": own}, indent=1))
        return
    console = Console()
    width = reading_width(console)
    show_lines([*_scale_lines(scale_id, facts, width), *_override_lines(own, width)], console)


def _scale_lines(scale_id: str, facts: list[dict[Any, Any]], width: int) -> Iterator[Line]:
    yield Line(f"{scale_id} · {load_catalogue().scales[scale_id].name}", STRONG)
    for row in facts:
        note = f" {sentence(row['note'])}" if row["note"] else ""
        source = f"Source: {row['source']} ({row['source_status'].replace('_', ' ')})."
        yield from wrapped(f"{row['fact']}: {row['stated']}.{note} {source}", width, 2, hang=4)
    if not facts:
        yield from wrapped("Not defined in the catalogue.", width, 2)


def _overrides(home: Home | None, fact: str, scale_id: str | None = None) -> list[dict[str, Any]]:
    """The home's overrides of this fact, of any fact where it is empty; of one scale or all."""
    parts = ((override, *override.definition.rpartition(".")[::2]) for override in _settings(home).overrides)
    return [
        override.model_dump()
        for override, of_scale, of_fact in parts
        if scale_id in (None, of_scale) and fact in ("", of_fact)
    ]


def _override_lines(own: list[dict[str, Any]], width: int) -> Iterator[Line]:
    for override in own:
        told = f"{override['definition']} of {override['clinic']} alone: {override['value']:g}, because: "
        yield from wrapped(f"{'Own here:':<16}{told}{sentence(override['reason'])}", width, 2, hang=16)


def _definitions(home: Home | None) -> list[Definition]:
    """Every definition with the lengths and limits in force in it."""
    settings = _settings(home)
    places = places_of(settings.clinic_windows(), settings.disclosure_limits())
    return [definition.filled(places) for definition in load_definitions().values()]


def _registered(definition: Definition) -> dict[str, Any]:
    return {**asdict(definition), "definition_set": DEFINITION_SET}


def _definition_lines(told: Definition, width: int) -> Iterator[Line]:
    yield Line(f"{told.name} · {told.title}", STRONG)
    parts = {
        "Formula": told.formula,
        "In signs": told.symbols,
        "Numerator": told.numerator,
        "Denominator": told.denominator,
        "Left out": told.exclusions,
        "In detail": told.detail,
        "Source": f"{told.source} ({told.source_status.replace('_', ' ')})",
        "Set": DEFINITION_SET,
        "Columns": listed(told.columns_named, 8) if told.columns else "",
    }
    for name, text in parts.items():
        if text:
            yield from wrapped(f"{name + ':':<16}{text}", width, 2, hang=16)


def _print_definitions(definitions: list[Definition], console: Console) -> None:
    title = f"Outcome definitions ({DEFINITION_SET}, {len(definitions)}); kap rules ID tells one in full"
    table = Table(title=title, title_justify="left")
    for name in ("definition", "formula", "source", "source status"):
        table.add_column(name)
    for told in definitions:
        table.add_row(told.name, told.formula, told.source, told.source_status.replace("_", " "))
    console.print(table)


def print_code(code: str, as_json: bool) -> None:
    """Print what one code means and what to do; of a validation rule also what it looks at and what a failure does.

    Raises:
        KapError: no such code (exit 2).
    """
    known = {each.code: each for each in codes()}
    wanted = code.strip().upper()
    if wanted not in known:
        # A slip is in the number more often than in the letter.
        close = nearest(wanted, [each for each in known if each[:5] == wanted[:5]] or known)
        hint = f"the nearest one is {close}." if close else "`kap rules` lists the rules."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U05", "expected a code as a message gives it in brackets.", hint)])
    told = known[wanted]
    rule = BY_CODE.get(wanted)
    if as_json:
        print(json.dumps({"code": told.code, "meaning": told.meaning, "remedy": told.remedy, "rule": _fields(rule)}))
        return
    console = Console()
    show_lines(_code_lines(told, rule, reading_width(console)), console)


def _code_lines(told: Code, rule: Rule | None, width: int) -> Iterator[Line]:
    family = family_of(told.code)
    yield Line(f"{told.code} · {family.title}", STRONG)
    parts = {"What must hold": told.meaning, "To do": told.remedy}
    if rule is not None:
        effects = dict.fromkeys(EFFECTS[rule.effect_on(column)] for _, column in rule.applies)
        parts |= {
            "Common cause": rule.cause,
            "If it fails": "; or: ".join(effects),
            "Passes up to": f"{rule.threshold_pct:g} %: {rule.threshold_reason}",
        }
    else:
        parts["Kind"] = family.means
    for name, text in parts.items():
        yield from wrapped(f"{name + ':':<16}{sentence(text)}", width, 2, hang=16)
    if rule is not None:
        columns = dict.fromkeys(f"{table}.{column}" if column else table for table, column in rule.applies)
        yield from wrapped(f"{'Looks at:':<16}{listed(columns, 8)}", width, 2, hang=16)


def _fields(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {
        "code": rule.code,
        "group": rule.group,
        "effect": rule.effect,
        "threshold_pct": rule.threshold_pct,
        "threshold_reason": rule.threshold_reason,
        "sentence": rule.sentence,
        "cause": rule.cause,
        "remedy": rule.remedy,
        "applies": [list(pair) for pair in rule.applies],
    }


def _in_force(home: Home | None) -> dict[str, Any]:
    settings = _settings(home)
    return {
        "source": "home" if home else "defaults",
        "windows": asdict(settings.clinic_windows()),
        "thresholds": settings.thresholds.model_dump(),
        "reliable_change_frozen": read_history(home.ledger.entries()).frozen if home else {},
        "overrides": [override.model_dump() for override in settings.overrides],
    }


def _settings(home: Home | None) -> Settings:
    return settings_of(home) if home else Settings()


def _print_in_force(in_force: dict[str, Any], console: Console) -> None:
    of = "on this home" if in_force["source"] == "home" else "by default"
    table = Table(title=f"Thresholds and windows in force {of}", title_justify="left")
    for name in ("setting", "value"):
        table.add_column(name)
    for setting, value in _settings_in_force(in_force):
        table.add_row(setting, value)
    console.print(table)


def _settings_in_force(in_force: dict[str, Any]) -> Iterator[tuple[str, str]]:
    thresholds = dict(in_force["thresholds"])
    of_rules = {f"rules.{code}": pct for code, pct in sorted(thresholds.pop("rules").items())}
    for name, value in {**thresholds, **of_rules}.items():
        yield f"thresholds.{name}", f"{value:g}"
    for name, value in in_force["windows"].items():
        if name != "timepoints":
            yield f"windows.{name}", f"{value:g}"
    for window in in_force["windows"]["timepoints"]:
        days = f"days {window['first_day']} to {window['last_day']}, nearest to {window['target_day']}"
        yield f"windows.{window['name']}", f"{days}, from the {window['anchor'].replace('_', ' ')}"
    for scale, value in sorted(in_force["reliable_change_frozen"].items()):
        yield f"reliable change of {scale}, frozen", f"{value:g} points"
    for override in in_force["overrides"]:
        told = f"{override['value']:g}, because: {override['reason']}"
        yield f"{override['definition']} of {override['clinic']} alone", told
