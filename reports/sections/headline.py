"""The first screen in words: how many, how many followed up, how many better and worse, and what to know first."""

from __future__ import annotations

from reports.phrases import Phrase, plain, rate, rate_places
from reports.sections.declared import Headline, Tile

_WHEN = {"when": ("timepoint", "timepoint")}


def headline() -> Headline:
    """Six tiles and up to four sentences about the chosen row, what is missing before what was found."""
    return Headline(
        tiles=(
            Tile(
                plain("count", "n_started"),
                Phrase("headline.treated"),
                Phrase(
                    "headline.completed",
                    {
                        "courses": ("count", "n_courses"),
                        "completed": ("count", "n_completed_induction"),
                        "clinics": ("count", "clinics_n"),
                    },
                ),
            ),
            Tile(
                Phrase("figure.of_100", {"share": ("share", "followup_pct")}),
                Phrase("headline.measured", _WHEN),
                Phrase("figure.part_of", {"part": ("count", "n_analysed"), "whole": ("count", "n_due")}),
            ),
            _rate("response"),
            _rate("remission"),
            _rate("reliable_improvement"),
            _rate("reliable_deterioration"),
        ),
        to_know=(
            Phrase(
                "know.missing",
                {"share": ("share", "missed_pct"), "part": ("count", "missed_n"), "whole": ("count", "n_due"), **_WHEN},
            ),
            Phrase(
                "know.bounds",
                {
                    "worst": ("share", "response_pct_worst"),
                    "best": ("share", "response_pct_best"),
                    "whole": ("count", "response_bounds_of_n"),
                },
                "response_pct",
            ),
            Phrase("know.worse", rate_places("reliable_deterioration"), "reliable_deterioration_pct"),
            Phrase(
                "know.worst",
                {
                    "condition": ("condition", "worst_condition"),
                    "share": ("share", "worst_pct"),
                    "low": ("share", "worst_ci_low"),
                    "high": ("share", "worst_ci_high"),
                    "part": ("count", "worst_n"),
                    "whole": ("count", "worst_of_n"),
                },
            ),
        ),
        nobody=Phrase("know.nothing_followed_up", _WHEN),
    )


def _rate(outcome: str) -> Tile:
    return Tile(
        rate(outcome, "figure.of_100"),
        Phrase(f"headline.{outcome}"),
        rate(outcome, "headline.interval"),
        mark=outcome,
    )
