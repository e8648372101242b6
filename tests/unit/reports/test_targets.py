"""A clinic's own targets: what each is about, the rule of assurance, what is said where there is no figure."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.released import ReleasedTable
from pipelines.outcomes.targets import TARGETS, Assurance, Target, assurance, interval_pct
from pipelines.provenance.arrivals import ANY_TABLE, Arrival
from pipelines.settings_sections import TargetSettings
from reports.about import About
from reports.pages import build_clinic_site, build_site
from reports.released_rows import Scope
from reports.reviewer.report import Found, build_reviewers_report
from reports.sections import targets
from reports.sections.parts import Page
from reports.words import words_of
from tests import released_sample as sample
from tests.released_outcome import wilson

AT_LEAST, AT_MOST = TARGETS["response_pct"], TARGETS["reliable_deterioration_pct"]


def test_every_target_of_the_settings_has_its_figure_and_its_words_and_none_more() -> None:
    named = set(TargetSettings.model_fields)
    assert named == {*TARGETS, "delivery_days"}
    assert all(f"target.{name}" in words_of().sentences for name in named)
    assert [name for name, target in TARGETS.items() if target.at_most] == ["reliable_deterioration_pct"]


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_every_target_is_about_released_columns_of_one_row(target: Target) -> None:
    policy = POLICIES[target.table]
    assert {target.share, target.part, target.whole} <= set(policy.columns)
    assert {"clinic_id", *target.row} == set(policy.key)
    # All three fall together: what is withheld is judged by nobody.
    assert {target.share, target.part, target.whole} <= set(policy.figures)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe (1998), Stat Med 17:857, table I, method 3 (the score interval without continuity correction).
        (81, 263, 25.53, 36.62),
        (15, 148, 6.24, 16.05),
        (0, 20, 0.0, 16.11),
        (1, 29, 0.61, 17.18),
    ],
)
def test_the_interval_is_wilsons_score_interval_as_published(part: int, whole: int, low: float, high: float) -> None:
    assert [round(end, 2) for end in interval_pct(part, whole)] == [low, high]


@pytest.mark.parametrize(
    ("target", "low", "high", "said"),
    [
        # 80 in 81 to 89, below 71 to 79, and in between; a target at an end of the interval is reached there.
        (AT_LEAST, 81, 89, "met"),
        (AT_LEAST, 80, 89, "met"),
        (AT_LEAST, 79.999999, 89, "open"),
        (AT_LEAST, 71, 80, "open"),
        (AT_LEAST, 71, 79.999999, "not_met"),
        (AT_MOST, 71, 79, "met"),
        (AT_MOST, 71, 80, "met"),
        (AT_MOST, 71, 80.000001, "open"),
        (AT_MOST, 80, 89, "open"),
        (AT_MOST, 80.000001, 89, "not_met"),
    ],
)
def test_a_target_is_met_when_the_whole_interval_is_on_its_right_side(
    target: Target, low: float, high: float, said: Assurance
) -> None:
    assert assurance(target, 80, low, high) == said


def page_of(facts: About, clinic_id: str = "alpha", **sizes: float) -> Page:
    return Page(sample.tables(sizes or None), facts.for_clinic(clinic_id), words_of(), Scope(clinic_id))


def rows(page: Page) -> list[list[str]]:
    (section,) = targets.targets(page)
    assert section.table is not None
    return [[cell.text for cell in row] for row in section.table.rows]


def test_where_the_clinic_stands_has_numerator_denominator_and_interval() -> None:
    page = page_of(sample.about(targets={"alpha": {"followup_pct": 50.0, "response_pct": 90.0, "remission_pct": 29.5}}))
    found = next(
        row
        for row in page.tables["outcomes_by_route_condition"].frame.to_dict("records")
        if (row["clinic_id"], row["condition"], row["route"], row["scale"], row["timepoint"])
        == ("alpha", "all", "all", "primary", "end_of_induction")
    )

    def stands(part: float, whole: float) -> str:
        low, high = wilson(part, whole)
        return f"{100 * part / whole:.1f} of 100 ({low:.1f} to {high:.1f}), {part:,.0f} of {whole:,.0f}"

    assert rows(page) == [
        ["Measured at the end of induction: at least 50 of 100 people due",
         stands(found["n_analysed"], found["n_due"]), "✓ met"],
        ["Responded at the end of induction: at least 90 of 100 people measured",
         stands(found["response_n"], found["response_of_n"]), "✕ not met"],
        ["In remission at the end of induction: at least 29.5 of 100 people measured",
         stands(found["remission_n"], found["remission_of_n"]), "○ cannot be said yet"],
    ]  # fmt: skip
    (section,) = targets.targets(page)
    assert section.heading == "This clinic's own targets: 1 of 3 met"


def released(name: str, **row: object) -> ReleasedTable:
    frame = pd.DataFrame([{"clinic_id": "alpha", "condition": "all", "route": "all", "empty_because": "", **row}])
    return ReleasedTable(name, POLICIES[name].key, "clinic", frame)


def test_targets_of_sessions_are_of_all_routes_and_conditions_together() -> None:
    steps = released(
        "care_pathway", step="integration", recorded_n=263, done_n=81, done_pct=30.798479, evidence="reportable"
    )
    events = released(
        "safety_by_route", event="any", sessions_n=20, sessions_assessed_n=0, assessed_pct=0.0, evidence="not_enough"
    )
    facts = sample.about(targets={"alpha": {"integration_pct": 25.5, "ae_assessed_pct": 90.0}}).for_clinic("alpha")
    page = Page({steps.name: steps, events.name: events}, facts, words_of(), Scope("alpha"))
    # Newcombe's figures as above; that nobody was asked is said, although it is not enough to tell of events.
    assert rows(page) == [
        ["Adverse events asked for: in at least 90 of 100 sessions", "0.0 of 100 (0.0 to 16.1), 0 of 20", "✕ not met"],
        ["Integration done: in at least 25.5 of 100 sessions where it is recorded",
         "30.8 of 100 (25.5 to 36.6), 81 of 263", "✓ met"],
    ]  # fmt: skip


def test_what_is_not_shown_is_not_judged() -> None:
    aims = {"followup_pct": 80.0, "response_pct": 40.0, "therapist_meeting_pct": 90.0, "delivery_days": 31.0}
    # gamma's totals are too small: withheld; no meeting and no delivery in this sample.
    withheld = page_of(sample.about(targets={"gamma": aims}), "gamma", alpha=20.0, gamma=0.06)
    assert [row[1:] for row in rows(withheld)] == [
        ["withheld", "– no figure to judge"],
        ["withheld", "– no figure to judge"],
        ["no data", "– no figure to judge"],
        ["no data", "– no figure to judge"],
    ]


def test_too_few_measured_judge_how_many_were_measured_and_nothing_that_speaks_for_the_others() -> None:
    page = page_of(sample.about(targets={"alpha": {"followup_pct": 80.0, "response_pct": 40.0}}))
    table = page.tables["outcomes_by_route_condition"]
    few = Page(
        {**page.tables, table.name: replace(table, frame=table.frame.assign(evidence="not_enough"))},
        page.about,
        page.words,
        page.scope,
    )
    (followup, response) = rows(few)
    assert followup[1:] == rows(page)[0][1:]
    assert response[1:] == ["not enough to say", "– no figure to judge"]


@pytest.mark.parametrize(
    ("days", "late_after", "said", "stands"),
    [
        (0, 31, "✓ met", "the newest delivery of the network: 20 May 2026"),
        (1, 31, "✓ met", "1 day before the newest delivery of the network: 20 May 2026"),
        (31, 31, "✓ met", "31 days before the newest delivery of the network: 20 May 2026"),
        (32, 31, "✕ not met", "32 days before the newest delivery of the network: 20 May 2026"),
        (0, None, "○ cannot be said yet", "the newest delivery of the network: 20 May 2026"),
    ],
)
def test_a_target_of_days_is_judged_by_the_last_delivery(
    days: int, late_after: float | None, said: str, stands: str
) -> None:
    arrival = Arrival("alpha", ANY_TABLE, date(2026, 5, 20), days, 1, None, late_after, "target")
    page = page_of(sample.about(targets={"alpha": {"delivery_days": 31.0}}, arrivals=(arrival,)))
    assert rows(page) == [["A delivery at least every 31 days", stands, said]]


def test_a_clinics_targets_stand_on_its_own_pages_and_the_operators_in_the_order_of_names() -> None:
    aims = {"gamma": {"response_pct": 40.0}, "beta": {"response_pct": 60.0}, "alpha": {"response_pct": 10.0}}
    facts = sample.about(targets=aims)
    tables = sample.tables()
    (section,) = targets.targets(Page(tables, facts, words_of()))
    assert section.table is not None
    assert [row[0].text for row in section.table.rows] == ["Alder House", "Birch Street", "Cedar Rooms"]
    own = html.unescape(build_clinic_site(tables, facts, "beta")["quality.html"].decode())
    assert "at least 60 of 100" in own
    assert "at least 10 of 100" not in own and "Alder House" not in own


def test_without_a_target_the_clinic_reads_how_to_set_one_and_the_network_and_the_reviewer_nothing() -> None:
    facts, tables = sample.about(), sample.tables()
    says = words_of().say("target.none")
    assert says in html.unescape(build_clinic_site(tables, facts, "beta")["quality.html"].decode())
    assert 'id="targets"' not in build_site(tables, facts)["quality.html"].decode()
    report = build_reviewers_report(Found([]), sample.about(targets={"beta": {"paired_pct": 50.0}}))
    assert 'id="targets"' not in report["quality.html"].decode()
