"""What a clinic's own staff may see: the `clinic` profile on both sides of 5 and 10."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pandas as pd
import pytest

from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.limits import Limits
from pipelines.disclosure.policy import release
from pipelines.outcomes.columns import is_count
from pipelines.outcomes.tables import MOMENTS, OUTCOME_COLUMNS, denominators, evidence
from pipelines.problems import ExitCode, KapError

WORDS = {"clinic_id": "c01", "condition": "trd", "route": "iv", "scale": "phq9", "timepoint": "week_4"} | {
    "definition": "kap-outcomes@1",
    "due_basis": "assumed",
    "evidence": "reportable",
}
DENOMINATORS = [column for column in OUTCOME_COLUMNS if column.endswith("of_n")]


def true_row(n: int = 40, **given: Any) -> pd.DataFrame:
    """A row with `n` in every count and 1.5 in every statistic, but for what is given."""
    row: dict[str, Any] = {column: WORDS.get(column, n if is_count(column) else 1.5) for column in OUTCOME_COLUMNS}
    frame = pd.DataFrame([row | given])
    counts = [column for column in OUTCOME_COLUMNS if is_count(column)]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def shown(frame: pd.DataFrame, name: str = "outcomes_by_route_condition") -> tuple[dict[str, Any], dict[str, str]]:
    """The released row, and column -> reason."""
    row = release(name, frame, "clinic").frame.iloc[0].to_dict()
    reasons = dict(entry.split(":") for entry in row["empty_because"].split(";") if entry)
    return row, reasons


def test_a_large_row_is_shown_whole():
    row, reasons = shown(true_row())
    assert reasons == {} and row["change_mean"] == 1.5 and row["response_n"] == 40


@pytest.mark.parametrize(("n_started", "withheld"), [(1, True), (4, True), (5, False)])
def test_a_row_of_1_to_4_patients_shows_no_figure_not_even_a_count(n_started, withheld):
    row, reasons = shown(true_row(n=0, n_started=n_started))
    figures = POLICIES["outcomes_by_route_condition"].figures
    if withheld:
        assert reasons == dict.fromkeys(figures, "withheld")
        assert all(pd.isna(row[column]) for column in figures)
    else:
        assert row["n_started"] == 5 and "withheld" not in reasons.values()


@pytest.mark.parametrize("n_analysed", [1, 4])
def test_a_denominator_of_1_to_4_withholds_the_statistic_its_numerator_and_what_gives_it_back(n_analysed):
    row, reasons = shown(true_row(n_analysed=n_analysed))
    assert row["n_analysed"] == n_analysed and row["n_due"] == 40
    for column in ("response_n", "response_pct", "response_ci_low", "response_pct_worst", "remission_pct_best"):
        assert reasons[column] == "withheld"
    for column in ("n_case_baseline", "response_case_n", "reliable_recovery_n", *MOMENTS):
        assert reasons[column] == "withheld"


@pytest.mark.parametrize("n_analysed", [5, 9])
def test_5_to_9_pairs_show_rates_and_bounds_but_no_moments(n_analysed):
    row, reasons = shown(true_row(n_analysed=n_analysed))
    assert reasons == dict.fromkeys(MOMENTS, "too_few")
    assert row["response_pct"] == row["response_pct_worst"] == row["remission_ci_low"] == 1.5


def test_10_pairs_show_moments():
    assert shown(true_row(n_analysed=10))[1] == {}


def test_1_to_4_due_withhold_the_follow_up_share_and_all_that_rests_on_it():
    row, reasons = shown(true_row(n=3, n_started=40, n_analysed=0, evidence="not_enough"))
    assert (row["n_started"], row["n_due"], row["n_baseline"]) == (40, 3, 3)
    assert reasons["followup_pct"] == reasons["n_analysed"] == reasons["n_any_followup"] == "withheld"
    assert reasons["response_pct"] == reasons["change_mean"] == "withheld"  # `no_data` would tell that it is 0
    assert row["evidence"] == "withheld"


def test_1_to_4_cases_withhold_the_rates_among_cases_only():
    _, reasons = shown(true_row(n_case_baseline=4))
    assert set(reasons.values()) == {"withheld"}
    assert set(reasons) == {
        *(f"{rate}_case_{part}" for rate in ("response", "remission") for part in ("of_n", "n", "pct")),
        *(f"reliable_recovery_{part}" for part in ("of_n", "n", "pct", "ci_low", "ci_high")),
    }


def test_a_denominator_of_0_is_no_data_and_its_numerator_is_0():
    empty = {column: 0 for column in OUTCOME_COLUMNS if is_count(column) and column not in ("n_started", "n_due")}
    statistics = {c: float("nan") for c in OUTCOME_COLUMNS if c not in WORDS and not is_count(c)}
    row, reasons = shown(true_row(**{**statistics, **empty, "followup_pct": 0.0}))
    assert row["response_n"] == row["n_analysed"] == row["followup_pct"] == 0
    assert set(reasons.values()) == {"no_data"}
    assert {"paired_pct", "response_pct", "response_pct_worst", "change_mean"} <= set(reasons)


def test_what_no_rule_defines_is_not_defined_however_many_there_are():
    undefined = {column: pd.NA for column in OUTCOME_COLUMNS if column.startswith("reliable_") and is_count(column)}
    nothing = {c: float("nan") for c in OUTCOME_COLUMNS if c.startswith("reliable_") and not is_count(c)}
    for n_analysed in (3, 40):
        reasons = shown(true_row(n_analysed=n_analysed, **undefined, **nothing))[1]
        assert {reasons[column] for column in (*undefined, *nothing)} == {"not_defined"}


def test_rows_of_primary_have_no_moments():
    moments = dict.fromkeys(MOMENTS, float("nan"))
    for n_analysed in (0, 7, 40):
        reasons = shown(true_row(scale="primary", n_analysed=n_analysed, **moments))[1]
        assert {reasons[column] for column in MOMENTS} == {"not_defined"}


def test_the_ladder_is_withheld_alike_in_its_own_table():
    row = true_row(scale="primary", n_due=4, n_baseline=3, n_analysed=2)
    _, reasons = shown(denominators(row), "denominators")
    assert reasons == dict.fromkeys(("n_any_followup", "n_analysed", "followup_pct", "paired_pct"), "withheld")


@pytest.mark.parametrize(("n", "reason"), [(0, "no_data"), (4, "withheld"), (9, "too_few"), (10, None)])
def test_means_of_a_trajectory_need_10_patients(n, reason):
    frame = pd.DataFrame(
        [("c01", "trd", "iv", "phq9", "week", 4, n, 1.5, 1.0, 2.0, n, 1.5, 40)],
        columns=list(POLICIES["score_trajectories"].columns),
    )
    _, reasons = shown(frame, "score_trajectories")
    assert reasons.get("mean") == reasons.get("ci_low") == reasons.get("baseline_mean_of_stopped") == reason


def change_row(**given: Any) -> pd.DataFrame:
    """A row of individual change of 40 people, 8 in each class, 20 of them cases at baseline, but for what is given."""
    columns = POLICIES["individual_change"].columns
    counts = {column: 40 if column.startswith("n") else 8 for column in columns if is_count(column)}
    row = {column: counts.get(column, WORDS.get(column, 1.5)) for column in columns}
    return pd.DataFrame([row | {"method": "combined", "n_case_baseline": 20, "n_not_case_baseline": 20} | given])


@pytest.mark.parametrize(
    ("cases", "withheld"),
    [
        (0, ()),
        (1, ("recovered", "improved")),
        (4, ("recovered", "improved")),
        (5, ()),
        (39, ("harmed", "deteriorated")),
    ],
)
def test_the_combined_classes_say_nothing_of_a_few_cases_or_a_few_others(cases: int, withheld: tuple[str, ...]) -> None:
    reasons = shown(change_row(n_case_baseline=cases, n_not_case_baseline=40 - cases), "individual_change")[1]
    parts = ("n", "pct", "ci_low", "ci_high")
    assert reasons == {f"{name}_{part}": "withheld" for name in withheld for part in parts}


def test_the_other_methods_have_no_cases_and_show_their_classes() -> None:
    row, reasons = shown(
        change_row(method="jt", n_case_baseline=float("nan"), n_not_case_baseline=float("nan")), "individual_change"
    )
    assert row["improved_n"] == 8 and reasons == dict.fromkeys(
        ("n_case_baseline", "n_not_case_baseline"), "not_defined"
    )


@pytest.mark.parametrize("profile", ["network", "public", "other"])
def test_profiles_that_leave_the_clinic_are_refused(profile):
    with pytest.raises(KapError) as refused:
        release("outcomes_by_route_condition", true_row(), profile)
    assert refused.value.exit_code is ExitCode.DISCLOSURE


def test_a_table_without_a_declaration_is_refused():
    with pytest.raises(KapError) as refused:
        release("patients", true_row(), "clinic")
    assert refused.value.exit_code is ExitCode.DISCLOSURE


def test_a_tightened_smallest_group_withholds_what_the_default_shows():
    limits = Limits(smallest_group_n=11)
    name = "outcomes_by_route_condition"
    row = release(name, true_row(n=10), limits=limits).frame.iloc[0]
    assert all(pd.isna(row[column]) for column in POLICIES[name].figures)
    assert release(name, true_row(n=11), limits=limits).frame.iloc[0]["response_n"] == 11
    of_10 = release(name, true_row(response_of_n=10), limits=limits).frame.iloc[0]
    assert pd.isna(of_10["response_n"]) and of_10["remission_n"] == 40


def test_tightened_moments_need_more_pairs_than_10():
    limits = Limits(smallest_group_moments_n=30)
    row = release("outcomes_by_route_condition", true_row(n_analysed=29), limits=limits).frame.iloc[0]
    assert "change_mean:too_few" in row["empty_because"] and row["response_pct"] == 1.5
    enough = release("outcomes_by_route_condition", true_row(n_analysed=30), limits=limits).frame.iloc[0]
    assert enough["change_mean"] == 1.5


@pytest.mark.parametrize(
    ("limits", "started", "baseline", "analysed", "tier"),
    [
        (Limits(), 40, 40, 40, "reportable"),
        (Limits(precise_n=41), 40, 40, 40, "imprecise"),
        (Limits(precise_paired_pct=90), 60, 50, 44, "imprecise"),
        (Limits(enough_n=41), 40, 40, 40, "not_enough"),
        (Limits(enough_paired_pct=60), 60, 50, 29, "not_enough"),
        (Limits(smallest_group_n=11), 40, 40, 10, "withheld"),
        (Limits(smallest_group_n=11), 10, 10, 10, "withheld"),
        (Limits(smallest_group_n=11), 11, 11, 11, "imprecise"),
    ],
)
def test_the_evidence_follows_the_limits_in_force(limits, started, baseline, analysed, tier):
    frame = pd.DataFrame({"n_started": [started], "n_baseline": [baseline], "n_analysed": [analysed]})
    assert evidence(frame, limits).tolist() == [tier]


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_no_limit_can_be_looser_than_its_default(name):
    default = getattr(Limits(), name)
    with pytest.raises(ValueError, match=name):
        Limits(**{name: default - 1})
    assert getattr(Limits(**{name: default + 1}), name) == default + 1
