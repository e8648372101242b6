"""Where stored indexes and T-scores come from, clinic by clinic: this product ships no table behind them."""

from __future__ import annotations

from reports.sections import parts
from reports.sections.parts import Page, Section, TableView


def section(page: Page) -> Section | None:
    """One row per scale, clinic and source; None where no clinic delivers such a score."""
    words, sources = page.words, page.about.score_sources
    if not sources:
        return None
    table = TableView(
        words.say("score_sources.caption"),
        tuple(words.say(f"score_sources.{name}") for name in ("scale", "clinic", "source")),
        tuple(
            (
                parts.label(page.about.scale(each.scale).name),
                parts.label(page.about.clinics.get(each.clinic_id, each.clinic_id)),
                parts.label(each.source or words.say("score_sources.not_named")),
            )
            for each in sources
        ),
    )
    heading, says = words.say("score_sources.heading"), words.say("score_sources.says")
    return Section("score-sources", heading, says, table=table, folded=False)
