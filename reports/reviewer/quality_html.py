"""quality.html as bytes: for a release and for the reviewer's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports import render, theme
from reports.sections import quality
from reports.sections.parts import Page
from reports.sections.rule_lines import RuleLine

TABLE_SCRIPTS = ("tables.js",)
# Draws the charts that do not answer to filters.
DRAWN_SCRIPTS = (*TABLE_SCRIPTS, "drawn.js")


def quality_page(page: Page, lines: Sequence[RuleLine], frame: Mapping[str, Any], linked: bool = True) -> bytes:
    """The page in its frame. linked: methods.html lies beside it."""
    with theme.unchecked(False):
        content = quality.content(page, lines, linked=linked)
    charts = [
        {"id": chart.id, "spec": chart.spec, "rows": list(chart.rows), "height": chart.height_px}
        for section in content["sections"]
        for chart in section.charts
    ]
    data = {"charts": charts} if charts else None
    return render.page(
        "quality.html.j2", page.words, {**frame, **content}, DRAWN_SCRIPTS if charts else TABLE_SCRIPTS, data
    )
