"""What is published, as data: routes and studies, each figure with its citation, from the files beside this one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.vocabulary import MIXED_ROUTE, REPORTED_ROUTES

NO_SOURCE = "no source"
# What a route is compared by. Adjustability is shown without a source on purpose: clinics claim it, nobody measured it.
PUBLISHED_MEASURES = {
    "onset_minutes": "minutes",
    "effect_minutes": "minutes",
    "bioavailability_pct": "%",
    "time_to_peak_minutes": "minutes",
    "adjustability": "",
}


def published_routes() -> pd.DataFrame:
    """One row per route and published measure: published_low, _high, _words, _citation, _mark and unit.

    Without a source the citation says so and the figures are empty.
    """
    content = _read("published_routes")["route"]
    listed = {entry["route"]: entry for entry in content}
    rows = [
        (route, measure, unit, *_facts(listed.get(route, {}).get(measure)))
        for route in REPORTED_ROUTES
        if route != MIXED_ROUTE
        for measure, unit in PUBLISHED_MEASURES.items()
    ]
    parts = ("low", "high", "words", "citation", "mark")
    return pd.DataFrame(rows, columns=["route", "measure", "unit", *(f"published_{part}" for part in parts)])


def published_studies() -> list[dict[str, Any]]:
    """The studies in the order of the file, each with its results."""
    return list(_read("published_studies")["study"])


def _facts(entry: dict[str, Any] | None) -> tuple[float | None, float | None, str | None, str, str]:
    if entry is None:
        return None, None, None, NO_SOURCE, "†"
    return entry.get("low"), entry.get("high"), entry["words"] or None, entry["citation"], entry["mark"]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
