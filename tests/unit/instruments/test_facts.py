"""Every number of the catalogue against the compiled facts it was written from, read here on their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.model import Cited, Instrument, Scale
from tests.compiled_facts import compiled_facts

KINDS = {"cronbach_alpha": "alpha", "test_retest": "test_retest", "inter_rater": "inter_rater"}
DIRECTIONS = {"lower_is_better": "higher_worse", "higher_is_better": "higher_better", "acute_effect": "acute_effect"}
CATALOGUE = load_catalogue()
# The scale that carries the facts of a form whose own id goes to its T-score.
RAW = {"promis_pi4a": "promis_pi4a_raw"}
# The sixth question of the C-SSRS screener has two parts, each an item here.
PARTS_OF_ITEM_6 = 1


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, Any]]:
    return compiled_facts()


def _each(facts: dict[str, dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Instrument, Scale | None]]:
    """(facts, form, the scale of the form's own id; None for a form without a total)."""
    for name, entry in facts.items():
        yield entry, CATALOGUE.instruments[name], CATALOGUE.scales.get(name)


def _items(subscale: dict[str, Any]) -> list[int]:
    """Two numbers are the ends of a run, more are the items themselves."""
    listed = subscale["items"]
    return list(range(listed[0], listed[1] + 1)) if len(listed) == 2 else listed


def test_every_entry_of_the_facts_is_a_file_and_no_other_but_the_days_abstinent(facts: dict[str, Any]) -> None:
    assert len(facts) == 34
    assert set(CATALOGUE.instruments) == {*facts, "pct_days_abstinent_30"}


def test_items_ranges_and_totals(facts: dict[str, Any]) -> None:
    for entry, form, own in _each(facts):
        extra = PARTS_OF_ITEM_6 if form.id == "cssrs_screen" else 0
        assert form.items.count == entry["items"] + extra, form.id
        # The PROMIS-29 ends with one item from 0 to 10; its other 28 are given with their domains.
        domains = [(1, 5)] * 28 if form.id == "promis29" else []
        ranges = entry.get("item_ranges", [entry.get("item_range")] * (form.items.count - len(domains)))
        assert [*form.items.limits] == [*domains, *map(tuple, ranges)], form.id
        assert form.items.reversed == tuple(entry["reverse_items"]), form.id
        legal = {number: tuple(answers) for number, answers in entry.get("item_legal", {}).items()}
        assert form.items.legal == legal, form.id
        if entry["total"]:
            scoring = CATALOGUE.scales[RAW.get(form.id, form.id)].scoring
            assert (scoring.minimum, scoring.maximum) == (entry["total"]["min"], entry["total"]["max"]), form.id
            assert scoring.step == pytest.approx(entry["total"]["step"], abs=5e-5), form.id
        else:
            assert own is None or not own.accepts_total, form.id
        if own is not None:
            assert DIRECTIONS[own.direction] == entry["direction"], form.id


def test_subscales(facts: dict[str, Any]) -> None:
    for entry, form, _ in _each(facts):
        for name, expected in entry.get("subscales", {}).items():
            short = name[0].lower() if form.id == "pcl5" else name
            ids = [f"{form.id}_{short}_raw", f"{form.id}_{short}"]
            scale = next(CATALOGUE.scales[found] for found in ids if found in CATALOGUE.scales)
            assert (scale.scoring.minimum, scale.scoring.maximum) == (expected["min"], expected["max"]), scale.id
            assert (scale.direction == "higher_is_better") == (expected.get("direction") == "higher_better"), scale.id
            if "items" in expected:
                assert [number for (number,) in scale.groups(form.items.count)] == _items(expected), scale.id
        if "domains" in entry:
            assert {name: list(items) for name, items in _domains(form).items()} == entry["domains"]


def _domains(form: Instrument) -> dict[str, tuple[int, ...]]:
    (scale,) = form.scales
    return scale.scoring.domains or {}


def test_thresholds(facts: dict[str, Any]) -> None:
    for entry, form, own in _each(facts):
        # The BAM's thresholds are those of its subscale of use.
        scale = own or CATALOGUE.scales.get(f"{form.id}_use")
        if scale is None:
            continue
        bands = entry["bands"] or [
            [label, low or scale.scoring.minimum, high or scale.scoring.maximum]
            for label, low, high in entry.get("t_bands", [])
        ]
        assert [[band.label, band.minimum, band.maximum] for band in scale.bands] == bands, form.id
        response, remission, caseness = scale.response, scale.remission, scale.caseness
        wanted = entry["response"] and (entry["response"]["unit"], entry["response"]["value"])
        assert (response and (response.unit, response.value)) == wanted, form.id
        for cut, fact in ((remission, entry["remission"]), (caseness, entry["caseness"])):
            assert (cut and (cut.op, cut.value)) == (fact and (fact["op"], fact["value"])), form.id
        if caseness:
            on_one_item = "any" in entry["caseness"].get("applies_to", "")
            assert (caseness.applies_to == "any_item") == on_one_item, form.id
            sexes = entry["caseness"].get("by_sex", {})
            assert (caseness.male, caseness.female) == (sexes.get("male"), sexes.get("female"))


def test_changes_and_reliability(facts: dict[str, Any]) -> None:
    for entry, form, own in _each(facts):
        scale = own or (CATALOGUE.scales["promis29_fatigue"] if form.id == "promis29" else form.scales[0])
        assert {change.value for change in scale.reliable_change} == {
            each["value"] for each in entry["reliable_change"]
        }, form.id
        # A change of 1 on a T metric is given in points of the T-score.
        assert {(change.value, change.unit) for change in scale.meaningful_change} == {
            (each["value"], "pct" if each.get("unit") == "pct" else "points") for each in entry["mcid"]
        }, form.id
        measured = {name: entry["reliability"].get(name) for name in KINDS.values()}
        assert {KINDS[found.kind]: found.value for found in scale.reliability} == {
            name: value for name, value in measured.items() if value is not None
        }, form.id
        assert [(each.sd, each.r, each.rci95) for each in scale.reliable_change_inputs] == [
            (each["sd"], each["r"], each["rci95"]) for each in entry.get("rci", [])
        ], form.id
        named = {KINDS[each.r_type] for each in scale.reliable_change_inputs}
        assert named <= {each["r_type"] for each in entry.get("rci", [])}, form.id


def test_recall_intervals_safety_items_codes_and_licences(facts: dict[str, Any]) -> None:
    for entry, form, own in _each(facts):
        assert form.recall.days == entry["recall_days"], form.id
        told_in_days = {days for days in entry.get("recall_variants", []) if isinstance(days, int)}
        assert set(form.recall.variants_days) == told_in_days, form.id
        assert (form.interval.minimum_days, form.interval.warn_below_days) == (
            entry["min_interval_days"],
            entry["warn_interval_days"],
        ), form.id
        safety = {(each["item"], each["positive_at"]) for each in entry["safety_items"]}
        if form.id == "cssrs_screen":
            safety |= {(7, 1)}
        assert {(each.item, each.positive_at) for each in (own.safety_items if own else ())} == safety, form.id
        codes = {code for key, found in entry["loinc"].items() for code in _codes(found)}
        assert set(form.loinc.codes if form.loinc else ()) == codes, form.id
        assert form.licence.status == entry["license"]["status"], form.id
        assert form.licence.ship_item_text == entry["license"]["ship_item_text"], form.id
        assert form.respondent == entry["reporter"].replace("clinician_or_self", "either"), form.id
        assert form.not_applicable is None or form.not_applicable.item == entry["na_rule"]["item"]
        assert (form.not_applicable is None) == ("na_rule" not in entry), form.id


def test_norms(facts: dict[str, Any]) -> None:
    listed = {scale.id: [(norm.mean, norm.sd) for norm in scale.norms] for scale in CATALOGUE.scales.values()}
    phq9, cadss = facts["phq9"]["norm"], facts["cadss"]["norm"]
    assert {scale: norms for scale, norms in listed.items() if norms} == {
        "phq9": [(phq9[f"{group}_mean"], phq9[f"{group}_sd"]) for group in ("primary_care", "chronic_pain")],
        "cadss": [(cadss["mean"], cadss["sd"])],
    }


def _codes(found: str | list[str] | None) -> list[str]:
    return [] if found is None else [found] if isinstance(found, str) else found


def test_missing_rules(facts: dict[str, Any]) -> None:
    for entry, form, _ in _each(facts):
        scales = [CATALOGUE.scales[RAW[form.id]]] if form.id in RAW else form.scales
        assert {scale.missing.max_missing for scale in scales} == {entry["missing"]["max_missing"]}, form.id


def test_t_ranges_are_those_of_the_scoring_tables(facts: dict[str, Any]) -> None:
    stated = facts["promis29"]["scoring_notes"]
    for scale in CATALOGUE.instruments["promis29"].scales:
        if scale.scoring.combine == "delivered":
            words = scale.id.removeprefix("promis29_").replace("_", " ").removesuffix(" disturbance")
            low, high = (max(f"{end:.1f}", f"{end}", key=len) for end in (scale.scoring.minimum, scale.scoring.maximum))
            assert f"{words} {low}-{high}" in stated, scale.id
    own = CATALOGUE.scales["promis_pi4a"].scoring
    assert (own.minimum, own.maximum) == (
        facts["promis_pi4a"]["t_score"]["min"],
        facts["promis_pi4a"]["t_score"]["max"],
    )


# Where a path of the facts' lists `unverified` and `secondary` stands in the catalogue.
PLACES = {
    "items": "items", "item_range": "items", "item_legal": "items", "total": "scoring", "t_score": "scoring",
    "bands": "bands", "response": "response", "remission": "remission", "caseness": "caseness",
    "reliable_change": "reliable_change", "mcid": "meaningful_change", "recall_days": "recall",
    "min_interval_days": "interval", "missing": "missing", "license": "licence", "loinc": "loinc",
    "safety_items": "safety_items", "na_rule": "not_applicable", "version_guard": "version_guards",
    "subscales": "subscales", "complete_experience": "complete_experience", "raw_to_t": "scoring",
}  # fmt: skip
# Told of a variant or a detail that stands in a note of its fact.
DETAILS = {"caseness.variants.1", "remission.consensus", "recall_variants"}


def _marked(form: Instrument, scale: Scale, path: str) -> list[Cited]:
    head, _, rest = path.partition(".")
    if path == "response.partial_pct":
        return [scale.partial_response]
    if head == "reliability":
        return [found for found in scale.reliability if KINDS[found.kind] == rest]
    if head == "subscales":
        return [part.scoring for part in form.scales if part.id != form.id and not part.scoring.not_from_items]
    if head == "complete_experience":
        return [CATALOGUE.scales["meq30_complete"].scoring]
    place = PLACES[head]
    found = getattr(form, place) if hasattr(form, place) else getattr(scale, place)
    listed = list(found) if isinstance(found, tuple) else [found]
    return [listed[int(rest)]] if rest.isdigit() else listed


@pytest.mark.parametrize("status", ["unverified", "secondary"])
def test_what_the_facts_mark_is_marked_so(facts: dict[str, Any], status: str) -> None:
    seen = 0
    for entry, form, own in _each(facts):
        for path in entry.get(status, []):
            if path in DETAILS:
                continue
            scale = own or form.scales[0]
            if (form.id, path) == ("promis_pi4a", "missing"):
                scale = CATALOGUE.scales["promis_pi4a_raw"]
            found = _marked(form, scale, path)
            assert found, (form.id, path)
            assert {fact.source_status for fact in found} == {status}, (form.id, path)
            seen += len(found)
    assert seen > 30


def test_nothing_else_is_unverified(facts: dict[str, Any]) -> None:
    marked = set()
    for entry, form, own in _each(facts):
        for path in entry.get("unverified", []):
            if path not in DETAILS:
                for scale in form.scales if own is None or form.id in RAW else [own]:
                    marked |= {id(fact) for fact in _marked(form, scale, path)}
    stray = [
        (owner, name)
        for form in CATALOGUE.instruments.values()
        for owner, name, fact in form.facts()
        if fact.source_status == "unverified" and id(fact) not in marked
    ]
    assert stray == []
