"""The page of one instrument: what its scores mean and every cited fact of it, from the catalogue. No item text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipelines.vocabulary import ALL
from reports.about import Fact, Form
from reports.sections import method_tables, parts
from reports.sections.parts import Page, Section, TableView
from reports.words import Words

FOLDER = "instruments"


def shown_forms(page: Page) -> tuple[Form, ...]:
    """The instruments that have a page in this scope: on a clinic's site those that its outcomes name."""
    if page.scope.clinic_id == ALL:
        return page.about.forms
    seen = set(page.outcomes.frame["scale"]) if page.outcomes else set()
    return tuple(form for form in page.about.forms if seen & {form.id, *form.scales})


def address_of(page: Page, name: str) -> str:
    """Where the page of an instrument of this name is, from the pages beside its folder; '' where it has none."""
    return next((f"{FOLDER}/{form.id}.html" for form in shown_forms(page) if form.name == name), "")


def content(page: Page, form: Form) -> Mapping[str, Any]:
    """What the template shows of one instrument."""
    words = page.words
    owners = tuple(dict.fromkeys((form.id, *form.scales)))
    scales = {scale: page.about.scales[scale] for scale in form.scales if scale in page.about.scales}
    of_form = replace(page, about=replace(page.about, scales=scales))
    found = [fact for fact in page.about.facts if fact.scale in owners]
    return {
        "sentence": words.say(
            "instrument.sentence",
            construct=words.name("construct", form.construct),
            respondent=words.name("respondent", form.respondent),
        ),
        "scales": replace(method_tables.scales(of_form), heading=words.say("instrument.scales_heading")),
        "groups": [
            _facts(page, owner, own) for owner in owners if (own := [fact for fact in found if fact.scale == owner])
        ],
        "notice": page.about.licences[:1] if any(fact.fact == "loinc" for fact in found) else (),
    }


def said(words: Words, fact: Fact) -> str:
    """A fact's values in words, then its note. What has no words of its own stands as in the catalogue."""
    given = fact.stated.split("; ")
    keys = [_key(words, fact.fact, part.partition(" ")[0]) for part in given]
    known = [place for place, key in enumerate(keys) if key]
    text, notes = "", []
    for place, (key, part) in enumerate(zip(keys, given, strict=True)):
        value = part.partition(" ")[2]
        if not key and known and place > known[-1]:
            notes.append(part)
            continue
        if not key:
            text += f"; {method_tables.readable(part)}"
            continue
        if place == known[-1]:
            value, _, note = value.partition(". ")
            notes.append(note)
        value = words.name("fact_value", value.rstrip("."))
        text += "" if (key, value) == ("fact_part.factor", "1") else words.say(key, value=value.replace("_", " "))
    note = "; ".join(each for each in notes if each)
    return " ".join(each for each in (f"{text.strip(' ,;')}.", note) if each)


def _key(words: Words, fact: str, name: str) -> str:
    """The key of the words for a value of a fact: its own, else the one of all facts, else none."""
    keys = (f"fact_part.{fact}_{name}", f"fact_part.{name}")
    return next((key for key in keys if key in words.sentences), "")


def _facts(page: Page, owner: str, facts: Sequence[Fact]) -> Section:
    words = page.words
    name = page.about.scales[owner].name if owner in page.about.scales else owner.upper()
    table = TableView(
        words.say("instrument.facts_caption", name=name),
        tuple(words.say(f"methods.{column}") for column in ("fact", "says", "source", "source_status")),
        tuple(
            (
                parts.label(words.name("fact", fact.fact)),
                parts.label(said(words, fact)),
                parts.label(fact.source),
                parts.label(words.name("source_status", fact.source_status)),
            )
            for fact in facts
        ),
    )
    heading = words.say("instrument.facts_heading", name=name)
    return Section(f"facts-{owner}", heading, words.say("instrument.facts_sentence"), table=table, folded=False)
