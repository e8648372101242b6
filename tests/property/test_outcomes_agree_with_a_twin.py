"""The SQL and an independent reading of the contract give the same table on generated networks; laws of that table."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.limits import Limits
from pipelines.disclosure.policy import release
from pipelines.outcomes.tables import LADDER, OUTCOME_KEY
from tests.budget import examples
from tests.care_tables import DEFINITIONS, network, outcomes, text_table
from tests.outcomes_twin import outcome_rows

LIMITS = {"phq9": 27, "gad7": 21, "madrs": 60, "pcl5": 80, "audit_c": 12, "who5": 100}
CONDITIONS = ["trd", "ptsd", "chronic_pain", "addiction"]
ADMINISTRATIONS = ["pre_session", "baseline", "follow_up", "unspecified", "post_session"]
EDGES = [-31, -30, -3, 0, 0, 1, 7, 14, 20, 21, 28, 35, 36, 42, 75, 76, 89, 90, 91, 105, 106, 149, 150, 182, 210, 211]


def generated(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Sessions, scores and courses of up to 45 patients of two clinics, with days on the edges of every window."""
    dice = random.Random(seed)
    made: dict[str, list[dict[str, Any]]] = {"sessions": [], "scores": [], "courses": []}
    condition_pool = dice.sample(CONDITIONS, dice.randint(1, 3))
    for number in range(dice.randint(1, 45)):
        who = {"clinic_id": dice.choice(["c01", "c01", "c02"]), "patient_id": f"p{number}"}
        condition = dice.choice(condition_pool)
        route = dice.choice(["iv", "iv", "im", "intranasal"])
        day = dice.choice([0] * 9 + [1])
        for _ in range(dice.choice([1, 3, 4, 6, 14])):
            made["sessions"].append(
                {
                    **who,
                    "session_day": day,
                    "condition": dice.choice([condition] * 8 + [None, "trd"]),
                    "route": route if dice.random() < 0.9 else "oral",
                    "drug": dice.choice(["ketamine"] * 4 + ["esketamine"]),
                }
            )
            day += dice.choice([1, 3, 3, 4, 7, 14, 15, 180, 181] if dice.random() < 0.4 else [3, 4])
        if dice.random() < 0.5:
            followed = dice.choice(["none", "end_of_induction", "week_4", "month_3", "month_6", None])
            sex = dice.choice(["female", "male", "unknown"])
            made["courses"].append({**who, "condition": condition, "sex": sex, "followed_through": followed})
        for scale in [*dice.sample([*LIMITS, "peg"], 3), dice.choice(["phq9", "peg"])]:
            for score_day in dice.sample(EDGES, 9) + [dice.randint(-40, 420) for _ in range(2)]:
                points: float = dice.randint(0, 30) / 3 if scale == "peg" else dice.randint(0, LIMITS[scale])
                made["scores"].append(
                    {
                        **who,
                        "scale": scale,
                        "score_day": score_day + dice.choice([0] * 5 + [200]),
                        "administration": dice.choice(ADMINISTRATIONS),
                        "respondent": dice.choice(["self", "clinician", None]),
                        "score": round(points, 6),
                    }
                )
    for rows in made.values():
        for position, row in enumerate(rows, 1):
            row["row_number"] = position
    return made


@given(st.integers(0, 10**6))
@examples(12)
def test_every_number_of_the_outcome_table_agrees_with_the_twin(seed: int) -> None:
    made = generated(seed)
    frame = outcomes(network(made["sessions"], made["scores"], made["courses"]))
    expected = outcome_rows(made["sessions"], made["scores"], made["courses"], text_table(DEFINITIONS))
    actual = {tuple(row[column] for column in OUTCOME_KEY): row for row in frame.to_dict("records")}
    assert set(actual) == set(expected)
    compared = [column for column in frame.columns if column not in (*OUTCOME_KEY, "definition")]
    for key, row in expected.items():
        for column in compared:
            if column.startswith("effect_size_ci") or (row["n_analysed"] < 2 and column in row and "_sd" in column):
                continue
            value = actual[key][column]
            if row["n_analysed"] == 1 and column in ("baseline_mean", "followup_mean", "change_mean"):
                continue
            if column not in row:
                assert pd.isna(value), (key, column)
            elif isinstance(row[column], str):
                assert value == row[column], (key, column)
            else:
                assert value == pytest.approx(row[column], abs=2e-6), (key, column)


@given(st.integers(0, 10**6))
@examples(6)
def test_the_ladder_only_falls_and_a_release_shows_nothing_of_a_denominator_of_1_to_4(seed: int) -> None:
    made = generated(seed)
    true = outcomes(network(made["sessions"], made["scores"], made["courses"]))
    for above, below in itertools.pairwise(LADDER):
        assert (true[above] >= true[below]).all()
    assert (true["n_completed_induction"] <= true["n_started"]).all()

    policy = POLICIES["outcomes_by_route_condition"]
    shown = release("outcomes_by_route_condition", true).frame
    for statistic in policy.statistics:
        small = true[statistic.denominator].between(1, 4).fillna(False).astype(bool)
        for column in (*statistic.columns, *statistic.numerators):
            assert shown.loc[small, column].isna().all()
        if statistic.kind == "moment":
            few = true[statistic.denominator] < Limits().smallest_group_moments_n
            assert shown.loc[few, list(statistic.columns)].isna().all(axis=None)
    few = true["n_started"].between(1, 4)
    assert shown.loc[few, list(policy.figures)].isna().all(axis=None)
    for row in shown.to_dict("records"):
        listed = [entry.split(":")[0] for entry in row["empty_because"].split(";") if entry]
        assert listed == [column for column in policy.figures if pd.isna(row[column])]


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
@examples(4)
def test_the_order_of_the_rows_changes_no_byte_of_the_table(seed: int, dice: random.Random) -> None:
    made = generated(seed)
    first = outcomes(network(made["sessions"], made["scores"], made["courses"]))
    for rows in made.values():
        dice.shuffle(rows)
    second = outcomes(network(made["sessions"], made["scores"], made["courses"]))
    assert first.to_csv() == second.to_csv()
