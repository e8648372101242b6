"""Texts of a row of the page on change, made of several of its columns: thresholds, what they rest on, sources."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.outcomes.change_methods import CLINICAL
from reports import figures, released_rows
from reports.released_rows import Row
from reports.sections.parts import Page


def individual(row: Row, page: Page) -> Mapping[str, str]:
    """The threshold and cut-off of a method, every number they were made of, and the source."""
    words = page.words
    threshold, worse, cutoff, sd, sd_n, reliability = (
        released_rows.number(row, name)
        for name in ("threshold", "threshold_worse", "cutoff", "sd", "sd_n", "reliability")
    )
    said, inputs = [], []
    unit = words.name("threshold_unit", str(row["threshold_unit"] or "points"))
    if threshold is not None:
        said.append(words.say("individual.threshold", value=figures.amount(threshold), unit=unit))
    if worse is not None and worse != threshold:
        said.append(words.say("individual.threshold_worse", value=figures.amount(worse), unit=unit))
    if cutoff is not None:
        said.append(words.say("individual.cutoff", value=figures.amount(cutoff)))
    if sd is not None:
        key = "individual.sd" if sd_n is None else "individual.sd_of"
        people = {} if sd_n is None else {"n": figures.count(sd_n)}
        inputs.append(words.say(key, sd=figures.effect(sd), source=row["sd_source"] or "", **people))
    if reliability is not None:
        kind = words.name("reliability_kind", str(row["reliability_kind"] or ""))
        population = row["reliability_population"] or words.say("individual.population_not_stated")
        inputs.append(words.say("individual.reliability", value=f"{reliability:.2f}", kind=kind, of=population))
    clinical_n = released_rows.number(row, "clinical_n")
    for name in CLINICAL[:-1]:
        held_against = released_rows.number(row, name)
        if held_against is not None and clinical_n is not None:
            value = figures.effect(held_against)
            inputs.append(words.say(f"individual.{name}", value=value, n=figures.count(clinical_n)))
    return {
        "threshold_said": "; ".join(said),
        "inputs_said": "; ".join(inputs),
        "source_said": marked(row["source"], row["mark"]),
    }


def talking(row: Row, page: Page) -> Mapping[str, str]:
    """The two measures with their cut-offs, and where these and the rule come from; † stands beside what has none."""
    measures, sources = (str(row[name] or "") for name in ("measure_thresholds", "measure_sources"))
    for scale, facts in sorted(page.about.scales.items(), key=lambda pair: -len(pair[0])):
        measures = measures.replace(f"{scale} ", f"{facts.name} ")
        sources = sources.replace(f"{scale}: ", f"{facts.name}: ")
    return {
        "measures_said": measures,
        "source_said": "; ".join(
            part
            for part in (
                marked(row["improvement_source"], row["improvement_mark"]),
                marked(sources, row["measure_mark"]),
            )
            if part
        ),
    }


def marked(source: object, mark: object) -> str:
    """A source with its mark after it."""
    return " ".join(str(part) for part in (source, mark) if part)
