"""The first screen in words: how many, how many followed up, how many better and worse, three things to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.vocabulary import ALL, PRIMARY
from reports import figures, released_rows
from reports.sections.parts import Page


@dataclass(frozen=True)
class Tile:
    """One large figure: the figure, what it counts, and the small print under it."""

    figure: str
    text: str
    small: str
    mark: str = ""


@dataclass(frozen=True)
class Headline:
    """The tiles and the sentences beside them; `empty` says what to do when there is nothing at all."""

    tiles: tuple[Tile, ...] = ()
    to_know: tuple[str, ...] = ()
    empty: str = ""


def headline(page: Page) -> Headline:
    """The network's (or the clinic's) row over all conditions and routes, in words."""
    record = released_rows.row(
        page.outcomes,
        clinic_id=page.scope.clinic_id,
        condition=ALL,
        route=ALL,
        scale=PRIMARY,
        timepoint=page.scope.timepoint,
    )
    if record is None:
        return Headline(empty=page.words.say("empty.no_data"))
    if record["evidence"] == "withheld" and released_rows.number(record, "n_started") is None:
        return Headline(empty=page.words.say("empty.withheld"))
    return Headline((_treated(page, record), *_measured(page, record)), _to_know(page, record))


def _treated(page: Page, record: dict[str, Any]) -> Tile:
    words, started = page.words, released_rows.number(record, "n_started")
    if started is None:
        return Tile(words.say("state.withheld"), words.say("headline.treated"), "", "withheld")
    # A clinic whose every delivery is blocked has no row yet.
    clinics = len({record["clinic_id"] for record in released_rows.rows(page.tables.get("denominators"))} - {ALL})
    return Tile(
        figures.count(started),
        words.say("headline.treated"),
        words.say("headline.clinics" if clinics != 1 else "headline.one_clinic", clinics=figures.count(clinics)),
    )


def _measured(page: Page, record: dict[str, Any]) -> tuple[Tile, ...]:
    words = page.words
    followed, analysed, due = (released_rows.number(record, c) for c in ("followup_pct", "n_analysed", "n_due"))
    if followed is None or analysed is None or due is None:
        first = Tile(
            words.say(f"state.{released_rows.why_empty(record, 'followup_pct')}"),
            words.say("headline.measured", when=page.when),
            "",
            "withheld",
        )
    else:
        first = Tile(
            words.say("figure.of_100", share=figures.share(followed)),
            words.say("headline.measured", when=page.when),
            words.say("figure.part_of", part=figures.count(analysed), whole=figures.count(due)),
        )
    return (first, _rate_tile(page, record, "response"), _rate_tile(page, record, "reliable_deterioration"))


def _rate_tile(page: Page, record: dict[str, Any], outcome: str) -> Tile:
    words, state = page.words, released_rows.state(record, f"{outcome}_pct")
    text = words.say(f"headline.{outcome}")
    pct, low, high, of_n = (
        released_rows.number(record, f"{outcome}_{end}") for end in ("pct", "ci_low", "ci_high", "of_n")
    )
    speaks = state in ("reportable", "imprecise")
    if not speaks or pct is None or low is None or high is None or of_n is None:
        return Tile(words.say(f"state.{state}" if not speaks else "state.withheld"), text, "", "not_enough")
    small = words.say("headline.interval", low=figures.share(low), high=figures.share(high), whole=figures.count(of_n))
    return Tile(words.say("figure.of_100", share=figures.share(pct)), text, small, state)


def _to_know(page: Page, record: dict[str, Any]) -> tuple[str, ...]:
    """What is missing, what it could hide, and who got worse: the bad news first."""
    words, said = page.words, []
    followed, due = released_rows.number(record, "followup_pct"), released_rows.number(record, "n_due")
    if released_rows.number(record, "n_analysed") == 0:
        return (words.say("know.nothing_followed_up", when=page.when),)
    if followed is not None and due is not None:
        said.append(
            words.say("know.missing", share=figures.share(100 - followed), when=page.when, whole=figures.count(due))
        )
    worst, best, baseline = (
        released_rows.number(record, c) for c in ("response_pct_worst", "response_pct_best", "n_baseline")
    )
    speaks = released_rows.state(record, "response_pct") in ("reportable", "imprecise")
    if speaks and worst is not None and best is not None and baseline is not None:
        said.append(
            words.say(
                "know.bounds", worst=figures.share(worst), best=figures.share(best), whole=figures.count(baseline)
            )
        )
    worse, of_n = (released_rows.number(record, f"reliable_deterioration_{end}") for end in ("n", "of_n"))
    if speaks and worse is not None and of_n is not None:
        said.append(words.say("know.worse", part=figures.count(worse), whole=figures.count(of_n)))
    return tuple(said)
