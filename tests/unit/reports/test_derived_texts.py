"""Texts made of several columns of a released row: limits, published figures, groups."""

from __future__ import annotations

from typing import Any

import pytest

from reports import derived_texts
from reports.released_rows import Scope
from reports.sections.parts import Page
from reports.words import words_of
from tests import released_sample as sample


def limit(**changes: Any) -> dict[str, str]:
    row = {
        "measure": "sbp_pre",
        "limit_op": ">",
        "limit_value": 140.0,
        "unit": "mmHg",
        "limit_source": "Spravato label",
        "limit_mark": None,
    }
    return dict(derived_texts.of("vitals_by_route", row | changes, page_of_nothing()))


def page_of_nothing() -> Page:
    return Page({}, sample.about(), words_of(), Scope())


def test_a_limit_is_said_with_its_unit_its_source_and_its_mark() -> None:
    assert limit() == {"limited": "yes", "limit_said": "over 140 mmHg", "source_said": "Spravato label"}
    assert limit(limit_op="<", limit_value=92.5, unit="%", limit_mark="†") == {
        "limited": "yes",
        "limit_said": "under 92.5 %",
        "source_said": "Spravato label †",
    }
    # Dissociation over its criterion is no reading beyond a limit.
    assert limit(measure="cadss_peak")["limited"] == ""
    assert limit(limit_op=None, limit_value=None) == {"limited": "", "limit_said": "none", "source_said": ""}


PROFILE = {
    "measure": "onset_minutes",
    "route": "im",
    "unit": "minutes",
    "published_low": 5.0,
    "published_high": 15.0,
    "published_words": None,
    "published_citation": "Zanos 2018",
    "published_mark": None,
}


@pytest.mark.parametrize(
    ("changes", "kind", "published", "source"),
    [
        ({}, "spread", "5 to 15 minutes", "Zanos 2018"),
        ({"published_high": 5.0}, "spread", "5 minutes", "Zanos 2018"),
        ({"published_words": "45 min (15 to 60)"}, "spread", "45 min (15 to 60)", "Zanos 2018"),
        ({"published_mark": "‡"}, "spread", "5 to 15 minutes", "Zanos 2018 ‡"),
        (
            {"published_low": None, "published_high": None, "published_citation": "no source", "published_mark": "†"},
            "spread",
            "–",
            "no source †",
        ),
        ({"published_low": None, "published_citation": None, "measure": "adjusted"}, "share", "–", "no source"),
        ({"published_low": None, "published_citation": None, "route": "all"}, "spread", "–", ""),
        ({"measure": "bioavailability_pct", "unit": "%"}, "published", "5 to 15 %", "Zanos 2018"),
    ],
)
def test_a_published_figure_is_said_with_its_source_or_that_none_was_found(
    changes: dict[str, Any], kind: str, published: str, source: str
) -> None:
    said = derived_texts.of("route_profile", PROFILE | changes, page_of_nothing())
    unit = (PROFILE | changes)["unit"]
    assert said == {"unit_said": unit, "kind": kind, "published_said": published, "source_said": source}


def test_an_intensity_is_said_of_ten() -> None:
    row = PROFILE | {"measure": "intensity_0_10", "unit": "0 to 10"}
    assert derived_texts.of("route_profile", row, page_of_nothing())["unit_said"] == "of 10"


@pytest.mark.parametrize(
    ("code", "text"),
    [("all", "All"), ("1", "1 session"), ("2_to_3", "2 to 3 sessions"), ("7_to_12", "7 to 12 sessions")],
)
def test_a_group_of_sessions_is_said_in_words(code: str, text: str) -> None:
    said = derived_texts.of("outcomes_by_sessions", {"sessions_group": code}, page_of_nothing())
    assert said == {"group_said": text}


STUDY = {
    "condition": "trd",
    "route": "iv",
    "measure": "response_pct",
    "citation": "McInnes 2022",
    "mark": None,
    "value": 53.6,
    "value_high": None,
    "why": "several_routes;baseline_not_stated",
    "n_started_published": 9016.0,
    "n_analysed_published": 537.0,
    "timepoint": "end_of_induction",
    "network_value": 47.381,
    "n_analysed": 1241.0,
    "n_started": 1802.0,
    "empty_because": "",
}


@pytest.mark.parametrize(
    ("changes", "column", "text"),
    [
        ({}, "value_said", "53.6 of 100"),
        ({}, "own_said", "47.4 of 100 at the end of induction, n 1,241 of 1,802 started"),
        ({}, "why_said", "several routes together; baseline not stated"),
        ({"why": "all_agree"}, "why_said", "all agree"),
        ({}, "source_said", "McInnes 2022 · n 537 of 9,016 started"),
        ({"mark": "‡"}, "source_said", "McInnes 2022 ‡ · n 537 of 9,016 started"),
        ({"n_started_published": None}, "source_said", "McInnes 2022 · n 537"),
        ({"n_analysed_published": None}, "source_said", "McInnes 2022 · 9,016 started, n not stated"),
        ({"n_analysed_published": None, "n_started_published": None}, "source_said", "McInnes 2022 · n not stated"),
        ({"measure": "effect_size", "value": 0.75, "value_high": 0.86}, "value_said", "0.75 to 0.86"),
        ({"measure": "change_mean", "value": -3.02}, "value_said", "−3.0"),
        ({"network_value": None, "empty_because": "network_value:withheld"}, "own_said", "withheld"),
        (
            {"n_started": None, "empty_because": "n_started:withheld"},
            "own_said",
            "47.4 of 100 at the end of induction, n 1,241 of withheld started",
        ),
    ],
)
def test_a_published_result_and_the_networks_own(changes: dict[str, Any], column: str, text: str) -> None:
    assert derived_texts.of("benchmarks", STUDY | changes, page_of_nothing())[column] == text


BALANCE = {
    "characteristic": "sex",
    "level": "female",
    "n": 40.0,
    "with_n": 13.0,
    "mean": None,
    "sd": None,
    "others_n": 60.0,
    "others_with_n": None,
    "others_mean": None,
    "others_sd": None,
    "empty_because": "others_with_n:withheld;mean:not_defined",
}


def test_a_group_of_the_balance_is_a_share_or_a_mean_and_says_why_when_it_is_neither() -> None:
    said = derived_texts.of("presence_balance", BALANCE, page_of_nothing())
    assert said == {"level_said": "Female", "group_said": "33 of 100, 13 of 40", "others_said": "withheld"}
    mean = {"characteristic": "baseline", "level": "phq9", "mean": 17.25, "sd": 4.8}
    said = derived_texts.of("presence_balance", BALANCE | mean, page_of_nothing())
    assert said == {"level_said": "PHQ-9", "group_said": "17.3 (SD 4.8), n 40", "others_said": "no data"}
    nobody = derived_texts.of("presence_balance", BALANCE | {"n": 0.0, "with_n": 0.0}, page_of_nothing())
    assert nobody["group_said"] == "0 of 100, 0 of 0"
