"""How a file and a column are named in messages without repeating what may identify a person."""

from __future__ import annotations

import re

from pipelines.intake.detectors import detect

_SHOWN_CHARACTERS = 60
_ENDING = re.compile(r"\.(?:csv\.gz|csv|parquet|ndjson\.gz|ndjson)$")
_COLUMN = re.compile(r"[^\W\d_][\w.\-/() %#]{0,59}")
# Two or three capitalised words may be a person's name.
_PERSON = re.compile(r"[A-Z][a-z'-]+(?:[ ,]+[A-Z][a-z'.-]*){1,2}")


def safe_name(name: str) -> str:
    """A file's name as messages may show it; its ending alone when the name itself holds an identifier."""
    shown = "".join(character if character.isprintable() else "?" for character in name)
    if detect(name) or len(shown) > 255:
        return f"(name withheld){ending.group() if (ending := _ENDING.search(name.lower())) else ''}"
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 1] + "…"


def column_label(name: str, position: int) -> str:
    """A column as messages may show it: its name, or its position `7` (1 = first) when the name may be a value."""
    tidy = name.strip()
    if not _COLUMN.fullmatch(tidy) or len(tidy.split()) > 4 or _PERSON.fullmatch(tidy) or detect(tidy):
        return str(position)
    return tidy
