"""The route profile of a group in one line: what was recorded of its sessions, for the table of routes."""

from __future__ import annotations

from collections.abc import Mapping

from reports import figures, released_rows
from reports.phrases import SPEAKING
from reports.sections.parts import Page

# measure -> the column that is said of it, and its format; in the order of the line.
_SAID = {
    "onset_minutes": ("median", figures.amount),
    "effect_minutes": ("median", figures.amount),
    "adjusted": ("pct", figures.share),
}


def profile_lines(page: Page) -> Mapping[tuple[str, str, str], str]:
    """(clinic, condition, route of the session) -> the line; a figure that is not shown is left out of it."""
    said: dict[tuple[str, str, str], dict[str, str]] = {}
    for record in released_rows.rows(page.tables.get("route_profile")):
        measure = record["measure"]
        if measure in _SAID and released_rows.state(record, _SAID[measure][0]) in SPEAKING:
            column, read = _SAID[measure]
            text = page.words.say(f"profile.line_{measure}", value=read(float(record[column])))
            said.setdefault((record["clinic_id"], record["condition"], record["route"]), {})[measure] = text
    return {group: ", ".join(texts[measure] for measure in _SAID if measure in texts) for group, texts in said.items()}
