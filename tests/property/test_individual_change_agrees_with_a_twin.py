"""Each way to say that one person changed, against the published formulas read here on their own, person by person.

SEM = s sqrt(1 - r). JT: change / (sqrt 2 SEM). GLN: (y - M) - r (x - M) over s sqrt(1 - r^2). HLL: the same about the
means of both occasions. EN: y - [r (x - M) + M] over SEM. NK: the same over sqrt(r^2 s^2 (1 - r) + s^2 (1 - r)).
HA: (change r_dd + M_change (1 - r_dd)) / (sqrt r_dd sqrt 2 SEM), 1.65; r_dd with one SEM for both occasions.
"""

from __future__ import annotations

import random
from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.care.windows import Windows
from pipelines.disclosure.policy import release
from pipelines.engine import Engine
from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.instruments.model import Direction, PercentChange, Scale
from pipelines.outcomes.change_methods import METHODS
from pipelines.outcomes.individual_change import (
    CHANGE_KEY,
    COULD_NOT,
    define_change_moments,
    individual_change,
    reference_individual_change,
)
from pipelines.outcomes.tables import outcome_tables, reference_changes
from tests.budget import examples
from tests.care_tables import network, scores_on, sessions_on

Given = namedtuple("Given", "definition value reason")
# Every figure that a method can ask for, on a scale from 10 to 60: a floor that is not 0.
FIGURES = {
    "reliability": 0.84, "reliable_change": 9.0, "meaningful_change": 7.0, "improvement_pct": 30.0,
    "deterioration_pct": 20.0, "functional_mean": 20.0, "functional_sd": 5.0, "caseness": 27.0,
}  # fmt: skip
LOW, HIGH = 10.0, 60.0
CLASSES = ("improved", "unchanged", "deteriorated", "recovered", "harmed")


def scale_with(figures: Mapping[str, float], direction: Direction = "lower_is_better") -> Scale:
    own = load_catalogue().scales["bdi_ii"]
    own = replace(own, direction=direction, scoring=replace(own.scoring, minimum=LOW, maximum=HIGH), caseness=None)
    listed = [Given(f"bdi_ii.{name}", value, "x") for name, value in figures.items()]
    form = replace(load_catalogue().instruments["bdi_ii"], scales=(own,))
    scale = Catalogue({"bdi_ii": form}).overridden(listed).scales["bdi_ii"]
    return replace(scale, partial_response=PercentChange(value=25, below=35, source="x", source_status="unverified"))


def by_the_product(scale: Scale, *samples: Sequence[tuple[float, float]]) -> list[pd.DataFrame]:
    """`reference_individual_change` of each sample's pairs, by method; all in one engine."""
    engine = Engine()
    form = replace(load_catalogue().instruments["bdi_ii"], scales=(scale,))
    Catalogue({"bdi_ii": form}).define_in(engine)
    rows = [
        (f"s{place}", f"p{number}", "bdi_ii", day, "unspecified", None, points, None, 1, 2 * number + day)
        for place, pairs in enumerate(samples)
        for number, pair in enumerate(pairs)
        for day, points in enumerate(pair)
    ]
    columns = ("clinic_id", "patient_id", "scale", "score_day", "administration", "respondent", "score")
    frame = pd.DataFrame(rows, columns=[*columns, "reference_group", "receipt", "row_number"])
    engine.define("scored_reference_scores", frame.astype({"respondent": "string", "reference_group": "string"}))
    reference_changes(engine, {})
    found = reference_individual_change(engine, {"bdi_ii": scale}, {}).set_index("method")
    return [found[found["sample"] == f"s{place}"] for place in range(len(samples))]


def by_the_formulas(
    figures: Mapping[str, float], pairs: list[tuple[float, float]], better: int = -1
) -> dict[str, list[str]]:
    """The class of each pair by each method."""
    x, y = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    r, mean, s = figures["reliability"], x.mean(), x.std(ddof=1)
    sem, change = s * np.sqrt(1 - r), y - x
    regressed, prediction = y - (r * (x - mean) + mean), s * np.sqrt(1 - r**2)
    indices = {
        "jt": change / (np.sqrt(2) * sem),
        "gln": ((y - mean) - r * (x - mean)) / prediction,
        "hll": ((y - y.mean()) - r * (x - mean)) / prediction,
        "en": regressed / sem,
        "nk": regressed / np.sqrt(r**2 * s**2 * (1 - r) + s**2 * (1 - r)),
    }
    found = {name: _classes(better * index, 1.96, 1.96) for name, index in indices.items()}
    r_dd = 1 - 2 * sem**2 / change.var(ddof=1) if change.var() else 0.0
    if r_dd > 0:
        ha = (change * r_dd + change.mean() * (1 - r_dd)) / (np.sqrt(r_dd) * np.sqrt(2) * sem)
        found["ha"] = _classes(better * ha, 1.65, 1.65)
    found["default"] = _classes(better * change, figures["reliable_change"], figures["reliable_change"])
    found["mid"] = _classes(better * change, figures["meaningful_change"], figures["meaningful_change"])
    with np.errstate(divide="ignore", invalid="ignore"):
        pct = np.where(x > LOW, 100 * better * change / (x - LOW), 0.0)
    found["percentage"] = _classes(pct, figures["improvement_pct"], figures["deterioration_pct"])
    found["partial_response"] = ["improved" if 25 - 1e-7 <= gain < 35 - 1e-7 else "other" for gain in pct]
    m_f, s_f = figures["functional_mean"], figures["functional_sd"]
    cutoffs = {
        "cutoff_a": mean + better * 2 * s,
        "cutoff_b": m_f - better * 2 * s_f,
        "cutoff_c": (s * m_f + s_f * mean) / (s + s_f),
    }
    for name, cutoff in cutoffs.items():
        before, after = better * (x - cutoff) <= 5e-7, better * (y - cutoff) <= 5e-7
        found[name] = list(np.select([before & ~after, ~before & after], ["improved", "deteriorated"], "unchanged"))
    case_x, case_y = (better * (scores - figures["caseness"]) <= 0 for scores in (x, y))
    moved = np.array(found["default"])
    found["combined"] = list(
        np.select(
            [(moved == "improved") & case_x & ~case_y, (moved == "deteriorated") & ~case_x & case_y],
            ["recovered", "harmed"],
            moved,
        )
    )
    return found


def _classes(gain: np.ndarray, improve: float, worsen: float) -> list[str]:
    return list(np.select([gain >= improve - 1e-7, -gain >= worsen - 1e-7], ["improved", "deteriorated"], "unchanged"))


def counts(frame: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Method -> class -> count, of what the table does not leave empty."""
    listed = frame[[f"{name}_n" for name in CLASSES]].to_dict("index")
    return {
        str(method): {str(name).removesuffix("_n"): int(count) for name, count in row.items() if pd.notna(count)}
        for method, row in listed.items()
    }


PAIRS = st.lists(
    st.tuples(st.integers(int(LOW), int(HIGH)), st.integers(int(LOW), int(HIGH))), min_size=3, max_size=40
).filter(lambda pairs: len({before for before, _ in pairs}) > 1)


# Several samples to an example, since one engine judges them all.
SAMPLES = st.lists(PAIRS, min_size=10, max_size=10)


@examples(3)
@given(SAMPLES)
def test_every_method_counts_as_its_formula_says(samples: list[list[tuple[float, float]]]) -> None:
    for frame, pairs in zip(by_the_product(scale_with(FIGURES), *samples), samples, strict=True):
        twin = by_the_formulas(FIGURES, pairs)
        assert set(frame.index) == set(METHODS)
        for method, own in counts(frame).items():
            if method == "ha" and "ha" not in twin:
                assert own == {}
                continue
            assert own == {name: twin[method].count(name) for name in METHODS[method].classes}, method
            if method != "partial_response":
                assert sum(own.values()) == frame.loc[method, "n"] == len(pairs)


@examples(2)
@given(SAMPLES)
def test_scores_and_direction_turned_round_together_leave_every_class_as_it_is(
    samples: list[list[tuple[float, float]]],
) -> None:
    """A percentage is of the distance from the minimum, which turning round makes the distance from the maximum."""
    turned = {name: LOW + HIGH - FIGURES[name] for name in ("functional_mean", "caseness")}
    scale = scale_with({**FIGURES, **turned}, "higher_is_better")
    assert scale.caseness is not None and scale.caseness.op == "<="
    round_about = [[(LOW + HIGH - before, LOW + HIGH - after) for before, after in pairs] for pairs in samples]
    both = (by_the_product(scale, *round_about), by_the_product(scale_with(FIGURES), *samples))
    for mirrored, plain in zip(*both, strict=True):
        left, right = counts(mirrored), counts(plain)
        for method in set(METHODS) - {"percentage", "partial_response"}:
            assert left[method] == right[method], method
            near_an_end = [list(frame.loc[method, list(COULD_NOT)].fillna(-1)) for frame in (mirrored, plain)]
            assert near_an_end[0] == near_an_end[1], method


@examples(2)
@given(SAMPLES)
def test_direction_turned_round_swaps_improved_and_deteriorated(samples: list[list[tuple[float, float]]]) -> None:
    same = {**FIGURES, "deterioration_pct": FIGURES["improvement_pct"]}
    swapped = {"improved": "deteriorated", "deteriorated": "improved"}
    both = (by_the_product(scale_with(same, way), *samples) for way in get_args(Direction)[:2])
    for plain, turned in zip(*both, strict=True):
        left, right = counts(plain), counts(turned)
        for method in ("default", "jt", "gln", "hll", "en", "nk", "ha", "mid", "percentage"):
            assert right[method] == {swapped.get(name, name): n for name, n in left[method].items()}, method


def test_the_order_of_people_changes_nothing() -> None:
    dice = random.Random(7)
    pairs = [(dice.randint(10, 60), dice.randint(10, 60)) for _ in range(30)]
    scale = scale_with(FIGURES)
    one_order, another = by_the_product(scale, pairs, dice.sample(pairs, len(pairs)))
    pd.testing.assert_frame_equal(one_order.drop(columns="sample"), another.drop(columns="sample"))


def test_who_stands_at_an_end_of_the_scale_could_not_have_changed() -> None:
    """Default 9 points on 10 to 60: 18 cannot fall by 9, 19 can; 52 cannot rise by 9, 51 can. At 10 no percentage."""
    pairs = [(18, 18), (19, 10), (51, 60), (52, 60), (10, 60)]
    (frame,) = by_the_product(scale_with(FIGURES), pairs)
    assert list(frame.loc["default", ["could_not_improve_n", "could_not_worsen_n"]]) == [2, 1]
    assert list(frame.loc["percentage", ["could_not_improve_n", "could_not_worsen_n"]]) == [1, 2]
    # Functional norm 20 (5): cut-off b is 30. Below it nobody can cross out, above it nobody can cross in.
    assert list(frame.loc["cutoff_b", ["could_not_improve_n", "could_not_worsen_n"]]) == [3, 2]


def test_what_the_catalogue_does_not_know_makes_no_row_and_no_worse_percentage_no_unchanged() -> None:
    (frame,) = by_the_product(scale_with({"reliability": 0.84, "caseness": 27.0}), [(40, 15), (30, 29), (20, 30)])
    # The catalogue gives the BDI-II a response of 50 % and a meaningful change of 17.5 %.
    assert set(METHODS) - set(frame.index) == {"default", "cutoff_b", "cutoff_c"}
    assert counts(frame)["percentage"] == {"improved": 1}
    assert (frame.loc["mid", "threshold"], frame.loc["mid", "threshold_unit"]) == (17.5, "pct")
    assert counts(frame)["mid"] == {"improved": 1, "unchanged": 1, "deteriorated": 1}


@pytest.fixture(scope="module")
def small_network() -> tuple[pd.DataFrame, pd.DataFrame, dict[str, list[tuple[float, float]]]]:
    """`individual_change` of 60 people with PHQ-9 and MADRS, outcomes, and their pairs by route and scale."""
    dice = random.Random(11)
    sessions, scores = [], []
    pairs: dict[str, list[tuple[float, float]]] = {}
    for number in range(60):
        route = "iv" if number < 40 else "im"
        who = {"patient_id": f"p{number}"}
        sessions += sessions_on(0, 3, 6, route=route, **who)
        for scale, highest in (("phq9", 27), ("madrs", 60)):
            if scale == "madrs" and number >= 49:
                continue
            before, after = dice.randint(8, highest), dice.randint(0, highest)
            scores += scores_on({-1: before, 20: after}, scale=scale, **who)
            pairs.setdefault(f"{scale} {route}", []).append((before, after))
    engine = network(sessions, scores)
    outcomes = outcome_tables(engine, Windows(), {})["outcomes_by_route_condition"]
    define_change_moments(engine)
    return individual_change(engine, outcomes, load_catalogue().scales, {}), outcomes, pairs


def one(frame: pd.DataFrame, **asked: str) -> pd.Series:
    place = {"clinic_id": "c01", "condition": "trd", "timepoint": "end_of_induction", **asked}
    found = frame[(frame[list(place)] == pd.Series(place)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_clinics_are_held_against_the_network_with_the_published_sd(
    small_network: tuple[pd.DataFrame, pd.DataFrame, dict[str, list[tuple[float, float]]]],
) -> None:
    """PHQ-9: SD 5.5 and alpha 0.89 of the catalogue: 1.96 x 5.5 x sqrt(2) x sqrt(0.11) = 5.056268."""
    frame, outcomes, pairs = small_network
    for route in ("iv", "im"):
        row = one(frame, scale="phq9", route=route, method="jt")
        changes = [after - before for before, after in pairs[f"phq9 {route}"]]
        assert row["threshold"] == pytest.approx(5.056268, abs=1e-6)
        assert row["improved_n"] == sum(change <= -5.056268 for change in changes)
        assert row["deteriorated_n"] == sum(change >= 5.056268 for change in changes)
        assert row["n"] == len(changes) == one(outcomes, scale="phq9", route=route)["n_analysed"]
    assert (row["reliability_kind"], row["sd"], pd.isna(row["sd_n"])) == ("cronbach_alpha", 5.5, True)
    baselines = [before for own in ("phq9 iv", "phq9 im") for before, _ in pairs[own]]
    cutoff = np.mean(baselines) - 2 * np.std(baselines, ddof=1)
    assert one(frame, scale="phq9", route="im", method="cutoff_a")["cutoff"] == pytest.approx(cutoff, abs=1e-6)


def test_a_network_of_fewer_than_fifty_gives_no_sd(
    small_network: tuple[pd.DataFrame, pd.DataFrame, dict[str, list[tuple[float, float]]]],
) -> None:
    """49 people with a MADRS, for which no SD is published."""
    row = one(small_network[0], scale="madrs", route="all", method="jt")
    assert row["n_analysed"] == 49 and pd.isna(row["n"]) and pd.isna(row["sd"])
    shown = one(release("individual_change", small_network[0]).frame, scale="madrs", route="all", method="jt")
    assert "improved_n:not_defined" in shown["empty_because"]


def test_reliable_change_and_caseness_are_those_of_the_outcomes(
    small_network: tuple[pd.DataFrame, pd.DataFrame, dict[str, list[tuple[float, float]]]],
) -> None:
    frame, outcomes, pairs = small_network
    for route in ("iv", "im", "all"):
        there = one(outcomes, scale="phq9", route=route)
        default, combined = (one(frame, scale="phq9", route=route, method=name) for name in ("default", "combined"))
        assert default["improved_n"] == there["reliable_improvement_n"]
        assert default["deteriorated_n"] == there["reliable_deterioration_n"]
        assert combined["recovered_n"] == there["reliable_recovery_n"]
        cases = [
            before >= 10 for own in (("iv", "im") if route == "all" else (route,)) for before, _ in pairs[f"phq9 {own}"]
        ]
        assert (combined["n_case_baseline"], combined["n_not_case_baseline"]) == (sum(cases), len(cases) - sum(cases))
        assert pd.isna(default["n_case_baseline"]) and pd.isna(default["n_not_case_baseline"])
    assert not frame.duplicated(list(CHANGE_KEY)).any()
