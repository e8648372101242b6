"""Groups side by side, by hand: therapist presence, number of induction sessions, integration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.care.windows import Windows
from pipelines.disclosure.policy import release
from pipelines.outcomes.contrasts import CONTRASTS, contrast_tables, session_groups
from pipelines.outcomes.session_tables import session_tables
from pipelines.outcomes.tables import outcome_tables
from tests.session_rows import Row, session_network

FOUR = (0, 4, 8, 12)


def row_of(frame: pd.DataFrame, **key: str) -> dict[str, Any]:
    found = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


def person(name: str, days: Sequence[int] = FOUR, **more: Any) -> list[Row]:
    """A session on each day; a list among the cells gives each session its own."""
    return [
        {"patient_id": name, "session_day": day}
        | {column: cell[place] if isinstance(cell, list) else cell for column, cell in more.items()}
        for place, day in enumerate(days)
    ]


def scores(name: str, points: dict[int, float]) -> list[Row]:
    return [{"patient_id": name, "score_day": day, "score": value} for day, value in points.items()]


def contrasts_of(
    sessions: list[Row], points: list[Row] | None = None, contacts: list[Row] | None = None
) -> dict[str, pd.DataFrame]:
    engine = session_network(sessions, contacts, scores=points)
    outcome_tables(engine, Windows(), {})
    session_tables(engine)
    return contrast_tables(engine, Windows())


def started(frame: pd.DataFrame, group: str) -> dict[str, int]:
    """Patients of each group, of all scales at the end of induction."""
    key = {"clinic_id": "c01", "condition": "trd", "scale": "primary", "timepoint": "end_of_induction"}
    found = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    return dict(zip(found[group], found["n_started"], strict=True))


def test_a_group_of_presence_is_what_80_percent_of_the_recorded_sessions_say() -> None:
    given = [
        *person("p1", therapist_presence="group"),
        *person("p2", therapist_presence=["group", "group", "group", None]),
        *person("p3", therapist_presence=["group", "group", "group", "none"]),
        *person("p4"),
    ]
    contrast = contrasts_of(given)["presence_contrast"]
    assert started(contrast, "presence") == {"group": 2, "mixed": 1, "not_recorded": 1, "all": 4}


def test_the_balance_table_says_how_groups_differed_before() -> None:
    given = [row for n in range(10) for row in person(f"a{n}", therapist_presence="group", route="im")]
    for n in range(10):
        given += person(f"b{n}", therapist_presence="none", route="iv" if n < 5 else "im")
    points = [row for n in range(10) for row in scores(f"a{n}", {-1: 10 + n})]
    points += [row for n in range(10) for row in scores(f"b{n}", {-1: 14 + n})]
    balance = contrasts_of(given, points)["presence_balance"]
    group = {"clinic_id": "c01", "condition": "trd", "presence": "group"}
    route = row_of(balance, **group, characteristic="route", level="iv")
    assert (route["n"], route["with_n"], route["others_n"], route["others_with_n"]) == (10, 0, 10, 5)
    # (0 - 0.5) / sqrt((0 + 0.25) / 2)
    assert route["standardised_difference"] == pytest.approx(-np.sqrt(2), abs=1e-6)
    baseline = row_of(balance, **group, characteristic="baseline", level="phq9")
    # The ten values 10 to 19 and 14 to 23: SD sqrt(82.5 / 9).
    assert (baseline["mean"], baseline["others_mean"]) == (14.5, 18.5)
    assert baseline["standardised_difference"] == pytest.approx(-4 / np.sqrt(82.5 / 9), abs=1e-6)
    shown = release("presence_balance", balance.assign(n=9)).frame
    assert shown["mean"].isna().all() and shown["pct"].notna().any()


def test_patients_are_grouped_by_the_sessions_of_their_induction_alone() -> None:
    given = [row for n in (1, 2, 3, 4, 6, 7, 12, 14) for row in person(f"p{n}", range(n))]
    # After a gap of 15 days maintenance begins, so this is a course of 3 and not of 8.
    given += person("late", (0, 1, 2, 17, 18, 19, 20, 21))
    # The second course of this one is the longest of all, and counts nowhere here.
    given += [*person("again", (0, 1)), *person("again", range(300, 312))]
    points = [
        *scores("p2", {-1: 20, 26: 14}),
        *scores("p3", {-1: 20, 26: 10}),
        *scores("late", {-1: 20, 26: 12}),
        *scores("again", {-1: 20, 26: 20, 299: 20, 330: 0}),
        *scores("p7", {-1: 20, 26: 5}),
    ]
    frame = contrasts_of(given, points)["outcomes_by_sessions"]
    # The induction of the patient with 14 sessions ends with the twelfth.
    assert started(frame, "sessions_group") == {"1": 1, "2_to_3": 4, "4_to_6": 2, "7_to_12": 3, "all": 10}
    place = {"clinic_id": "c01", "condition": "trd", "scale": "phq9", "timepoint": "end_of_induction"}
    short = row_of(frame, sessions_group="2_to_3", **place)
    assert (short["n_analysed"], short["change_mean"], short["n_completed_induction"]) == (4, (-6 - 10 - 8 - 0) / 4, 0)
    assert short["n_courses"] == 5
    assert row_of(frame, sessions_group="7_to_12", **place)["change_mean"] == -15


def test_the_groups_of_sessions_follow_the_windows_in_force() -> None:
    groups = session_groups(Windows(induction_sessions=20, induction_completed_sessions=3))
    assert list(groups["sessions_group"]) == ["1", "2", "3_to_6", "7_to_20"]
    assert list(session_groups(Windows(induction_sessions=6))["sessions_group"]) == ["1", "2_to_3", "4_to_6"]


def test_patients_are_grouped_by_how_many_of_their_recorded_sessions_integration_followed() -> None:
    given = [
        *person("all-four", integration_minutes=30),
        *person("half", integration_minutes=[30, 30, 0, 0]),
        *person("a-third", integration_minutes=[30, 0, 0, None]),
        *person("never", integration_minutes=0),
        *person("unknown"),
        # Sessions of which nothing is recorded are left out: one of one, and three of three.
        *person("one-known", integration_minutes=[None, 30, None, None]),
        *person("soon-after", integration_after_minutes=[60, 90, 45, None]),
        *person("by-contact"),
        *person("missed-contact"),
        # Only induction counts: what followed the session of day 100 does not.
        *person("in-maintenance", (*FOUR, 100), integration_minutes=[0, 0, 0, 0, 30]),
    ]
    contacts = [
        {"patient_id": "by-contact", "contact_day": 14, "kind": "integration"},
        {"patient_id": "missed-contact", "contact_day": 14, "kind": "integration", "attended": False},
    ]
    points = [*scores("all-four", {-1: 20, 26: 11}), *scores("never", {-1: 20, 26: 17})]
    frame = contrasts_of(given, points, contacts)["outcomes_by_integration"]
    groups = {"every": 4, "most": 1, "few": 1, "none": 3, "not_recorded": 1, "all": 10}
    assert started(frame, "integration_group") == groups
    place = {"clinic_id": "c01", "condition": "trd", "scale": "phq9", "timepoint": "end_of_induction"}
    changes = {group: row_of(frame, integration_group=group, **place)["change_mean"] for group in ("every", "none")}
    assert changes == {"every": -9, "none": -3}


@pytest.mark.parametrize("name", CONTRASTS)
def test_a_contrast_says_that_nothing_is_adjusted_and_shows_nothing_of_1_to_4_patients(name: str) -> None:
    given = [row for n in range(9) for row in person(f"p{n}", FOUR if n < 5 else FOUR[:1], **_of_group(n < 5))]
    points = [row for n in range(9) for row in scores(f"p{n}", {-1: 20, 26: 10})]
    frame = release(name, contrasts_of(given, points)[name]).frame
    assert set(frame["adjusted"]) == {"no"} and set(frame["timepoint"]) == {"end_of_induction", "month_3"}
    own = frame[(frame["clinic_id"] == "c01") & (frame["timepoint"] == "end_of_induction")]
    shown = own[own["scale"] == "phq9"].set_index(CONTRASTS[name])
    assert sorted(shown["n_started"].dropna()) == [5, 9]
    (withheld,) = shown.index[shown["n_started"].isna()]
    assert shown.loc[withheld, "evidence"] == "withheld" and pd.isna(shown.loc[withheld, "response_pct"])


def _of_group(first: bool) -> Row:
    return {"therapist_presence": "group", "integration_minutes": 30} if first else {"therapist_presence": "none"}
