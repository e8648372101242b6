"""The page on change in detail: individual change by method, the Talking Therapies family, baselines, routes.

Each section shows one choice against its alternatives: methods, rules, baselines, routes. None of them says why people
changed.
"""

from __future__ import annotations

from typing import Literal

from pipelines.outcomes.change_methods import CLASSES
from pipelines.outcomes.talking_therapies import TALKING_RATES
from reports import both_ways
from reports.charts import figure_by_group, rate_by_group
from reports.phrases import Number, Phrase, Places, count, label, plain
from reports.sections.declared import Chart, Column, Declared, ListOf
from reports.words import Words

_GROUP: Places = {"condition": ("condition", "condition"), "route": ("route", "route"), "scale": ("scale", "scale")}
_WHEN: Places = {**_GROUP, "when": ("timepoint", "timepoint")}
_CHANGE: Places = {
    "figure": ("mean", "change_mean"),
    "low": ("mean", "change_ci_low"),
    "high": ("mean", "change_ci_high"),
}


def places_of(name: str, whole: str) -> Places:
    """A rate whose denominator stands in a column of its own."""
    return {
        "share": ("share", f"{name}_pct"),
        "low": ("share", f"{name}_ci_low"),
        "high": ("share", f"{name}_ci_high"),
        "part": ("count", f"{name}_n"),
        "whole": ("count", whole),
    }


def individual(words: Words) -> Declared:
    """Who changed, by every method: the same people, other yardsticks."""
    table = "individual_change"
    finding = Phrase(
        "individual.finding",
        {"lowest": ("share", "lowest"), "highest": ("share", "highest"), "spoken": ("count", "spoken_n")},
        otherwise="individual.heading",
    )
    better, worse = (places_of(name, "n") for name in both_ways.WAYS)
    return Declared(
        id="individual-change",
        rows=ListOf(table),
        subject=ListOf(table, where={"method": "default"}),
        group="method",
        about="better_pct",
        heading=finding,
        heading_of_one=Phrase("individual.heading"),
        sentence=Phrase("individual.sentence", _WHEN),
        reading=Phrase("individual.reading", {**better, "worse": worse["part"]}, "better_pct"),
        reading_of_silence=Phrase("individual.silent", {"n": ("count", "n")}),
        how_to_read="individual.how_to_read",
        caption="individual.caption",
        columns=(
            Column("change_method", plain("change_method", "method"), numeric=False),
            Column("judged", count("n")),
            *(Column(f"class_{name}", Phrase("figure.rate", places_of(name, "n"), f"{name}_pct")) for name in CLASSES),
            Column("could_not_improve", count("could_not_improve_n")),
            Column("could_not_worsen", count("could_not_worsen_n")),
            Column("individual_threshold", plain("text", "threshold_said"), numeric=False),
            Column("inputs", plain("text", "inputs_said"), numeric=False),
            Column("source", plain("text", "source_said"), numeric=False),
        ),
        definition="def-individual-change",
        charts=tuple(
            _rates(words, table, "change_method", "method", name, "n", "def-individual-change")
            for name in both_ways.WAYS
        ),
        empty="empty.change",
    )


def talking(words: Words) -> Declared:
    """The family of NHS Talking Therapies: two measures together, each rate over its own people."""
    table = "talking_therapies"
    recovered = places_of("recovered", "n_at_caseness")
    heading = Phrase("talking.finding", recovered, "recovered_pct", otherwise="talking.heading")
    return Declared(
        id="talking-therapies",
        rows=ListOf(table),
        subject=ListOf(table, where={"version": "without_other_measure_clause"}),
        group="version",
        about="recovered_pct",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("talking.sentence", {name: _GROUP[name] for name in ("condition", "route")}),
        reading=Phrase(
            "talking.reading",
            {
                "started": ("count", "n_started"),
                "once": ("count", "n_one_session"),
                "few": ("count", "n_too_few_scores"),
                "finished": ("count", "n_finished"),
                "not_case": ("count", "n_not_at_caseness"),
            },
        ),
        reading_of_silence=Phrase("talking.silent", {"started": ("count", "n_started")}),
        how_to_read="talking.how_to_read",
        caption="talking.caption",
        columns=(
            Column("talking_version", plain("talking_version", "version"), numeric=False),
            Column("finished", count("n_finished")),
            Column("at_caseness", count("n_at_caseness")),
            *(
                Column(f"talking_{rate}", Phrase("figure.rate", places_of(rate, whole), f"{rate}_pct"))
                for rate, whole in TALKING_RATES.items()
            ),
            Column("measures", plain("text", "measures_said"), numeric=False),
            Column("source", plain("text", "source_said"), numeric=False),
        ),
        definition="def-talking-therapies-recovery",
        charts=tuple(
            _rates(
                words, table, "talking_version", "version", rate, TALKING_RATES[rate], f"def-talking-therapies-{id_}"
            )
            for rate, id_ in (
                ("reliably_improved", "reliable-improvement"),
                ("reliably_recovered", "reliable-recovery"),
            )
        ),
        folded=True,
    )


def baselines(words: Words) -> Declared:
    """The same people under every rule for the baseline."""
    table = "baseline_sensitivity"
    finding = Phrase(
        "baselines.finding",
        {"lowest": ("mean", "lowest"), "highest": ("mean", "highest"), "several": ("count", "several_n")},
        otherwise="baselines.heading",
    )
    return Declared(
        id="which-baseline",
        rows=ListOf(table),
        subject=ListOf(table, where={"baseline_rule": "last_before"}),
        group="baseline_rule",
        about="change_mean",
        heading=finding,
        heading_of_one=Phrase("baselines.heading"),
        sentence=Phrase("baselines.sentence", _WHEN),
        reading=Phrase("baselines.reading", {"several": ("count", "several_n"), "n": ("count", "n_analysed")}),
        reading_of_silence=Phrase("baselines.silent"),
        how_to_read="baselines.how_to_read",
        caption="baselines.caption",
        columns=(
            Column("baseline_rule", plain("baseline_rule", "baseline_rule"), numeric=False),
            Column("analysed", count("n_analysed")),
            Column("with_several", count("n_with_several")),
            Column("baseline_alone", plain("mean", "baseline_mean", "baseline_mean")),
            Column("change", Phrase("figure.interval", _CHANGE, "change_mean")),
            Column("from_default", plain("mean", "difference_from_default", "difference_from_default")),
            Column("effect_size", plain("effect", "effect_size", "effect_size")),
            Column("response", Phrase("figure.rate", places_of("response", "response_of_n"), "response_pct")),
        ),
        definition="def-baseline-sensitivity",
        charts=(_points(words, table, "baseline_rule", "def-baseline-sensitivity", "n_analysed"),),
        empty="empty.change",
    )


def attribution(words: Words) -> Declared:
    """Change by the course's route beside change by the route of the single session."""
    table = "route_attribution"
    heading = Phrase("attribution.heading")
    return Declared(
        id="route-attribution",
        rows=ListOf(table, by=("route",)),
        subject=ListOf(table, where={"level": "course"}),
        group="route",
        about="change_mean",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("attribution.sentence", {name: _GROUP[name] for name in ("condition", "scale")}),
        reading=Phrase("attribution.reading", {"several": ("share", "several_routes_pct")}),
        reading_of_silence=Phrase("attribution.silent"),
        how_to_read="attribution.how_to_read",
        caption="attribution.caption",
        columns=(
            Column("route", label("route"), numeric=False),
            Column("level", plain("attribution_level", "level"), numeric=False),
            Column("people", count("patients_n")),
            Column("pairs", count("n_pairs")),
            Column("change", Phrase("figure.interval", _CHANGE, "change_mean")),
            Column("days_between", plain("amount", "median_days", "median_days")),
        ),
        definition="def-route-attribution",
        charts=tuple(_points(words, table, "route", "def-route-attribution", "n_pairs", level) for level in _LEVELS),
        empty="empty.change",
    )


_LEVELS: tuple[Literal["course", "session"], ...] = ("course", "session")


def _rates(words: Words, table: str, kind: str, column: str, name: str, whole: str, definition: str) -> Chart:
    """The people of one class by method or rule."""
    places = places_of(name, whole)
    return Chart(
        id=f"{name.replace('_', '-')}-by-{column.replace('_', '-')}",
        spec=rate_by_group.spec(words, kind, name),
        rows=ListOf(table),
        fields=rate_by_group.fields_of(plain(kind, column), places),
        finding=Phrase(title := f"outcome.{name}", otherwise=title),
        definition=definition,
        about=f"{name}_pct",
        defined_only=True,
    )


def _points(words: Words, table: str, group: str, definition: str, people: str, level: str = "") -> Chart:
    """Mean change in points with its interval."""
    by_route = group == "route"
    where = {"level": level} if level else {}
    return Chart(
        id=f"change-by-{group.replace('_', '-')}{f'-{level}' if level else ''}",
        spec=figure_by_group.spec(words, "change_by_group", "points", group),
        rows=ListOf(table, by=("route",) if by_route else (), where=where),
        fields={
            "name": label("route") if by_route else plain(group, group),
            "colour": plain("colour", "route"),
            "value": Number("change_mean", "change_mean"),
            "low": Number("change_ci_low", "change_mean"),
            "high": Number("change_ci_high", "change_mean"),
            "reading": Phrase("figure.interval_n", {**_CHANGE, "n": ("count", people)}, "change_mean"),
            "people": count(people),
        },
        finding=Phrase(title := f"attribution.title_{level}" if level else "baselines.title", otherwise=title),
        definition=definition,
        about="change_mean",
        measures=("change_ci_low", "change_ci_high"),
        room=1.05,
    )
