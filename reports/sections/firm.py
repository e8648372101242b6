"""How firm an estimate is: who was lost, measurement noise, other routes, clinics alike, how many more are needed."""

from __future__ import annotations

from reports.charts import figure_by_group
from reports.phrases import Number, Phrase, Places, count, label, plain
from reports.sections.declared import Chart, Column, Declared, ListOf
from reports.words import Words

TABLE = "outcome_checks"
_DIFFERENCE: Places = {
    "figure": ("mean", "response_difference_pct"),
    "low": ("mean", "response_difference_ci_low"),
    "high": ("mean", "response_difference_ci_high"),
}
_LOST: Places = {
    "figure": ("mean", "baseline_difference"),
    "low": ("mean", "baseline_difference_ci_low"),
    "high": ("mean", "baseline_difference_ci_high"),
}


def firm(words: Words) -> Declared:
    """One row per route, `all` first."""
    finding = Phrase(
        "firm.finding", {"lost": ("count", "n_lost"), "whole": ("count", "n_baseline")}, otherwise="firm.heading"
    )
    return Declared(
        id="how-firm",
        rows=ListOf(TABLE, by=("route",)),
        subject=ListOf(TABLE),
        group="route",
        about="change_mean",
        heading=finding,
        heading_of_one=finding,
        sentence=Phrase(
            "firm.sentence",
            {"condition": ("condition", "condition"), "scale": ("scale", "scale"), "when": ("timepoint", "timepoint")},
        ),
        reading=Phrase("firm.reading", _LOST, "baseline_difference"),
        reading_of_silence=Phrase("firm.silent"),
        more=(
            Phrase(
                "firm.noise",
                {"noise": ("mean", "expected_regression"), "change": ("mean", "change_mean")},
                "expected_regression",
            ),
            Phrase(
                "firm.screened",
                {"change": ("mean", "screening_change_mean"), "n": ("count", "screening_n")},
                "screening_change_mean",
            ),
            Phrase(
                "firm.more",
                {"more": ("count", "change_more_n"), "open": ("count", "followups_open_n")},
                "change_more_n",
            ),
        ),
        how_to_read="firm.how_to_read",
        caption="firm.caption",
        columns=(
            Column("route", label("route"), numeric=False),
            Column("analysed", count("n_analysed")),
            Column("lost_here", count("n_lost")),
            Column("lost_difference", Phrase("figure.interval", _LOST, "baseline_difference")),
            Column("noise", plain("mean", "expected_regression", "expected_regression")),
            Column("screened", plain("mean", "screening_change_mean", "screening_change_mean")),
            Column("other_routes", Phrase("figure.interval", _DIFFERENCE, "response_difference_pct")),
            Column("clinics", count("clinics_n")),
            Column("clustering", plain("clustering", "clustering"), numeric=False),
            Column(
                "clustered_change",
                Phrase(
                    "figure.from_to",
                    {"low": ("mean", "change_clustered_ci_low"), "high": ("mean", "change_clustered_ci_high")},
                    "change_clustered_ci_low",
                ),
            ),
            Column("more_for_change", plain("count", "change_more_n", "change_more_n")),
            Column("more_for_response", plain("count", "response_more_n", "response_more_n")),
            Column("followups_open", count("followups_open_n")),
        ),
        definition="def-outcome-checks-lost",
        charts=(
            Chart(
                id="response-against-other-routes",
                spec=figure_by_group.spec(words, "difference_by_route", "percentage_points", "route"),
                rows=ListOf(TABLE, by=("route",)),
                fields={
                    "name": label("route"),
                    "colour": plain("colour", "route"),
                    "value": Number("response_difference_pct", "response_difference_pct"),
                    "low": Number("response_difference_ci_low", "response_difference_pct"),
                    "high": Number("response_difference_ci_high", "response_difference_pct"),
                    "reading": Phrase("figure.interval", _DIFFERENCE, "response_difference_pct"),
                    "people": Phrase(
                        "figure.part_of",
                        {"part": ("count", "response_n"), "whole": ("count", "response_of_n")},
                        "response_difference_pct",
                    ),
                },
                finding=Phrase("firm.title"),
                definition="def-outcome-checks-route-difference",
                about="response_difference_pct",
                measures=("response_difference_ci_low", "response_difference_ci_high"),
                room=1.05,
            ),
        ),
        empty="empty.change",
    )
