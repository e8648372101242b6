"""The data dictionary and the empty CSV files of `kap template`, made from the contract."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.contract.fields import Field
from pipelines.contract.tables import DEFAULT_WORDS, MADE_AT_THE_DOOR, TABLES, Table
from pipelines.vocabulary import VOCABULARIES

_TYPES = {
    "token": "token: a UUID, or 1 to 40 letters, digits, - and _",
    "code": "one word",
    "codes": "words split by ;",
    "scale": "id of the scale",
    "integer": "whole number",
    "number": "number, with a point",
    "boolean": "true/false, yes/no, y/n, 1/0",
}
_ON_DAMAGE = {"quarantines": "the row is set aside", "blanks": "the value is left out"}


def template_csv(table: Table) -> str:
    """The header line of a delivery of `table`: every column a file may hold."""
    return ",".join(name for name in table.columns if name not in table.mapping_only) + "\n"


def data_dictionary(scales: Collection[str] = ()) -> str:
    """Markdown: each input table with its grain, key and columns. `scales` are the catalogue's ids."""
    parts = ["# Data dictionary", ""]
    for table in TABLES.values():
        parts += [f"## {table.name}", "", f"One row is {table.grain}. Key: {', '.join(table.key)}.", ""]
        mapped = [name for name in table.mapping_only if name not in MADE_AT_THE_DOOR]
        if mapped:
            parts += [f"From a mapping file only: {', '.join(mapped)}.", ""]
        made = [name for name in table.mapping_only if name in MADE_AT_THE_DOOR]
        if made:
            parts += [f"Made from dates only, under a declared determination: {', '.join(made)}.", ""]
        parts += ["| column | required | type | unit | limits or words | meaning | if damaged |", "|---" * 7 + "|"]
        parts += [_row(table, field, scales) for field in table.fields]
        parts.append("")
    return "\n".join(parts)


def _row(table: Table, field: Field, scales: Collection[str]) -> str:
    required = "yes" if field.name in table.required else ""
    if table.name == "sessions" and field.name == "condition":
        required = "unless courses is delivered"
    if table.name == "sessions" and field.name in ("dose_mg", "dose_mg_per_kg"):
        required = "one dose column"
    if table.name == "scores" and (field.name == "total" or field.name == "item_01"):
        required = "total or items"
    meaning = field.meaning
    if field.name in DEFAULT_WORDS:
        meaning = f"{meaning}; empty = {DEFAULT_WORDS[field.name]}"
    cells = (
        field.name,
        required,
        _TYPES[field.kind],
        field.unit or "",
        _allowed(field, scales),
        meaning,
        _ON_DAMAGE[field.on_damage],
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _allowed(field: Field, scales: Collection[str]) -> str:
    if field.vocabulary is not None:
        return ", ".join(VOCABULARIES[field.vocabulary].words)
    if field.kind == "scale":
        return ", ".join(sorted(scales))
    if field.minimum is None or field.maximum is None:
        return ""
    return f"{field.minimum:g} to {field.maximum:g}"
