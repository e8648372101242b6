"""The tables on sessions and an independent reading of the contract agree on generated networks, number by number."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.outcomes.session_tables import PATHWAY_KEY, SAFETY_KEY, session_tables
from tests.budget import examples
from tests.session_rows import Row, session_network
from tests.session_twin import measured, pathway, safety

MEASURES = ("sbp_pre", "sbp_peak", "sbp_rise", "spo2_min", "cadss_peak", "onset_minutes", "intensity_0_10")
FLAGS = ("preparation_done", "intention_set", "completed", "ae_assessed")
NUMBERS = {
    "sbp_pre": (110, 170),
    "sbp_peak": (120, 200),
    "spo2_min": (88, 100),
    "cadss_peak": (0, 40),
    "onset_minutes": (1, 30),
    "intensity_0_10": (0, 10),
    "dosing_minutes": (1, 60),
    "monitoring_minutes": (0, 90),
    "recovery_minutes": (0, 40),
    "integration_minutes": (0, 2),
    "integration_after_minutes": (10, 900),
}


def generated(seed: int) -> dict[str, list[Row]]:
    """Sessions, contacts and adverse events of up to 20 patients of two clinics, with much that was not recorded."""
    dice = random.Random(seed)
    made: dict[str, list[Row]] = {"sessions": [], "contacts": [], "adverse_events": []}
    for number in range(dice.randint(2, 20)):
        who = {"clinic_id": dice.choice(["c01", "c01", "c02"]), "patient_id": f"p{number}"}
        route, day = dice.choice(["iv", "im", "intranasal"]), dice.choice([0] * 9 + [3])
        days = []
        for _ in range(dice.choice([1, 3, 5, 8])):
            days.append(day)
            values = {name: dice.randint(*limits) if dice.random() < 0.7 else None for name, limits in NUMBERS.items()}
            flags = {name: dice.choice([True, True, False, None]) for name in FLAGS}
            more = {"route": route if dice.random() < 0.9 else "oral", "drug": dice.choice(["ketamine", "esketamine"])}
            condition = dice.choice(["trd", "trd", "ptsd", None])
            made["sessions"].append({**who, "session_day": day, "condition": condition, **more, **values, **flags})
            day += dice.choice([3, 4, 7, 15, 181])
        kinds = ("consultation", "therapist_meeting", "preparation", "integration", "psychotherapy")
        places = {(kind, dice.randint(-40, day + 5)) for kind in kinds for _ in range(dice.randint(0, 3))}
        for kind, contact_day in sorted(places):
            minutes = dice.choice([30, 45, 60])
            attended = dice.choice([True, True, False, None])
            made["contacts"].append(
                {**who, "contact_day": contact_day, "kind": kind, "minutes": minutes, "attended": attended}
            )
        names, near = ["nausea", "dizziness", "death"], [*days, *days, day, 0]
        events = {(dice.choice(names), dice.choice(near)) for _ in range(4)}
        for event, event_day in sorted(events):
            serious = dice.choice([True, False, None])
            made["adverse_events"].append({**who, "session_day": event_day, "event": event, "serious": serious})
    return made


def agree(actual: dict[Any, Row], expected: dict[Any, Row], columns: tuple[str, ...]) -> None:
    for key, row in expected.items():
        for column in columns:
            value, wanted = actual[key][column], row.get(column)
            if wanted is None:
                assert pd.isna(value), (key, column)
            else:
                assert value == pytest.approx(wanted, abs=2e-6), (key, column)


@given(st.integers(0, 10**6))
@examples(8)
def test_safety_vitals_and_pathway_agree_with_the_twin(seed: int) -> None:
    made = generated(seed)
    tables = session_tables(session_network(made["sessions"], made["contacts"], made["adverse_events"]))

    frame = tables["safety_by_route"]
    actual = {tuple(row[name] for name in SAFETY_KEY): row for row in frame.to_dict("records")}
    expected = safety(made["sessions"], made["adverse_events"])
    assert {key[:3] for key in actual} == {key[:3] for key in expected}
    agree(actual, expected, tuple(name for name in next(iter(expected.values()))))
    agree(actual, expected, ("rate_per_100", "ci_low", "ci_high", "clustered_ci_low", "clustered_ci_high"))
    never = frame[~frame["event"].isin({key[3] for key in expected})]
    assert (never["events_n"] == 0).all()

    both = pd.concat([tables["vitals_by_route"], tables["route_profile"]])
    for measure in MEASURES:
        rows = both[both["measure"] == measure].to_dict("records")
        found = {(row["clinic_id"], row["condition"], row["route"]): row for row in rows}
        wanted = measured(made["sessions"], measure)
        assert set(found) == set(wanted)
        profile = measure in ("onset_minutes", "intensity_0_10")
        agree(found, wanted, ("n", "patients_n", "median", "p10", "p90", *(() if profile else ("mean", "sd"))))

    steps = {tuple(row[name] for name in PATHWAY_KEY): row for row in tables["care_pathway"].to_dict("records")}
    figures = [f"{part}{name}" for name in ("minutes", "delay_days", "delay_minutes") for part in ("median_", "")]
    columns = ["of_n", "recorded_n", "patients_n", "done_n", "done_pct", "ci_low", "ci_high"]
    columns += [name if name.startswith("median_") else f"{name}_patients_n" for name in figures]
    wanted_steps = pathway(made["sessions"], made["contacts"])
    assert {key[:3] for key in steps} == {key[:3] for key in wanted_steps}
    agree(steps, wanted_steps, tuple(columns))


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
@examples(3)
def test_the_order_of_the_rows_changes_no_byte(seed: int, dice: random.Random) -> None:
    made = generated(seed)
    first = session_tables(session_network(made["sessions"], made["contacts"], made["adverse_events"]))
    for rows in made.values():
        dice.shuffle(rows)
    second = session_tables(session_network(made["sessions"], made["contacts"], made["adverse_events"]))
    for name, frame in first.items():
        assert frame.to_csv() == second[name].to_csv(), name
