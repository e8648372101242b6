"""The route profile: what is published of each route beside what was recorded, with no route favoured."""

from __future__ import annotations

from reports.charts import rate_by_group, spread_by_group
from reports.phrases import Number, Phrase, Places, label, plain
from reports.sections.declared import Chart, Column, Declared, ListOf
from reports.words import Words

TABLE = "route_profile"
SPREADS = ("onset_minutes", "effect_minutes", "intensity_0_10", "integration_after_minutes")
SHARES = ("adjusted", "target_effect_reached")
MINUTES_OF_AN_HOUR = 60
SHARE: Places = {
    "share": ("share", "pct"),
    "low": ("share", "ci_low"),
    "high": ("share", "ci_high"),
    "part": ("count", "with_n"),
    "whole": ("count", "n"),
}
_MIDDLE: Places = {"low": ("amount", "p25"), "high": ("amount", "p75")}
_GROUP: Places = {"condition": ("condition", "condition"), "route": ("route", "route")}


def profile(words: Words) -> Declared:
    """Onset, length, intensity and the time to integration by route of the session."""
    heading = Phrase("profile.heading")
    return Declared(
        id="route-profile",
        rows=ListOf(TABLE, by=("route",), where={"kind": "spread"}),
        subject=_of("onset_minutes"),
        group="route",
        about="median",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("profile.sentence", {"condition": _GROUP["condition"]}),
        reading=Phrase("profile.reading", {**_GROUP, **_spread("onset_minutes"), **_recorded()}, "median"),
        reading_of_silence=Phrase("profile.silent", _recorded()),
        how_to_read="profile.how_to_read",
        caption="profile.caption",
        columns=(
            Column("measure", plain("measure", "measure"), numeric=False),
            Column("route", label("route"), numeric=False),
            Column("sessions_recorded", Phrase("figure.part_of", _recorded())),
            Column("median", Phrase("profile.spread", {**_figures(), "unit": ("text", "unit_said")}, "median")),
            Column("middle_half", Phrase("figure.from_to", _MIDDLE, "median")),
            *_published(),
        ),
        definition="def-route-profile",
        empty="empty.sessions",
        charts=tuple(_chart(words, measure) for measure in SPREADS),
    )


def adjusting(words: Words) -> Declared:
    """How often the dose was adjusted, in which direction, and whether the target effect was reached, by route."""
    heading = Phrase("profile.adjusted_finding", SHARE, "pct", otherwise="profile.adjusted_heading")
    return Declared(
        id="adjusting",
        rows=ListOf(TABLE, by=("route",), where={"kind": "share"}),
        subject=_of("adjusted"),
        group="route",
        about="pct",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("profile.adjusted_sentence", _GROUP),
        reading=Phrase("profile.adjusted_reading", {**SHARE, "all": ("count", "of_n")}, "pct"),
        reading_of_silence=Phrase("profile.silent", _recorded()),
        how_to_read="profile.adjusted_how_to_read",
        caption="profile.adjusted_caption",
        columns=(
            Column("measure", plain("measure", "measure"), numeric=False),
            Column("route", label("route"), numeric=False),
            Column("recorded_of", Phrase("figure.part_of", _recorded())),
            Column("share", Phrase("figure.rate", SHARE, "pct")),
        ),
        definition="def-route-profile",
        empty="empty.sessions",
        charts=tuple(
            Chart(
                id=f"{measure.replace('_', '-')}-by-route",
                spec=rate_by_group.spec(words, "route", measure, axis="sessions_of_100"),
                rows=ListOf(TABLE, by=("route",), where={"measure": measure}),
                fields=rate_by_group.fields_of(label("route"), SHARE),
                finding=Phrase(f"profile.title_{measure}", SHARE, "pct", otherwise=f"profile.title_{measure}_silent"),
                definition="def-route-profile",
                about="pct",
                subject=_of(measure),
            )
            for measure in SHARES
        ),
    )


def published() -> Declared:
    """What is published of each route alone: nothing of it is recorded in sessions."""
    heading = Phrase("profile.published_heading")
    return Declared(
        id="published",
        rows=ListOf(TABLE, by=("route",), where={"condition": "all", "kind": "published"}),
        subject=ListOf(TABLE, where={"condition": "all", "measure": "onset_minutes"}),
        group="route",
        about="",
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("profile.published_sentence"),
        reading=Phrase("profile.published_reading"),
        how_to_read="profile.published_how_to_read",
        caption="profile.published_caption",
        columns=(
            Column("measure", plain("measure", "measure"), numeric=False),
            Column("route", label("route"), numeric=False),
            *_published(),
        ),
        definition="def-route-profile",
        folded=False,
    )


def _of(measure: str) -> ListOf:
    return ListOf(TABLE, where={"measure": measure})


def _figures() -> Places:
    return {"figure": ("amount", "median"), "low": ("amount", "p10"), "high": ("amount", "p90")}


def _recorded() -> Places:
    return {"part": ("count", "n"), "whole": ("count", "of_n")}


def _published() -> tuple[Column, ...]:
    return (
        Column("published", plain("text", "published_said"), numeric=False),
        Column("source", plain("text", "source_said"), numeric=False),
    )


def _spread(measure: str) -> Places:
    """The figures in the unit in which a chart's title says them: long times in hours."""
    read = "hours" if measure == "integration_after_minutes" else "amount"
    return {"figure": (read, "median"), "low": (read, "p10"), "high": (read, "p90")}


def _chart(words: Words, measure: str) -> Chart:
    in_hours = measure == "integration_after_minutes"
    places: Places = {**_spread(measure), **_recorded(), "n": ("count", "n")}
    return Chart(
        id=f"{measure.replace('_', '-')}-by-route",
        spec=spread_by_group.spec(words, measure, "route", MINUTES_OF_AN_HOUR if in_hours else 1),
        rows=ListOf(TABLE, by=("route",), where={"measure": measure}),
        fields={
            "name": label("route"),
            "colour": plain("colour", "route"),
            "value": Number("median", "median"),
            "low": Number("p25", "median"),
            "high": Number("p75", "median"),
            "lowest": Number("p10", "median"),
            "highest": Number("p90", "median"),
            "published_low": Number("published_low"),
            "published_high": Number("published_high"),
            "published": plain("text", "published_said"),
            "reading": Phrase("figure.interval_n", places, "median"),
            "people": Phrase("figure.part_of", _recorded(), "median"),
        },
        finding=Phrase(f"profile.title_{measure}", places, "median", otherwise=f"profile.title_{measure}_silent"),
        definition="def-route-profile",
        about="median",
        measures=("p10", "p90", "published_low", "published_high"),
        room=1.0,
        tick=MINUTES_OF_AN_HOUR if in_hours else 1,
        subject=_of(measure),
    )
