"""Change from baseline by route within condition, and the course of the scores over the sessions and the weeks."""

from __future__ import annotations

from collections.abc import Sequence

from reports.charts import change_by_route, course_of_change
from reports.phrases import Phrase, count, label, plain
from reports.sections.declared import Chart, Column, Declared
from reports.words import Words

_WHEN = {"when": ("timepoint", "timepoint")}


def change(words: Words, conditions: Sequence[str]) -> Declared:
    """One small chart per condition on its main scale (or the chosen one); one table of all."""
    charts = tuple(
        Chart(
            id=f"change-{condition.replace('_', '-')}",
            spec=change_by_route.spec(words, condition),
            rows="routes_of_condition",
            fields=change_by_route.fields(),
            finding=Phrase(
                "title.change",
                {
                    "condition": ("condition", "condition"),
                    "scale": ("scale", "scale"),
                    "change": ("mean", "change_mean"),
                    "direction": ("direction", "direction"),
                },
                "change_mean",
                otherwise="title.change_silent",
            ),
            definition="def-change",
            about="change_mean",
            condition=condition,
            measures=change_by_route.MEASURES,
            room=1.05,
        )
        for condition in conditions
    )
    return Declared(
        id="change",
        rows="subject",
        group="route",
        about="change_mean",
        heading=Phrase(
            "change.finding",
            {"better": ("count", "better_n"), "worse": ("count", "worse_n"), "spoken": ("count", "spoken_n")},
            otherwise="change.heading",
        ),
        heading_of_one=Phrase("change.heading"),
        sentence=Phrase("change.sentence", _WHEN),
        reading=Phrase(
            "reading_of.change",
            {
                "analysed": ("count", "n_analysed"),
                "whole": ("count", "n_baseline"),
                "paired": ("share", "paired_pct"),
            },
        ),
        how_to_read="reading.change",
        caption="change.caption",
        columns=(
            Column("condition", label("condition"), numeric=False),
            Column("scale", label("scale"), numeric=False),
            Column("route", label("route"), numeric=False),
            Column("analysed", count("n_analysed")),
            Column("baseline_mean", _with_spread("baseline")),
            Column("followup_mean", _with_spread("followup")),
            Column("change", _interval("mean", "change_mean", "change_ci_low", "change_ci_high", "change_mean")),
            Column("direction", plain("direction", "direction", "change_mean"), numeric=False),
            Column(
                "effect_size",
                _interval("effect", "effect_size", "effect_size_ci_low", "effect_size_ci_high", "effect_size"),
            ),
        ),
        definition="def-change",
        charts=charts,
        empty="empty.change",
    )


def course(words: Words, conditions: Sequence[str]) -> Declared:
    """Mean score by session beside the same by week, one pair of small charts per condition."""
    charts = tuple(
        Chart(
            id=f"course-{condition.replace('_', '-')}-by-{axis}",
            spec=course_of_change.spec(words, axis, condition),
            rows="course",
            fields=course_of_change.fields(),
            finding=Phrase(
                f"title.course_by_{axis}",
                {
                    "condition": ("condition", "condition"),
                    "scale": ("scale", "scale"),
                    "first": ("mean", "first_mean"),
                    "first_n": ("count", "first_n"),
                    "last": ("mean", "last_mean"),
                    "last_n": ("count", "last_n"),
                    "position": ("count", "last_position"),
                },
                otherwise="title.course_silent",
            ),
            definition="def-trajectories",
            about="mean",
            condition=condition,
            axis=axis,
        )
        for condition in conditions
        for axis in ("session", "week")
    )
    finding = Phrase(
        "course.finding",
        {"started": ("count", "n_started"), "completed": ("count", "n_completed_induction")},
        otherwise="course.heading",
    )
    return Declared(
        id="course",
        rows="subject",
        group="condition",
        about="mean",
        heading=finding,
        heading_of_one=finding,
        sentence=Phrase("course.sentence"),
        reading=Phrase(
            "reading_of.course",
            {"missed": ("count", "missed_n"), "due": ("count", "n_due"), "when": ("timepoint", "timepoint")},
        ),
        how_to_read="reading.course",
        caption="course.caption",
        columns=(
            Column("condition", label("condition"), numeric=False),
            Column("scale", label("scale"), numeric=False),
            Column("axis", plain("axis", "axis"), numeric=False),
            Column("position", plain("count", "position")),
            Column("people", count("n")),
            Column("mean", plain("mean", "mean")),
            Column("interval", Phrase("figure.from_to", {"low": ("mean", "ci_low"), "high": ("mean", "ci_high")})),
            Column("stopped", count("n_stopped")),
        ),
        definition="def-trajectories",
        charts=charts,
        empty="empty.course",
        of_groups=True,
    )


def _with_spread(moment: str) -> Phrase:
    places = {"figure": ("mean", f"{moment}_mean"), "spread": ("mean", f"{moment}_sd")}
    return Phrase("figure.with_spread", places, f"{moment}_mean")


def _interval(kind: str, figure: str, low: str, high: str, about: str) -> Phrase:
    return Phrase("figure.interval", {"figure": (kind, figure), "low": (kind, low), "high": (kind, high)}, about)
