"""Every form at its edges: lowest and highest answers, one too many missing, both sides of every band and threshold.

What is expected comes from the compiled facts alone, read here by a twin of a few lines; nothing of the catalogue.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import pandas as pd
import pytest

from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.outcomes.tables import reference_changes
from pipelines.scoring import score
from tests.compiled_facts import compiled_facts
from tests.score_rows import answers, row, scored

# Whose answers add up; levels, value sets and verdicts have worked examples of their own.
SUMMED = {"sum", "mean", "sum_x4", "domain_max_sum"}
# The scale that carries the total of a form whose own id goes to its T-score.
RAW = {"promis_pi4a": "promis_pi4a_raw"}
Answers = list[int | None]


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, Any]]:
    return compiled_facts()


def summed(facts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: entry for name, entry in facts.items() if entry["total"] and entry["total"]["rule"] in SUMMED}


def ranges(entry: dict[str, Any]) -> list[tuple[int, int]]:
    return [tuple(own) for own in entry.get("item_ranges", [entry.get("item_range")] * entry["items"])]


def at_end(entry: dict[str, Any], end: int) -> Answers:
    """The answers with the lowest (0) or highest (1) score: a reversed item counts from its other end."""
    turned = entry["reverse_items"]
    return [own[1 - end if number in turned else end] for number, own in enumerate(ranges(entry), 1)]


def without(given: Answers, numbers: list[int]) -> Answers:
    return [None if number in numbers else answer for number, answer in enumerate(given, 1)]


def too_few(entry: dict[str, Any]) -> list[int]:
    """Items whose absence is one too many: of a form in domains, all of one domain."""
    if "domains" in entry:
        return next(items for items in entry["domains"].values() if len(items) > 1)
    return list(range(entry["items"] - entry["missing"]["max_missing"], entry["items"] + 1))


def scores(forms: dict[str, Answers]) -> dict[str, tuple[float, str | None]]:
    """By form: score and reason of its absence."""
    ids = {RAW.get(name, name): name for name in forms}
    frame = scored([row(scale, **answers(*forms[name])) for scale, name in ids.items()])
    own = frame[frame["scale"].isin(ids)]
    return {ids[found.scale]: (found.score, found.why_absent) for found in own.itertuples()}


def test_lowest_and_highest_answers_give_the_ends_of_every_scale(facts: dict[str, Any]) -> None:
    for end, name in enumerate(("min", "max")):
        found = scores({form: at_end(entry, end) for form, entry in summed(facts).items()})
        assert {form: points for form, (points, _) in found.items()} == {
            form: entry["total"][name] for form, entry in summed(facts).items()
        }


def test_one_item_too_many_missing_gives_no_score_and_one_less_gives_one(facts: dict[str, Any]) -> None:
    forms = summed(facts)
    lacking = scores({form: without(at_end(entry, 1), too_few(entry)) for form, entry in forms.items()})
    # A form of one item has no answer left.
    expected = {
        form: "no_answers" if entry["items"] == 1 else "too_many_items_missing" for form, entry in forms.items()
    }
    assert {form: why for form, (_, why) in lacking.items()} == expected
    enough = scores({form: without(at_end(entry, 1), too_few(entry)[1:]) for form, entry in forms.items()})
    assert {form: points for form, (points, _) in enough.items()} == {
        form: entry["total"]["max"] for form, entry in forms.items()
    }


def reaching(entry: dict[str, Any], total: Fraction) -> Answers:
    """Answers whose total is that one: items are filled up one after the other; of a domain, its first."""
    rule, count = entry["total"]["rule"], entry["items"]
    left = total / 4 if rule == "sum_x4" else total * count if rule == "mean" else total
    counted = [items[0] for items in entry["domains"].values()] if "domains" in entry else range(1, count + 1)
    given: Answers = [low for low, _ in ranges(entry)]
    left -= sum(ranges(entry)[number - 1][0] for number in counted)
    for number in counted:
        low, high = ranges(entry)[number - 1]
        step = min(left, Fraction(high - low))
        assert step.denominator == 1
        turned = number in entry["reverse_items"]
        given[number - 1] = high - int(step) if turned else low + int(step)
        left -= step
    assert left == 0
    return given


def edges(entry: dict[str, Any]) -> Iterator[tuple[str, Fraction]]:
    """The lowest and highest score of each band, on the scale's own steps."""
    step = Fraction(entry["total"]["step"]).limit_denominator(9)
    for label, low, high in entry["bands"] or []:
        for inside in (math.ceil(low / step) * step, math.floor(high / step) * step):
            yield label, inside


def test_both_sides_of_every_band_edge_are_reached_by_answers(facts: dict[str, Any]) -> None:
    forms = summed(facts)
    listed = [(form, label, points) for form, entry in forms.items() for label, points in edges(entry)]
    rows = [row(RAW.get(form, form), **answers(*reaching(forms[form], points))) for form, _, points in listed]
    frame = scored(rows)
    own = frame[frame["scale"] == frame["source_scale"]]
    assert len(listed) > 100
    for (form, label, points), found in zip(listed, own["score"], strict=True):
        assert found == pytest.approx(float(points), abs=1e-6), form
        bands = load_catalogue().scales[RAW.get(form, form)].bands
        assert [band.label for band in bands if band.minimum <= found <= band.maximum] == [label], form


# Where the facts list several reliable changes: the one that CONTRACT.md section 4 makes the default.
DEFAULT_CHANGE = {"pcl5": 15}
COMPARE = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
CLASSES = ("n_case_baseline", "remission_n", "response_n", "reliable_improvement_n", "reliable_deterioration_n")
# Screens at the start of care (CONTRACT.md section 4), and what is itself a change: never compared over time.
NOT_FOLLOWED = {"audit", "dast10", "cgi_i"}
Pair = tuple[float, float]


def limits(form: str, entry: dict[str, Any]) -> tuple[float, float]:
    if form == "bam":
        return entry["subscales"]["use"]["min"], entry["subscales"]["use"]["max"]
    own = entry.get("t_score") or entry["total"]
    return own["min"], own["max"]


def change_of(form: str, entry: dict[str, Any]) -> float | None:
    listed = [each["value"] for each in entry["reliable_change"]]
    return DEFAULT_CHANGE.get(form, listed[0] if len(listed) == 1 else None)


def pairs_at_edges(form: str, entry: dict[str, Any]) -> set[Pair]:
    """(baseline, follow-up) on both sides of each threshold; the other score is the worst, or in the middle."""
    low, high = limits(form, entry)
    worse_up = entry["direction"] == "higher_worse"
    worst, sign = (high, -1) if worse_up else (low, 1)
    found: set[Pair] = set()
    for name in ("caseness", "remission"):
        if entry[name]:
            near = [entry[name]["value"] + aside for aside in (-1, 0, 1)]
            found |= {(worst, point) for point in near} | {(point, point) for point in near}
    response = entry["response"]
    if response and response["unit"] in ("pct", "points"):
        whole = response["value"] * (high - low) / 100 if response["unit"] == "pct" else response["value"]
        found |= {(worst, worst + sign * (whole + aside)) for aside in (-0.5, 0, 0.5)} | {(low, low)}
    change = change_of(form, entry)
    if change:
        middle = (low + high) / 2
        found |= {(middle, middle + way * (change + aside)) for way in (-1, 1) for aside in (-0.5, 0, 0.5)}
    return {pair for pair in found if all(low <= points <= high for points in pair)}


def classes(form: str, entry: dict[str, Any], pair: Pair) -> dict[str, int]:
    """What the pair counts as, by the facts; a class that they do not define is left out."""
    before, after = pair
    low, _ = limits(form, entry)
    better = before - after if entry["direction"] == "higher_worse" else after - before
    said: dict[str, int] = {}
    if entry["caseness"]:
        said["n_case_baseline"] = COMPARE[entry["caseness"]["op"]](before, entry["caseness"]["value"])
    if entry["remission"]:
        said["remission_n"] = COMPARE[entry["remission"]["op"]](after, entry["remission"]["value"])
    response, change = entry["response"], change_of(form, entry)
    if response and response["unit"] == "points":
        said["response_n"] = better >= response["value"]
    elif response and response["unit"] == "pct":
        said["response_n"] = before > low and 100 * better >= response["value"] * (before - low) - 1e-9
    if change:
        said["reliable_improvement_n"], said["reliable_deterioration_n"] = better >= change, -better >= change
    return {name: int(is_so) for name, is_so in said.items()}


@cache
def judged() -> tuple[dict[tuple[str, Pair], str], pd.DataFrame]:
    """Every pair at an edge as a research sample of one person, and what the product makes of it."""
    facts = compiled_facts()
    followed = {
        form: entry
        for form, entry in facts.items()
        if entry["direction"] != "acute_effect"
        and form not in NOT_FOLLOWED
        and (form == "bam" or entry["total"])
        and "any" not in (entry["caseness"] or {}).get("applies_to", "")
    }
    asked = [(form, pair) for form, entry in followed.items() for pair in sorted(pairs_at_edges(form, entry))]
    named = {key: f"s{number:03d}" for number, key in enumerate(asked)}
    rows = [
        {"clinic_id": sample, "scale": "bam_use" if form == "bam" else form, "score_day": day, "total": points}
        for (form, pair), sample in named.items()
        for day, points in zip((0, 10), pair, strict=True)
    ]
    with Engine() as engine:
        engine.define("rows", pd.DataFrame(rows))
        items = ", ".join(f"NULL::DOUBLE AS item_{number:02d}" for number in range(1, 31))
        engine.materialise(
            "reference_scores",
            f"""SELECT clinic_id, 'p1' AS patient_id, scale, score_day::INTEGER AS score_day, 'unspecified' AS
            administration, NULL::VARCHAR AS respondent, total, {items}, NULL::VARCHAR AS scale_form,
            NULL::VARCHAR AS reference_group, 1 AS receipt, row_number() OVER ()::BIGINT AS row_number FROM rows""",
        )
        score(engine, "reference_scores", "scored_reference_scores")
        frame = reference_changes(engine, {})
    return named, frame[frame["from_day"] < frame["to_day"]].set_index("sample")


def test_both_sides_of_every_threshold_are_judged_by_the_facts(facts: dict[str, Any]) -> None:
    named, frame = judged()
    assert len(named) > 200
    wrong = []
    for (form, pair), sample in named.items():
        expected = classes(form, facts[form], pair)
        found = {name: int(frame.loc[sample, name]) for name in expected if not pd.isna(frame.loc[sample, name])}
        if found != expected:
            wrong.append((form, pair, expected, found))
    assert wrong == []
