"""The page on change in detail, the worsening watch of the dashboard, and the page of an instrument."""

from __future__ import annotations

import html
import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest

from assets import method_facts
from pipelines.vocabulary import ALL
from reports.about import Override
from reports.both_ways import both_ways, why_empty
from reports.change import change_page, declared
from reports.dashboard import dashboard
from reports.pages import build_clinic_site
from reports.released_rows import Scope
from reports.sections import instrument
from reports.sections.parts import Page
from reports.watch_rows import measure_name, watch_rows
from reports.words import words_of
from tests import released_sample as sample

WORDS = words_of()
SECTIONS = ["individual-change", "talking-therapies", "which-baseline", "route-attribution", "how-firm"]


def page(clinic: str = ALL, **about: Any) -> Page:
    tables = sample.tables()
    own = {
        name: replace(table, frame=table.frame[table.frame["clinic_id"] == clinic])
        for name, table in tables.items()
        if clinic != ALL and "clinic_id" in table.frame
    }
    return Page(own or tables, sample.about(**about), WORDS, Scope(clinic))


def test_the_page_opens_on_the_condition_with_most_people_measured_and_its_main_scale() -> None:
    made = change_page(page())
    assert made.data is not None and made.data["defaults"]["condition"] == "trd"
    assert [section.id for section in made.sections] == SECTIONS
    assert "PHQ-9" in made.sections[0].sentence
    assert all(not section.empty for section in made.sections)


def test_every_column_a_phrase_names_is_carried_with_the_rows_it_speaks_of() -> None:
    data = change_page(page()).data
    assert data is not None
    made = {"lowest", "highest", "rows_n", "spoken_n"}
    for section in data["sections"]:
        tables = {section["rows"]["table"], *(chart["rows"]["table"] for chart in section["charts"])}
        carried = {name for table in tables for part in ("codes", "numbers") for name in data["tables"][table][part]}
        told = {name: value for name, value in section.items() if name != "charts"}
        fields = [[chart["fields"], chart["finding"]] for chart in section["charts"]]
        named = set(re.findall(r'\["[a-z_0-9]+", "([a-z_0-9]+)"\]', json.dumps([told, fields])))
        assert named and named <= carried | made, section["id"]


def test_a_network_page_carries_of_a_clinic_its_main_scales_alone() -> None:
    data = change_page(page()).data
    assert data is not None
    main = {scale for scales in data["scale_of"].values() for scale in scales.values()}
    assert set(data["tables"]["individual_change"]["codes"]["scale"]["levels"]) <= main


def test_over_all_conditions_a_page_of_scales_says_to_choose_one() -> None:
    made = change_page(replace(page(), tables={**page().tables}))
    rows = made.data["tables"]["individual_change"]["codes"]["condition"]["levels"] if made.data else [ALL]
    assert ALL not in rows and "condition" in WORDS.say("empty.one_condition")


@pytest.mark.parametrize("section", declared(WORDS), ids=lambda section: section.id)
def test_no_sentence_of_the_page_claims_an_effect(section: Any) -> None:
    said = [WORDS.say(key) for key in (section.how_to_read, section.caption)]
    said += [WORDS.template(phrase.key) for phrase in (section.heading, section.sentence, section.reading)]
    assert not [text for text in said if re.search(r"\beffect of|\bbecause of ketamine|\bworks\b", text)]


def test_better_holds_recovered_beside_improved_and_worse_harmed_beside_deteriorated() -> None:
    """Counts of the hostile reviewer's PHQ-9 row; intervals by hand from Wilson's formula."""
    of_each = {"n": 2951.0, "improved_n": 418.0, "recovered_n": 1339.0, "deteriorated_n": 52.0, "harmed_n": 9.0}
    shares = {name.replace("_n", "_pct"): 100 * n / 2951 for name, n in of_each.items() if name != "n"}
    found = both_ways({"method": "combined", **of_each, **shares})
    assert (found["better_n"], found["worse_n"]) == (1757, 61)
    for way, part in (("better", 1757 / 2951), ("worse", 61 / 2951)):
        z, n = 1.959964, 2951
        middle, half = part + z**2 / (2 * n), z * math.sqrt(part * (1 - part) / n + z**2 / (4 * n**2))
        expected = [100 * part, *(100 * (middle + sign * half) / (1 + z**2 / n) for sign in (-1, 1))]
        assert [found[f"{way}_{end}"] for end in ("pct", "ci_low", "ci_high")] == pytest.approx(expected, abs=1e-4)


def test_better_is_withheld_with_any_class_that_it_would_give_away() -> None:
    row = {"method": "combined", "n": 40.0, "improved_n": 12.0, "improved_pct": 30.0, "deteriorated_n": 2.0}
    row |= {"deteriorated_pct": 5.0, "harmed_n": 0.0, "harmed_pct": 0.0, "recovered_n": None, "recovered_pct": None}
    row |= {"empty_because": "recovered_n:withheld;recovered_pct:withheld"}
    assert both_ways(row)["better_n"] is None and both_ways(row)["worse_n"] == 2
    assert set(why_empty(row)) == {f"better_{part}:withheld" for part in ("n", "pct", "ci_low", "ci_high")}


def test_a_condition_without_a_threshold_in_force_keeps_its_headings_and_the_name_of_its_scale() -> None:
    whole = page()
    table = whole.tables["individual_change"]
    frame = table.frame[table.frame["method"] != "default"].reset_index(drop=True)
    made = change_page(replace(whole, tables={**whole.tables, "individual_change": replace(table, frame=frame)}))
    found = made.sections[0]
    assert "PHQ-9" in found.sentence and "Primary scale" not in found.sentence + made.shown
    assert [chart.finding for chart in found.charts] == [
        "Better: improved or recovered",
        "Worse: deteriorated or harmed",
    ]


def test_the_page_says_which_definitions_a_clinic_changed() -> None:
    changed = Override("alpha", "phq9", "response", "percent 50", "percent 40", "A reason of its own.")
    site = build_clinic_site(sample.tables(), sample.about(overrides=(changed,)), "alpha")
    for name in ("index.html", "change.html"):
        assert "A reason of its own." in html.unescape(site[name].decode("utf-8")), name


# ---- the worsening watch ----


def test_the_watch_says_the_bad_news_first_and_where_same_day_attention_belongs() -> None:
    found = next(section for section in dashboard(page()).sections if section.id == "watch")
    row = next(
        row
        for row in watch_rows(page()).tables["worsening_watch"]
        if (row["clinic_id"], row["condition"], row["route"]) == (ALL, ALL, ALL)
        and row["measure"] == "deterioration_end_of_induction"
    )
    assert f"{row['new_n']:,.0f} of {row['new_of_n']:,.0f}" in found.heading
    assert "PHQ-9, item 9: newly positive in" in found.reading
    assert "looked at in the clinic, not here" in found.reading
    assert [line[0].text for line in found.table.rows] == [
        "Worse, end of induction",
        "PHQ-9, item 9",
        "Serious adverse event",
        "Ended: no benefit",
    ]


def test_what_only_a_safety_item_has_is_blank_elsewhere() -> None:
    found = next(section for section in dashboard(page()).sections if section.id == "watch")
    cells = {line[0].text: [cell.text for cell in line[3:]] for line in found.table.rows}
    assert all(cells["PHQ-9, item 9"])
    assert cells["Serious adverse event"] == ["", "", "", ""]
    assert cells["Ended: no benefit"][:3] == ["", "", ""] and cells["Ended: no benefit"][3]


def test_a_safety_item_is_named_by_its_scale_and_number() -> None:
    assert measure_name(page(), "phq9_item_9") == "PHQ-9, item 9"
    assert measure_name(page(), "death") == "Event: death"


# ---- the page of an instrument ----


@pytest.fixture(scope="module")
def cited() -> Page:
    facts = tuple(method_facts.facts({}))
    about = {"facts": facts, "forms": tuple(method_facts.forms()), "scales": method_facts.scales({})}
    return page(**about, licences=method_facts.NOTICES)


def test_every_fact_of_every_instrument_stands_on_its_page_with_its_source(cited: Page) -> None:
    shown = 0
    for form in instrument.shown_forms(cited):
        told = instrument.content(cited, form)
        rows = [row for section in told["groups"] for row in section.table.rows]
        expected = [fact for fact in cited.about.facts if fact.scale in {form.id, *form.scales}]
        assert sorted(row[2].text for row in rows) == sorted(fact.source for fact in expected), form.id
        assert all(row[1].text not in ("", ".") for row in rows), form.id
        shown += len(rows)
    assert shown == len(cited.about.facts)


def test_the_facts_of_a_scale_are_said_in_words(cited: Page) -> None:
    form = next(form for form in cited.about.forms if form.id == "phq9")
    told = instrument.content(cited, form)
    said = {(row[0].text, row[1].text.split(".")[0]) for section in told["groups"] for row in section.table.rows}
    assert {
        ("Severity bands", "moderately severe: 15 to 19"),
        ("Response", "percent of the baseline: 50"),
        ("Scoring", "sum, from 0 to 27 in steps of 1"),
        ("Safety item", "item 9, from an answer of 1"),
    } <= said
    assert told["notice"] and "LOINC" in told["notice"][0]


def test_a_clinic_has_pages_of_the_instruments_that_its_tables_name_alone(cited: Page) -> None:
    site = build_clinic_site(sample.tables(), cited.about, "gamma")
    found = {path for path in site if path.startswith("instruments/")}
    assert "instruments/phq9.html" in found and "instruments/hama.html" not in found
    assert 0 < len(found) < len(cited.about.forms) / 2
    text = html.unescape(site["instruments/phq9.html"].decode("utf-8"))
    assert "Patient Health Questionnaire-9" in text and 'href="../index.html"' in text
    assert "tables/" not in text
