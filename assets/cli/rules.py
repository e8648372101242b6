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
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.history import read_history
from pipelines.rules.catalogue import BY_CODE, RULES
from pipelines.rules.rule import Rule
from pipelines.settings import load_settings
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
    """Print every validation rule, what is in force on the home, and every cited fact of the instrument catalogue.

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
    for rule in RULES:
        table.add_row(rule.code, rule.group, rule.effect, f"{rule.threshold_pct:g}", rule.sentence)
    console.print(table)
    _print_in_force(in_force, console)
    definitions = Table(title=f"Definitions in force ({DEFINITION_SET})", title_justify="left")
    for name in ("scale", "fact", "stated", "source", "source status"):
        definitions.add_column(name)
    for fact in facts.to_dict("records"):
        status = fact["source_status"].replace("_", " ")
        definitions.add_row(fact["scale"], fact["fact"], fact["stated"], fact["source"], status)
    console.print(definitions)


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
    settings = load_settings(home.settings_file if home else None)
    return {
        "source": "home" if home else "defaults",
        "windows": asdict(settings.clinic_windows()),
        "thresholds": settings.thresholds.model_dump(),
        "reliable_change_frozen": read_history(home.ledger.entries()).frozen if home else {},
    }


def _print_in_force(in_force: dict[str, Any], console: Console) -> None:
    of = "on this home" if in_force["source"] == "home" else "by default"
    table = Table(title=f"Thresholds and windows in force {of}", title_justify="left")
    for name in ("setting", "value"):
        table.add_column(name)
    for setting, value in _settings_in_force(in_force):
        table.add_row(setting, value)
    console.print(table)


def _settings_in_force(in_force: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in in_force["thresholds"].items():
        yield f"thresholds.{name}", f"{value:g}"
    for name, value in in_force["windows"].items():
        if name != "timepoints":
            yield f"windows.{name}", f"{value:g}"
    for window in in_force["windows"]["timepoints"]:
        days = f"days {window['first_day']} to {window['last_day']}, nearest to {window['target_day']}"
        yield f"windows.{window['name']}", f"{days}, from the {window['anchor'].replace('_', ' ')}"
    for scale, value in sorted(in_force["reliable_change_frozen"].items()):
        yield f"reliable change of {scale}, frozen", f"{value:g} points"
