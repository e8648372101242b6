"""Definitions of outcomes: the ladder, who is due, response, remission, reliable change, evidence, trajectories."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.care.windows import Windows
from pipelines.outcomes.tables import evidence, outcome_tables, reference_changes, reliable_change_candidates
from tests.care_tables import (
    SCORE_COLUMNS,
    SCORE_DEFAULTS,
    define,
    network,
    outcome,
    outcomes,
    scores_on,
    sessions_on,
    text_table,
)


def judged(scale, before, after, courses="patient_id", day=28):
    """The row of one patient with two scores."""
    engine = network(sessions_on(0), scores_on({0: before, day: after}, scale=scale), courses)
    return outcome(engine, "week_4" if day == 28 else "month_3", scale=scale)


@pytest.mark.parametrize(
    ("scale", "before", "after", "response"),
    [
        ("phq9", 20, 10, 1),  # 50 % exactly
        ("phq9", 20, 11, 0),
        ("phq9", 0, 0, 0),  # a baseline at the minimum is no response
        ("pcl5", 40, 30, 1),  # 10 points exactly
        ("pcl5", 40, 31, 0),
        ("peg", 6.666667, 4.666667, 1),  # 30 % of 20/3 exactly, though stored to 6 decimals
        ("peg", 6.666667, 5, 0),
        ("who5", 40, 52, 1),  # higher is better
        ("who5", 40, 48, 0),
        ("who5", 52, 40, 0),
    ],
)
def test_response_is_the_catalogues_change_or_more_in_the_better_direction(scale, before, after, response):
    assert judged(scale, before, after)["response_n"] == response


@pytest.mark.parametrize(
    ("scale", "after", "remission"),
    [("phq9", 4, 1), ("phq9", 5, 0), ("pcl5", 28, 1), ("pcl5", 29, 0), ("who5", 52, 1), ("who5", 48, 0)],
)
def test_remission_is_a_follow_up_beyond_the_catalogues_cut(scale, after, remission):
    assert judged(scale, 40 if scale != "phq9" else 20, after)["remission_n"] == remission


@pytest.mark.parametrize(
    ("scale", "before", "after", "improved", "deteriorated"),
    [
        ("phq9", 16, 10, 1, 0),
        ("phq9", 16, 11, 0, 0),
        ("phq9", 10, 15, 0, 0),
        ("phq9", 10, 16, 0, 1),
        ("pcl5", 45, 30, 1, 0),
        ("who5", 40, 52, 1, 0),
        ("who5", 52, 40, 0, 1),
    ],
)
def test_reliable_change_is_the_threshold_or_more_either_way(scale, before, after, improved, deteriorated):
    row = judged(scale, before, after)
    assert (row["reliable_improvement_n"], row["reliable_deterioration_n"]) == (improved, deteriorated)


@pytest.mark.parametrize(
    ("before", "after", "cases", "recovered"),
    [(10, 4, 1, 1), (9, 3, 0, 0), (16, 10, 1, 0), (14, 9, 1, 0), (15, 9, 1, 1)],
)
def test_reliable_recovery_needs_caseness_before_reliable_improvement_and_no_caseness_after(
    before, after, cases, recovered
):
    row = judged("phq9", before, after)
    assert (row["n_case_baseline"], row["reliable_recovery_of_n"], row["reliable_recovery_n"]) == (
        cases,
        cases,
        recovered,
    )


@pytest.mark.parametrize(("sex", "case"), [("female", 1), ("male", 0), ("intersex", 0), ("unknown", 0)])
def test_caseness_is_by_sex_where_the_instrument_has_it(sex, case):
    row = judged("audit_c", 3, 1, [{"condition": "trd", "sex": sex}], day=91)
    assert row["n_case_baseline"] == case


def test_a_rate_that_nothing_defines_is_empty_and_one_without_patients_is_0_of_0():
    row = judged("madrs", 30, 10)
    assert pd.isna(row["reliable_improvement_n"]) and pd.isna(row["reliable_recovery_of_n"])
    assert row["response_n"] == 1
    later = outcome(network(sessions_on(0), scores_on({0: 20})), "month_6")
    assert (later["response_n"], later["response_of_n"]) == (0, 0) and pd.isna(later["response_pct"])


def test_a_frozen_threshold_stands_in_for_a_missing_published_one():
    engine = network(sessions_on(0), scores_on({0: 30, 28: 20}, scale="madrs"))
    frame = outcomes(engine, {"madrs": 10.0})
    row = frame[(frame["scale"] == "madrs") & (frame["timepoint"] == "week_4") & (frame["clinic_id"] == "c01")].iloc[0]
    assert row["reliable_improvement_n"] == 1


def test_the_ladder_counts_each_patient_on_each_rung_and_bounds_span_the_missing():
    sessions = [
        row for patient in ("p1", "p2", "p3", "p4", "p5") for row in sessions_on(0, 3, 6, 9, patient_id=patient)
    ]
    scores = [
        *scores_on({0: 20, 28: 8}, patient_id="p1"),
        *scores_on({0: 20, 28: 18}, patient_id="p2"),
        *scores_on({0: 20, 300: 8}, patient_id="p3"),  # a follow-up, not in the window
        *scores_on({0: 20}, patient_id="p4"),
        *scores_on({28: 8}, patient_id="p5"),  # no baseline
    ]
    row = outcome(network(sessions, scores), "week_4")
    ladder = ("n_started", "n_due", "n_baseline", "n_any_followup", "n_analysed", "n_completed_induction")
    assert [row[rung] for rung in ladder] == [5, 5, 4, 3, 2, 5]
    assert (row["followup_pct"], row["paired_pct"]) == (40, 50)
    assert (row["response_pct"], row["response_pct_worst"], row["response_pct_best"]) == (50, 25, 75)


@pytest.mark.parametrize(
    ("followed", "due", "basis"),
    [
        (None, [1, 1, 1, 1, 1], "assumed"),
        ("none", [0, 0, 0, 0, 1], "declared"),
        ("end_of_induction", [1, 0, 0, 0, 1], "declared"),
        ("week_4", [1, 1, 0, 0, 1], "declared"),
        ("month_3", [1, 1, 1, 0, 1], "declared"),
        ("month_6", [1, 1, 1, 1, 1], "declared"),
    ],
)
def test_a_timepoint_is_due_up_to_followed_through_and_last_always(followed, due, basis):
    engine = network(sessions_on(0), scores_on({0: 20}), [{"condition": "trd", "followed_through": followed}])
    rows = [outcome(engine, name) for name in ("end_of_induction", "week_4", "month_3", "month_6", "last")]
    assert [row["n_due"] for row in rows] == due
    assert {row["due_basis"] for row in rows} == {basis}


def test_each_patient_counts_once_per_condition_and_once_in_condition_all():
    sessions = [
        *sessions_on(0, condition="trd", route="iv"),
        *sessions_on(200, condition="trd", route="im"),  # retreatment: in no row
        *sessions_on(400, condition="ptsd", route="im"),
    ]
    frame = outcomes(network(sessions))
    frame = frame[(frame["clinic_id"] == "c01") & (frame["timepoint"] == "last")]
    counted = {(row["condition"], row["route"]): row["n_started"] for row in frame.to_dict("records")}
    assert counted == {
        ("trd", "iv"): 1,
        ("trd", "all"): 1,
        ("ptsd", "im"): 1,
        ("ptsd", "all"): 1,
        ("all", "iv"): 1,
        ("all", "all"): 1,
    }


def test_left_truncated_courses_and_courses_without_condition_stand_in_no_row():
    sessions = [*sessions_on(5, patient_id="late"), *sessions_on(0, patient_id="unnamed", condition=None)]
    assert outcomes(network(sessions)).empty


def test_primary_mixes_scales_and_says_of_how_many_each_rate_is():
    sessions = [row for patient in ("p1", "p2") for row in sessions_on(0, patient_id=patient)]
    scores = [*scores_on({0: 20, 28: 8}, patient_id="p1"), *scores_on({0: 30, 28: 9}, patient_id="p2", scale="madrs")]
    row = outcome(network(sessions, scores), "week_4", scale="primary")
    assert (row["n_analysed"], row["response_of_n"], row["reliable_improvement_of_n"]) == (2, 2, 1)
    assert pd.isna(row["change_mean"]) and pd.isna(row["effect_size"])


@pytest.mark.parametrize(
    ("started", "baseline", "analysed", "tier"),
    [
        (4, 4, 0, "withheld"),
        (50, 50, 4, "withheld"),
        (50, 10, 5, "not_enough"),
        (50, 9, 9, "not_enough"),
        (50, 10, 10, "imprecise"),
        (50, 21, 10, "not_enough"),  # 47.6 % paired
        (50, 20, 10, "imprecise"),  # 50 % paired
        (50, 29, 29, "imprecise"),
        (50, 30, 30, "reportable"),
        (50, 38, 30, "imprecise"),  # 78.9 % paired
        (40, 40, 32, "reportable"),  # 80 % paired
        (50, 0, 0, "not_enough"),
    ],
)
def test_evidence_is_the_first_tier_that_holds(started, baseline, analysed, tier):
    frame = pd.DataFrame({"n_started": [started], "n_baseline": [baseline], "n_analysed": [analysed]})
    assert evidence(frame).tolist() == [tier]


def test_trajectories_follow_the_sessions_and_the_weeks_and_count_who_stopped():
    scores = [
        *scores_on({0: 20, 4: 15, 7: 12, 10: 11, 21: 9}, administration="pre_session", patient_id="p1"),
        *scores_on({-2: 18, 6: 14}, patient_id="p2"),
    ]
    sessions = [row for patient in ("p1", "p2") for row in sessions_on(0, 7, 14, patient_id=patient)]
    engine = network(sessions, scores)
    frame = outcome_tables(engine, Windows(), {})["score_trajectories"]
    frame = frame[(frame["clinic_id"] == "c01") & (frame["route"] == "all")]
    found = {
        axis: [tuple(row) for row in part[["position", "n", "mean", "n_stopped"]].fillna(-1).to_numpy()]
        for axis, part in frame.groupby("axis")
    }
    # Session 2 takes p1's score of day 7 over that of day 4, session 3 that of day 10; day 21 has no session.
    assert found["session"] == [(1, 2, 19, 0), (2, 2, 13, 0), (3, 1, 11, 1)]
    # Day 4 and 7 are week 1 (7 is nearer), day 10 is week 1 too, week 2 has no score, day 21 is week 3.
    assert found["week"] == [(0, 2, 19, 0), (1, 2, 13, 0), (2, 0, -1, 1), (3, 1, 9, 1)]


def test_a_reliable_change_threshold_is_the_smallest_legal_change_over_the_rci():
    # 50 baselines, half 10 and half 20: SD = sqrt(1250 / 49) = 5.050763; RCI = 1.96 x SD x sqrt(2) x sqrt(.14).
    sessions = [row for number in range(50) for row in sessions_on(0, patient_id=f"p{number}")]
    scores = [
        row
        for number in range(50)
        for row in scores_on({0: 10 if number % 2 else 20}, patient_id=f"p{number}", scale="qids_sr16")
    ]
    (row,) = reliable_change_candidates(network(sessions, scores)).to_dict("records")
    assert (row["scale"], row["n"], row["value"]) == ("qids_sr16", 50, 6)
    assert row["sd"] == pytest.approx(5.050763, abs=1e-6)
    assert row["rci"] == pytest.approx(5.238320, abs=2e-6)
    assert reliable_change_candidates(network(sessions[:49], scores[:49])).empty


def test_reference_changes_pair_the_earliest_score_with_each_later_day_and_give_the_level_of_every_day():
    text = """
        patient_id scale  score_day score reference_group
        a          phq9   0         20    x
        a          phq9   28        10    x
        b          phq9   0         10    y
        b          phq9   28        16    y
        c          phq9   28        12    x
    """
    engine = network(sessions_on(0))
    define(engine, "scored_reference_scores", SCORE_COLUMNS, text_table(text), **SCORE_DEFAULTS)
    frame = reference_changes(engine, {})
    rows = {(row["from_day"], row["to_day"], row["group"]): row for row in frame.to_dict("records")}
    assert {key: row["n"] for key, row in rows.items() if key[2] == "all"} == {
        (0, 0, "all"): 2,
        (0, 28, "all"): 2,
        (28, 28, "all"): 3,
    }
    pair = rows[0, 28, "all"]
    assert (pair["baseline_mean"], pair["followup_mean"], pair["change_mean"]) == (15, 13, -2)
    classes = ("response_n", "reliable_improvement_n", "reliable_deterioration_n", "no_reliable_change_n")
    assert [pair[name] for name in classes] == [1, 1, 1, 0]
    assert rows[0, 28, "x"]["n"] == rows[0, 28, "y"]["n"] == 1
    assert rows[28, 28, "all"]["baseline_mean"] == pytest.approx(38 / 3, abs=1e-6)
    assert pd.isna(rows[28, 28, "all"]["response_n"])
