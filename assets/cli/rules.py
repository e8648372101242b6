"""The rules and definitions in force, for a terminal or a program."""

from __future__ import annotations

import json

from rich.table import Table

from assets.cli.console import plain_console
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import RULES
from pipelines.version import DEFINITION_SET


def print_rules(as_json: bool) -> None:
    """Print every validation rule, and every cited fact of the instrument catalogue."""
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
            json.dumps({"definition_set": DEFINITION_SET, "rules": listed, "facts": facts.to_dict("records")}, indent=1)
        )
        return
    console = plain_console()
    table = Table(title=f"Validation rules ({len(RULES)})", title_justify="left")
    for name in ("code", "group", "effect", "threshold %", "what must hold"):
        table.add_column(name)
    for rule in RULES:
        table.add_row(rule.code, rule.group, rule.effect, f"{rule.threshold_pct:g}", rule.sentence)
    console.print(table)
    definitions = Table(title=f"Definitions in force ({DEFINITION_SET})", title_justify="left")
    for name in ("scale", "fact", "stated", "source", "source status"):
        definitions.add_column(name)
    for fact in facts.to_dict("records"):
        status = fact["source_status"].replace("_", " ")
        definitions.add_row(fact["scale"], fact["fact"], fact["stated"], fact["source"], status)
    console.print(definitions)
