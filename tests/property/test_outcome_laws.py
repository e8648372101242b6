"""What holds for the outcomes of any network: mirrored scales, lost follow-ups, worse scores, worse answers."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.model import Scale
from pipelines.outcomes.tables import OUTCOME_KEY, RATES
from tests.budget import examples
from tests.care_tables import DEFINITION_COLUMNS, DEFINITIONS, define, network, outcomes, sessions_on, text_table
from tests.score_rows import answers, row, scored

Rows = list[dict[str, Any]]
CATALOGUE = load_catalogue()
SCALES = {"phq9": 27, "pcl5": 80, "who5": 100, "madrs": 60}
# The middle of each window after sessions on days 0, 4, 8 and 12, and days on their edges.
FOLLOW_UPS = (7, 19, 21, 26, 28, 35, 43, 76, 91, 105, 150, 182, 210, 300)


def one_course_each(seed: int) -> dict[str, Rows]:
    """12 to 30 patients of two clinics, four sessions each, a baseline and follow-ups on two scales."""
    dice = random.Random(seed)
    made: dict[str, Rows] = {"sessions": [], "scores": []}
    for number in range(dice.randint(12, 30)):
        who = {"clinic_id": dice.choice(["c01", "c02"]), "patient_id": f"p{number}"}
        condition, route = dice.choice(["trd", "ptsd"]), dice.choice(["iv", "im"])
        made["sessions"] += [
            {**who, **each, "condition": condition, "route": route} for each in sessions_on(0, 4, 8, 12)
        ]
        for scale in dice.sample(sorted(SCALES), 2):
            days = [-3, *sorted(dice.sample(FOLLOW_UPS, dice.randint(0, 6)))]
            made["scores"] += [
                {**who, "scale": scale, "score_day": day, "score": float(dice.randint(0, SCALES[scale]))}
                for day in days
            ]
    return made


def of(made: dict[str, Rows]) -> pd.DataFrame:
    """The outcome table by its key."""
    return outcomes(network(made["sessions"], made["scores"])).set_index(list(OUTCOME_KEY)).sort_index()


# What each comparison becomes when the scale is turned round.
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
ENDS = {scale["scale"]: (float(scale["minimum"]), float(scale["maximum"])) for scale in text_table(DEFINITIONS)}  # type: ignore[arg-type]


def define_mirrored(engine: Engine, mirrored: bool) -> None:
    """The scale definitions, turned round or not; a response in percent is left out, for it has no mirror."""
    rows = [
        {**scale, "step": str(1 / 3) if scale["step"] == "third" else scale["step"]}
        for scale in text_table(DEFINITIONS)
    ]
    for scale in rows:
        if scale["response_unit"] == "pct":
            scale["response_unit"] = scale["response_value"] = None
        if mirrored:
            lower = scale["direction"] == "lower_is_better"
            scale["direction"] = "higher_is_better" if lower else "lower_is_better"
            total = sum(ENDS[str(scale["scale"])])
            for cut in ("remission", "caseness"):
                scale[f"{cut}_op"] = TURNED.get(str(scale[f"{cut}_op"]))
                for name in (f"{cut}_value", f"{cut}_value_male", f"{cut}_value_female"):
                    if scale.get(name) is not None:
                        scale[name] = str(total - float(str(scale[name])))
    define(engine, "scale_definitions", DEFINITION_COLUMNS, rows)


@given(st.integers(0, 10**6))
@examples(3)
def test_turning_a_scale_round_mirrors_every_result(seed: int) -> None:
    made = one_course_each(seed)
    turned = [{**score, "score": sum(ENDS[score["scale"]]) - score["score"]} for score in made["scores"]]
    frames = []
    for scores, mirrored in ((made["scores"], False), (turned, True)):
        engine = network(made["sessions"], scores)
        define_mirrored(engine, mirrored)
        frames.append(outcomes(engine).set_index(list(OUTCOME_KEY)).sort_index())
    plain, other = frames
    whole = plain.index.get_level_values("scale").map(lambda scale: sum(ENDS.get(scale, (np.nan, np.nan))))
    expected = plain.assign(
        baseline_mean=whole - plain["baseline_mean"],
        followup_mean=whole - plain["followup_mean"],
        change_mean=-plain["change_mean"] + 0.0,
        change_ci_low=-plain["change_ci_high"] + 0.0,
        change_ci_high=-plain["change_ci_low"] + 0.0,
    )
    pd.testing.assert_frame_equal(other, expected, atol=2e-6, rtol=0)


@given(st.integers(0, 10**6), st.integers(0, 29))
@examples(4)
def test_losing_a_patient_s_follow_ups_never_improves_a_worst_bound_nor_worsens_a_best_one(
    seed: int, lost: int
) -> None:
    made = one_course_each(seed)
    kept = [score for score in made["scores"] if score["patient_id"] != f"p{lost}" or score["score_day"] <= 0]
    before, after = of(made), of({**made, "scores": kept})
    assert list(before.index) == list(after.index)
    for rate in ("response", "remission"):
        for bound, sign in (("worst", 1), ("best", -1)):
            name = f"{rate}_pct_{bound}"
            change = sign * (after[name] - before[name])
            # A cell without anyone left who was scored still has its bounds: over all with a baseline.
            assert after[name].isna().equals(before[name].isna())
            assert (change.dropna() <= 1e-6).all(), name


def worst(score: dict[str, Any]) -> dict[str, Any]:
    """The score at the worse end of its scale."""
    better_up = CATALOGUE.scales[score["scale"]].direction == "higher_is_better"
    return {**score, "score": 0.0 if better_up else float(SCALES[score["scale"]])}


@given(st.integers(0, 10**6))
@examples(4)
def test_worse_follow_ups_never_improve_a_rate(seed: int) -> None:
    made, dice = one_course_each(seed), random.Random(seed)
    scores = [worst(score) if score["score_day"] > 0 and dice.random() < 0.5 else score for score in made["scores"]]
    before, after = of(made), of({**made, "scores": scores})
    for rate in RATES:
        change = after[f"{rate}_pct"] - before[f"{rate}_pct"]
        assert ((-change if rate == "reliable_deterioration" else change).dropna() <= 1e-6).all(), rate
    for scale in SCALES:
        own = before.index.get_level_values("scale") == scale
        rise = (after["change_mean"] - before["change_mean"])[own].dropna()
        assert ((rise if CATALOGUE.scales[scale].direction == "higher_is_better" else -rise) <= 1e-6).all()


def directed(scale: Scale) -> bool:
    return scale.direction != "acute_effect" and scale.scoring.combine in ("sum", "mean", "highest_level")


DIRECTED = [scale for scale in CATALOGUE.scales.values() if directed(scale)]


def answers_from_best_to_worst(scale: Scale) -> list[list[float]]:
    """Of each item of the form, its answers from the best to the worst for this scale."""
    items = CATALOGUE.instrument_of(scale.id).items
    listed = []
    for number, (low, high) in enumerate(items.limits, 1):
        own = [float(answer) for answer in items.legal.get(number, range(int(low), int(high) + 1))]
        up_is_worse = (scale.direction == "lower_is_better") != (number in items.reversed)
        listed.append(own if up_is_worse else own[::-1])
    return listed


@given(st.integers(0, 10**6))
@examples(6)
def test_a_worse_answer_never_gives_a_better_score_on_any_scale_with_a_direction(seed: int) -> None:
    dice = random.Random(seed)
    pairs = []
    for scale in DIRECTED:
        ladder = answers_from_best_to_worst(scale)
        places = [dice.randrange(len(own)) for own in ladder]
        number = dice.randrange(len(ladder))
        worse = [*places]
        worse[number] = min(places[number] + 1, len(ladder[number]) - 1)
        for each in (places, worse):
            pairs.append(row(scale.id, **answers(*(own[at] for own, at in zip(ladder, each, strict=True)))))
    frame = scored(pairs)
    points = frame[frame["scale"] == frame["source_scale"]]["score"].to_numpy()
    assert len(points) == len(pairs) and not np.isnan(points).any()
    for scale, (first, second) in zip(DIRECTED, points.reshape(-1, 2), strict=True):
        worse_by = second - first if scale.direction == "lower_is_better" else first - second
        assert worse_by >= 0, scale.id


def test_every_scale_with_a_direction_that_answers_give_is_in_that_law() -> None:
    left_out = {scale.id for scale in CATALOGUE.scales.values() if scale.direction != "acute_effect"} - {
        scale.id for scale in DIRECTED
    }
    # They are delivered as they stand, or are verdicts on other scales.
    assert {CATALOGUE.scales[scale].scoring.combine for scale in left_out} <= {"delivered", "all_reached"}
    assert len(DIRECTED) == pytest.approx(50, abs=10)
