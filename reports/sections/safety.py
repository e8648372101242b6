"""Adverse events: per 100 sessions in which they were asked for, and the people with at least one beside it."""

from __future__ import annotations

from reports.charts import figure_by_group
from reports.phrases import Number, Phrase, Places, count, label, plain
from reports.sections.declared import Chart, Column, Declared, ListOf, Tile
from reports.words import Words

TABLE = "safety_by_route"
RATE: Places = {
    "figure": ("per_100", "rate_per_100"),
    "low": ("per_100", "shown_ci_low"),
    "high": ("per_100", "shown_ci_high"),
    "events": ("count", "events_n"),
    "sessions": ("count", "sessions_assessed_n"),
}
PEOPLE: Places = {
    "share": ("share", "patients_with_event_pct"),
    "low": ("share", "patients_with_event_ci_low"),
    "high": ("share", "patients_with_event_ci_high"),
    "part": ("count", "patients_with_event_n"),
    "whole": ("count", "patients_n"),
}
ASKED: Places = {
    "asked": ("count", "sessions_assessed_n"),
    "all": ("count", "sessions_n"),
    "asked_pct": ("share", "assessed_pct"),
}
_WITHOUT: Places = {"without": ("count", "without_table_n"), "asked": ("count", "sessions_assessed_n")}
_MORE = (
    Phrase("safety.without_table", _WITHOUT),
    Phrase("safety.with_table", {"figure": ("per_100", "rate_per_100_with_table"), "w": ("count", "without_table_n")}),
    Phrase("safety.unlinked", {"unlinked": ("count", "unlinked_n")}),
)
_GROUP: Places = {"condition": ("condition", "condition"), "route": ("route", "route")}
_ABOUT = "rate_per_100"
_ANY = ListOf(TABLE, where={"event": "any"})


def safety(words: Words) -> Declared:
    """Any and serious events by route of the session."""
    return Declared(
        id="safety",
        rows=ListOf(TABLE, by=("route",), where={"event": "any"}),
        subject=_ANY,
        group="route",
        about=_ABOUT,
        heading=(heading := Phrase("safety.finding", {**RATE, **ASKED}, _ABOUT, otherwise="safety.heading")),
        heading_of_one=heading,
        sentence=Phrase("safety.sentence", _GROUP),
        reading=Phrase("safety.reading", {**RATE, **ASKED, **_people_of()}, _ABOUT),
        reading_of_silence=Phrase("safety.silent", ASKED),
        more=_MORE,
        how_to_read="safety.how_to_read",
        caption="safety.caption",
        columns=(
            Column("route", label("route"), numeric=False),
            Column("treated", count("patients_treated_n")),
            Column("asked", Phrase("safety.asked", ASKED)),
            *_columns(),
            Column("not_asked_events", count("events_not_assessed_n")),
            Column("asked_without_table", count("assessed_without_table_n")),
            Column("with_table", plain("per_100", "rate_per_100_with_table", _ABOUT)),
        ),
        definition="def-adverse-events",
        charts=tuple(_chart(words, event) for event in ("any", "serious")),
        empty="empty.sessions",
    )


def events() -> Declared:
    """Every kind of event for the chosen condition and route."""
    heading = Phrase("safety.events_heading", _GROUP)
    return Declared(
        id="events",
        rows=ListOf(TABLE),
        subject=_ANY,
        group="event",
        about=_ABOUT,
        heading=heading,
        heading_of_one=heading,
        sentence=Phrase("safety.events_sentence", ASKED),
        reading=Phrase("safety.events_reading", {**_people_of()}, _ABOUT),
        reading_of_silence=Phrase("safety.silent", ASKED),
        more=_MORE[:1],
        how_to_read="safety.events_how_to_read",
        caption="safety.events_caption",
        columns=(Column("event", plain("event", "event"), numeric=False), *_columns()),
        definition="def-adverse-events",
        folded=False,
        empty="empty.sessions",
    )


def tiles() -> tuple[Tile, ...]:
    """How many sessions and how often events were asked for; any event; a serious one."""
    return (
        Tile(
            count("sessions_n"),
            Phrase("safety.tile_sessions"),
            Phrase("safety.tile_asked", {**ASKED, "people": ("count", "patients_treated_n")}),
            subject=_ANY,
        ),
        *(
            Tile(
                Phrase("safety.tile_rate", {"figure": RATE["figure"]}, _ABOUT),
                Phrase(f"safety.tile_{event}"),
                Phrase("safety.tile_interval", {**RATE, **_people_of()}, _ABOUT),
                mark="reliable_deterioration",
                subject=ListOf(TABLE, where={"event": event}),
            )
            for event in ("any", "serious")
        ),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("events_per_100", Phrase("safety.rate", RATE, _ABOUT)),
        Column(
            "exact",
            Phrase("figure.from_to", {"low": ("per_100", "ci_low"), "high": ("per_100", "ci_high")}, _ABOUT),
        ),
        Column("people_with_event", Phrase("figure.rate", PEOPLE, "patients_with_event_pct")),
    )


def _people_of() -> Places:
    return {"with_event": PEOPLE["part"], "people": PEOPLE["whole"], "with_event_pct": PEOPLE["share"]}


def _chart(words: Words, event: str) -> Chart:
    rows = ListOf(TABLE, by=("route",), where={"event": event})
    return Chart(
        id=f"{event}-event-by-route",
        spec=figure_by_group.spec(words, "per_100_by_route", "per_100", "route"),
        rows=rows,
        fields={
            "name": label("route"),
            "colour": plain("colour", "route"),
            "value": Number("rate_per_100", _ABOUT),
            "low": Number("shown_ci_low", _ABOUT),
            "high": Number("shown_ci_high", _ABOUT),
            "reading": Phrase("figure.interval_n", {**RATE, "n": ("count", "sessions_assessed_n")}, _ABOUT),
            "people": Phrase("figure.part_of", PEOPLE, _ABOUT),
        },
        finding=Phrase(f"safety.title_{event}", RATE, _ABOUT, otherwise=f"safety.title_{event}_silent"),
        definition="def-adverse-events",
        about=_ABOUT,
        measures=("shown_ci_low", "shown_ci_high"),
        room=1.0,
        subject=ListOf(TABLE, where={"event": event}),
    )
