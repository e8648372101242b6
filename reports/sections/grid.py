"""Route by condition: the grid, and its table."""

from __future__ import annotations

from reports.charts import route_by_condition
from reports.phrases import Phrase, label, plain, rate, rate_places
from reports.sections.declared import Chart, Column, Declared
from reports.sections.rates import columns_of, measured
from reports.words import Words


def grid(words: Words, routes_n: int) -> Declared:
    """Every condition seen by every route seen; each cell a number with its interval, a reason, or blank."""
    return Declared(
        id="grid",
        rows="grid",
        group="condition",
        about="response_pct",
        heading=Phrase(
            "grid.finding",
            {
                "spoken": ("count", "spoken_n"),
                "cells": ("count", "rows_n"),
                "lowest": ("share", "lowest"),
                "highest": ("share", "highest"),
            },
            otherwise="grid.heading",
        ),
        heading_of_one=Phrase(
            "margin.finding_of_one",
            {"condition": ("condition", "condition"), "route": ("route", "route"), **rate_places("response")},
            "response_pct",
            otherwise="grid.silent",
        ),
        sentence=Phrase("grid.sentence", {"when": ("timepoint", "timepoint"), "scale": ("scale", "scale")}),
        reading=measured("response", "grid"),
        how_to_read="reading.grid",
        caption="grid.caption",
        columns=(
            Column("condition", label("condition"), numeric=False),
            Column("route", label("route"), numeric=False),
            *columns_of(("n_started", "n_due", "n_baseline", "n_analysed")),
            Column("response", rate("response")),
            Column("remission", rate("remission")),
            Column("evidence", plain("state", "evidence"), numeric=False),
        ),
        definition="def-evidence",
        charts=(
            Chart(
                id="route-by-condition",
                spec=route_by_condition.spec(words, routes_n),
                rows="grid",
                fields=route_by_condition.fields(),
                finding=Phrase("title.grid", {"when": ("timepoint", "timepoint")}),
                definition="def-response",
                about="response_pct",
                wide=True,
            ),
        ),
        empty="empty.grid",
        of_groups=True,
    )
