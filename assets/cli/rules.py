"""The rules and definitions in force, for a terminal or a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from assets.cli.console import plain_console
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.provenance.history import read_history
from pipelines.rules.catalogue import RULES
from pipelines.settings import load_settings
from pipelines.version import DEFINITION_SET


def print_rules(home: Home | None, as_json: bool) -> None:
    """Print every validation rule, what is in force on the home, and every cited fact of the instrument catalogue.

    Without a home, what is in force are the defaults.

    Raises:
        KapError: the home's settings have problems, all of them (exit 2); its ledger cannot be read (exit 1).
    """
    in_force = _in_force(home)
    facts = load_catalogue().facts()
    if as_json:
        listed = [
            {
                "code": rule.code,
                "group": rule.group,
                "effect": rule.effect,
                "threshold_pct": rule.threshold_pct,
                "threshold_reason": rule.threshold_reason,
                "sentence": rule.sentence,
                "remedy": rule.remedy,
                "applies": [list(pair) for pair in rule.applies],
            }
            for rule in RULES
        ]
        print(
            json.dumps(
                {
                    "definition_set": DEFINITION_SET,
                    "rules": listed,
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
