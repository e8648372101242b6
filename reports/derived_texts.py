"""Texts of a row that are made of several of its columns, for the page alone: limits, published figures, groups.

Made from released columns only; what is withheld there says so here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pipelines.vocabulary import ALL
from reports import change_texts, figures, released_rows
from reports.released_rows import Row
from reports.sections.parts import Page
from reports.words import Words

SPREADS = ("onset_minutes", "effect_minutes", "intensity_0_10", "dosing_minutes", "integration_after_minutes")
SHARES = ("adjusted", "adjusted_up", "adjusted_down", "adjusted_both", "target_effect_reached")
# How a published figure is read, where it is no median or share.
_READ = MappingProxyType({"effect_size": figures.effect, "change_mean": figures.mean})
_NOTHING: Mapping[str, str] = MappingProxyType({})


def of(table: str, row: Row, page: Page) -> Mapping[str, str]:
    """column -> text, of one released row of this table."""
    made = _OF_TABLE.get(table)
    return made(row, page) if made else _NOTHING


def _vitals(row: Row, page: Page) -> Mapping[str, str]:
    limit = released_rows.number(row, "limit_value")
    if limit is None:
        return {"limited": "", "limit_said": page.words.say("vitals.no_limit"), "source_said": ""}
    beyond = "vitals.over" if row["limit_op"] == ">" else "vitals.under"
    return {
        # Dissociation over its criterion is what the session is for, and no reading beyond a limit.
        "limited": "" if row["measure"] == "cadss_peak" else "yes",
        "limit_said": page.words.say(beyond, limit=figures.amount(limit), unit=row["unit"]),
        "source_said": _marked(row["limit_source"], row["limit_mark"]),
    }


def _profile(row: Row, page: Page) -> Mapping[str, str]:
    measure, words = row["measure"], page.words
    low, high = (released_rows.number(row, f"published_{end}") for end in ("low", "high"))
    text = row["published_words"]
    if not text and low is not None and high is not None:
        ends = {"low": figures.amount(low), "high": figures.amount(high), "unit": row["unit"]}
        text = words.say("profile.published_value" if low == high else "profile.published_range", **ends)
    source = row["published_citation"]
    missing = "" if row["route"] == ALL else words.say("profile.no_source")
    return {
        "unit_said": words.say("profile.of_10") if measure == "intensity_0_10" else str(row["unit"] or ""),
        "kind": "spread" if measure in SPREADS else "share" if measure in SHARES else "published",
        "published_said": text or words.say("profile.nothing_published"),
        "source_said": _marked(source, row["published_mark"]) if source else missing,
    }


def _sessions(row: Row, page: Page) -> Mapping[str, str]:
    code = row["sessions_group"]
    named = page.words.name("sessions_group", code)
    return {
        "group_said": named if named != code else page.words.say("contrast.sessions", n=code.replace("_to_", " to "))
    }


def _balance(row: Row, page: Page) -> Mapping[str, str]:
    kind, level, words = row["characteristic"], row["level"], page.words
    named = page.about.scale(level).name if kind == "baseline" else words.name(kind, level)
    return {
        "level_said": named,
        "group_said": _of_group(row, words, "with_n", "n", "mean", "sd"),
        "others_said": _of_group(row, words, "others_with_n", "others_n", "others_mean", "others_sd"),
    }


def _of_group(row: Row, words: Words, part: str, whole: str, mean: str, sd: str) -> str:
    """A share with its numerator and denominator, or a mean with SD and n; why not, where it is not shown."""
    is_mean = row["characteristic"] == "baseline"
    needed = (mean, sd, whole) if is_mean else (part, whole)
    numbers = [released_rows.number(row, column) for column in needed]
    known = [number for number in numbers if number is not None]
    if len(known) < len(needed):
        return words.say(f"state.{released_rows.why_empty(row, needed[numbers.index(None)])}")
    if is_mean:
        return words.say(
            "contrast.mean", mean=figures.mean(known[0]), sd=figures.mean(known[1]), n=figures.count(known[2])
        )
    share = figures.share(100 * known[0] / known[1]) if known[1] else figures.share(0)
    return words.say("contrast.share", share=share, part=figures.count(known[0]), whole=figures.count(known[1]))


def _benchmark(row: Row, page: Page) -> Mapping[str, str]:
    words = page.words
    return {
        "value_said": _value(row, "value", words),
        "own_said": _own(row, words),
        "why_said": "; ".join(words.name("why_not_alike", code) for code in str(row["why"]).split(";")),
        "source_said": f"{_marked(row['citation'], row['mark'])} · {_published_n(row, words)}",
    }


def _value(row: Row, column: str, words: Words) -> str:
    low, high = released_rows.number(row, column), released_rows.number(row, "value_high")
    if low is None:
        return words.say(f"state.{released_rows.why_empty(row, column)}")
    read = _READ.get(row["measure"], figures.amount)
    text = (
        read(low) if high is None or column != "value" else words.say("figure.from_to", low=read(low), high=read(high))
    )
    if row["measure"] == "change_pct":
        return words.say("benchmarks.pct", value=text)
    return words.say("benchmarks.of_100", value=text) if row["measure"].endswith("_pct") else text


def _own(row: Row, words: Words) -> str:
    if released_rows.number(row, "network_value") is None:
        return _value(row, "network_value", words)
    when = words.name("timepoint", row["timepoint"])
    n, started = (_counted(row, column, words) for column in ("n_analysed", "n_started"))
    return words.say("benchmarks.own", value=_value(row, "network_value", words), when=when, n=n, started=started)


def _counted(row: Row, column: str, words: Words) -> str:
    value = released_rows.number(row, column)
    return words.say(f"state.{released_rows.why_empty(row, column)}") if value is None else figures.count(value)


def _published_n(row: Row, words: Words) -> str:
    """How many were measured of how many, as far as the publication says so."""
    numbers = {"n": "n_analysed_published", "started": "n_started_published"}
    stated = {place: released_rows.number(row, column) for place, column in numbers.items()}
    told = {place: figures.count(number) for place, number in stated.items() if number is not None}
    key = "benchmarks.n_of" if len(told) == 2 else f"benchmarks.{next(iter(told), 'n_not')}_stated"
    return words.say(key, **told)


def _marked(text: str, mark: str | None) -> str:
    return f"{text} {mark}" if mark else text


_OF_TABLE: Mapping[str, Callable[[Row, Page], Mapping[str, str]]] = MappingProxyType(
    {
        "vitals_by_route": _vitals,
        "route_profile": _profile,
        "outcomes_by_sessions": _sessions,
        "presence_balance": _balance,
        "benchmarks": _benchmark,
        "individual_change": change_texts.individual,
        "talking_therapies": change_texts.talking,
    }
)
