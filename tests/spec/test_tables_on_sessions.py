"""Adverse events, steps of care, routes and vital signs by hand: who is in which denominator, and what is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.policy import release
from pipelines.outcomes.estimates import clustered_rate_interval, poisson_exact
from pipelines.outcomes.session_tables import session_tables
from tests.session_rows import Row, session_network

ASKED = {"ae_assessed": True}


def row_of(frame: pd.DataFrame, **key: str) -> dict[str, Any]:
    key = {"clinic_id": "c01", "condition": "all", "route": "all"} | key
    found = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


def sessions(patient: str, *days: int, **more: Any) -> list[Row]:
    return [{"patient_id": patient, "session_day": day, **more} for day in days]


def event(patient: str, day: int, name: str = "nausea", **more: Any) -> Row:
    return {"patient_id": patient, "session_day": day, "event": name, **more}


def table(name: str, *given: Any) -> pd.DataFrame:
    return session_tables(session_network(*given))[name]


def test_only_sessions_in_which_events_were_asked_for_are_in_the_rate() -> None:
    given = [
        *sessions("p1", 0, 4, **ASKED),
        *sessions("p1", 8, ae_assessed=False),
        *sessions("p2", 0, 4, **ASKED),
        *sessions("p2", 8),
    ]
    events = [event("p1", 0), event("p1", 8), event("p2", 8, serious=True), event("p2", 5)]
    row = row_of(table("safety_by_route", given, [], events), event="nausea")
    assert (row["sessions_n"], row["sessions_assessed_n"], row["events_n"], row["rate_per_100"]) == (6, 4, 1, 25.0)
    assert (row["patients_n"], row["patients_with_event_n"], row["patients_with_event_pct"]) == (2, 1, 50.0)
    # Told where nobody asked, or on a day without a session: counted, never in the rate.
    assert (row["events_not_assessed_n"], row["events_unlinked_n"]) == (2, 1)
    serious = row_of(table("safety_by_route", given, [], events), event="serious")
    assert (serious["events_n"], serious["events_not_assessed_n"]) == (0, 1)


def test_assessed_sessions_of_a_clinic_without_any_adverse_event_are_counted_beside_the_rate() -> None:
    given = [*sessions("p1", 0, 4, **ASKED), *sessions("p2", 0, 4, 8, clinic_id="c02", **ASKED), *sessions("p3", 0)]
    frame = table("safety_by_route", given, [], [event("p1", 0)])
    columns = ("sessions_assessed_n", "assessed_without_table_n", "events_n")
    counts = {
        clinic: tuple(row_of(frame, clinic_id=clinic, event="any")[name] for name in columns)
        for clinic in ("c01", "c02", "all")
    }
    assert counts == {"c01": (2, 0, 1), "c02": (3, 3, 0), "all": (5, 3, 1)}


def test_an_event_counts_under_the_route_of_its_own_session() -> None:
    given = [*sessions("p1", 0, 4, **ASKED), *sessions("p1", 8, route="im", **ASKED)]
    frame = table("safety_by_route", given, [], [event("p1", 8)])
    by_route = {route: row_of(frame, route=route, event="any")["events_n"] for route in ("iv", "im", "all")}
    assert by_route == {"iv": 0, "im": 1, "all": 1}


def test_of_two_sessions_of_a_day_the_event_belongs_to_the_one_it_names() -> None:
    given = [
        *sessions("p1", 0, session_id="a", **ASKED),
        *sessions("p1", 0, session_id="b", route="im", **ASKED),
    ]
    frame = table("safety_by_route", given, [], [event("p1", 0, session_id="b"), event("p1", 0, "dizziness")])
    assert row_of(frame, route="im", event="nausea")["events_n"] == 1
    assert row_of(frame, route="iv", event="dizziness")["events_n"] == 1


def test_a_course_begun_elsewhere_is_in_no_table_and_a_retreatment_is() -> None:
    given = [*sessions("p1", 9, 12, **ASKED), *sessions("p2", 0, 300, **ASKED)]
    frame = table("safety_by_route", given, [], [event("p1", 9), event("p1", 30), event("p2", 300)])
    row = row_of(frame, event="any")
    assert (row["sessions_n"], row["events_n"], row["events_unlinked_n"]) == (2, 1, 0)


def test_exact_and_clustered_intervals_on_known_figures() -> None:
    # Garwood 1936, as tabled: 0 events 0 to 3.689, 10 events 4.795 to 18.390.
    low, high = poisson_exact([0, 10], [1, 1])
    assert low == pytest.approx([0, 4.7954], abs=1e-4) and high == pytest.approx([3.6889, 18.3904], abs=1e-4)
    # Four patients of 5 sessions: 6, 0, 0, 0 events. R = 0.3; sum (e - 1.5)^2 = 27; se = sqrt(4/3 x 27) / 20 = 0.3.
    one, other = clustered_rate_interval([6], [20], [36], [30], [100], [4])
    assert np.log(other / one) == pytest.approx(2 * 3.182446, abs=1e-5)


def test_a_step_that_nobody_recorded_is_not_counted_as_not_done() -> None:
    given = [
        *sessions("p1", 0, preparation_done=True, integration_minutes=40, integration_after_minutes=60),
        *sessions("p1", 4, preparation_done=False, integration_minutes=0),
        *sessions("p1", 8),
    ]
    contacts = [
        {"patient_id": "p1", "contact_day": -20, "kind": "consultation", "minutes": 50},
        {"patient_id": "p1", "contact_day": -5, "kind": "consultation", "minutes": 30},
        {"patient_id": "p1", "contact_day": 7, "kind": "preparation", "minutes": 45, "attended": True},
        {"patient_id": "p1", "contact_day": 10, "kind": "integration", "minutes": 55, "attended": False},
    ]
    frame = table("care_pathway", given, contacts)
    preparation = row_of(frame, step="preparation")
    assert (preparation["of_n"], preparation["recorded_n"], preparation["done_n"]) == (3, 3, 2)
    assert (preparation["median_minutes"], preparation["median_delay_days"]) == (45, 1)
    integration = row_of(frame, step="integration")
    assert (integration["recorded_n"], integration["done_n"], integration["median_delay_minutes"]) == (3, 1, 60)
    consultation = row_of(frame, step="consultation")
    assert (consultation["of_n"], consultation["recorded_n"], consultation["median_delay_days"]) == (1, 1, 20)
    assert consultation["median_minutes"] == 50
    meeting = row_of(frame, step="therapist_meeting")
    assert (meeting["of_n"], meeting["recorded_n"]) == (1, 0) and np.isnan(meeting["done_pct"])


def test_vital_signs_count_sessions_and_patients_beyond_a_limit_that_has_a_source() -> None:
    given = [
        *sessions("p1", 0, sbp_pre=150, sbp_peak=170),
        *sessions("p1", 4, sbp_pre=140, sbp_peak=190),
        *sessions("p2", 0, sbp_pre=141),
    ]
    row = row_of(table("vitals_by_route", given), measure="sbp_pre")
    assert (row["n"], row["beyond_n"], row["patients_beyond_n"], row["limit_value"]) == (3, 2, 2, 140)
    rise = row_of(table("vitals_by_route", given), measure="sbp_rise")
    assert (rise["n"], rise["mean"], rise["sd"]) == (2, 35, pytest.approx(np.sqrt(450)))
    assert pd.isna(rise["beyond_n"]) and pd.isna(rise["limit_source"])


def test_a_route_stands_beside_what_is_published_and_no_source_is_said() -> None:
    given = [
        *sessions("p1", 0, onset_minutes=6, dose_adjustments_n=2, adjustment_direction="up"),
        *sessions("p1", 4, onset_minutes=10, dose_adjustments_n=0, adjustment_direction="none"),
    ]
    frame = table("route_profile", given)
    onset = row_of(frame, route="iv", measure="onset_minutes")
    assert (onset["n"], onset["median"], onset["published_citation"]) == (2, 8, "no source")
    adjusted = row_of(frame, route="iv", measure="adjusted")
    # Wilson's interval of 1 in 2, by its formula with z = 1.959964.
    assert adjusted["pct"] == 50
    assert (adjusted["ci_low"], adjusted["ci_high"]) == pytest.approx((9.4531, 90.5469), abs=1e-3)
    up = row_of(frame, route="iv", measure="adjusted_up")
    assert (up["of_n"], up["n"], up["pct"]) == (1, 1, 100)
    bioavailability = row_of(frame, route="iv", measure="bioavailability_pct")
    assert (bioavailability["published_low"], bioavailability["published_high"]) == (100, 100)
    assert row_of(frame, route="iv", measure="adjustability")["published_citation"] == "no source"
    assert set(frame.loc[frame["route"] == "all", "published_citation"].dropna()) == set()


def test_the_time_to_integration_is_of_the_sessions_that_integration_followed() -> None:
    given = [
        *sessions("p1", 0, integration_minutes=50, integration_after_minutes=1440),
        *sessions("p1", 4, integration_minutes=50),
        *sessions("p1", 8, integration_minutes=0),
        *sessions("p1", 12, route="im"),
    ]
    frame = table("route_profile", given)
    of_route = {route: row_of(frame, route=route, measure="integration_after_minutes") for route in ("iv", "im", "all")}
    assert [(row["of_n"], row["n"]) for row in of_route.values()] == [(2, 1), (0, 0), (2, 1)]
    assert of_route["iv"]["recorded_pct"] == 50
    assert row_of(frame, route="all", measure="onset_minutes")["of_n"] == 4


def test_asking_at_a_clinic_that_delivers_no_table_of_events_says_little() -> None:
    given = [row for n in range(40) for row in sessions(f"p{n}", 0, 4, **ASKED)]
    told = row_of(table("safety_by_route", given, [], [event("p1", 0)]), event="any")
    assert (told["events_n"], told["assessed_without_table_n"], told["evidence"]) == (1, 0, "reportable")
    assert told["rate_per_100"] == told["rate_per_100_with_table"] == 1.25
    silent = row_of(table("safety_by_route", given), event="any")
    assert (silent["sessions_assessed_n"], silent["assessed_without_table_n"], silent["rate_per_100"]) == (80, 80, 0)
    assert pd.isna(silent["rate_per_100_with_table"]) and silent["evidence"] == "not_enough"


@pytest.mark.parametrize("name", ["safety_by_route", "vitals_by_route", "route_profile", "care_pathway"])
def test_a_row_about_1_to_4_patients_shows_no_figure(name: str) -> None:
    given = [row for n in range(4) for row in sessions(f"p{n}", 0, 4, sbp_pre=120, onset_minutes=5, **ASKED)]
    contacts = [{"patient_id": "p1", "contact_day": -5, "kind": "consultation"}]
    shown = release(name, table(name, given, contacts, [event("p1", 0)])).frame
    assert shown[list(POLICIES[name].figures)].isna().all(axis=None)
    assert set(shown["evidence"]) == {"withheld"}


def test_a_rate_over_1_to_4_patients_is_withheld_with_its_events_though_the_row_is_shown() -> None:
    given = [
        *(row for n in range(6) for row in sessions(f"p{n}", 0, 4)),
        *(row for n in range(3) for row in sessions(f"q{n}", 0, **ASKED)),
    ]
    shown = release("safety_by_route", table("safety_by_route", given, [], [event("q0", 0)])).frame
    row = row_of(shown, event="any")
    assert row["sessions_n"] == 15 and row["evidence"] == "withheld"
    assert pd.isna(row["events_n"]) and pd.isna(row["rate_per_100"]) and pd.isna(row["patients_with_event_n"])
    assert "rate_per_100:withheld" in row["empty_because"]


@pytest.mark.parametrize(("people", "reason"), [(9, "too_few"), (10, None)])
def test_a_median_needs_10_patients_and_a_share_5(people: int, reason: str | None) -> None:
    given = [row for n in range(people) for row in sessions(f"p{n}", 0, completed=True, dosing_minutes=40)]
    row = row_of(release("care_pathway", table("care_pathway", given)).frame, step="dosing")
    reasons = dict(part.split(":") for part in row["empty_because"].split(";") if part)
    assert reasons.get("median_minutes") == reason and row["done_pct"] == 100
