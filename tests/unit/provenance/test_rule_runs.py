"""The runs as the ledger tells them: what repeats nothing new, what stood after each, where a check first failed."""

from __future__ import annotations

import pytest

from pipelines.provenance.rule_runs import RuleAfter, RuleRuns, Run, rule_runs
from tests.rule_history import VALIDATIONS, judged, presence, word

ALDER_T04 = ("alder", "KAP-T04", "sessions", "route")
ALDER_A02 = ("alder", "KAP-A02", "sessions", "therapist_presence")
BIRCH_T04 = ("birch", "KAP-T04", "sessions", "route")
BIRCH_A02 = ("birch", "KAP-A02", "sessions", "therapist_presence")


@pytest.fixture(scope="module")
def past() -> RuleRuns:
    return rule_runs(VALIDATIONS)


def test_a_run_that_told_nothing_new_or_was_replaced_is_no_run_of_its_own(past: RuleRuns) -> None:
    # r-2 judged birch's same deliveries to the same counts; r-3 had no verdict on what r-4 then judged.
    assert past.runs == (
        Run(1, 2, frozenset({"alder", "birch"}), "r-1"),
        Run(2, 3, frozenset({"alder"}), "r-2"),
        Run(3, 4, frozenset({"birch"}), "r-4"),
    )


def test_a_run_without_a_verdict_that_nothing_replaced_is_told(past: RuleRuns) -> None:
    broken = rule_runs(VALIDATIONS[:5])
    assert broken.runs[-1].run_id == "r-3"
    assert broken.by_check[BIRCH_T04].first_failed == 3
    assert broken.by_check[BIRCH_T04].shares == {1: 0.0, 3: None}
    # A check without a verdict has failed, and no row of it counts: alder's 0 of 120 alone.
    assert broken.by_rule["KAP-T04"][-1] == RuleAfter(3, 0, 120, 1, 2)


def test_another_count_of_the_same_deliveries_is_news(past: RuleRuns) -> None:
    regraded = rule_runs([*VALIDATIONS, judged("r-5", "birch", [2, 4], word(2, 60), presence(6, 60))])
    assert [run.number for run in regraded.runs] == [1, 2, 3, 4]


def test_a_check_first_failed_in_the_first_run_of_which_a_row_failed_it(past: RuleRuns) -> None:
    assert {key: check.first_failed for key, check in past.by_check.items()} == {
        ALDER_T04: 1,
        # Within what is allowed in run 1 already.
        ALDER_A02: 1,
        BIRCH_T04: 3,
        BIRCH_A02: 3,
    }
    assert past.by_check[ALDER_T04].shares == {1: 2.0, 2: 0.0}
    assert past.by_check[ALDER_A02].shares == {1: 5.0, 2: 25.0}


def test_a_clinic_without_a_new_delivery_stands_as_before(past: RuleRuns) -> None:
    standing = past.standing(2).set_index(["clinic_id", "rule"])["failed_n"]
    assert standing.to_dict() == {
        ("alder", "KAP-T04"): 0,
        ("alder", "KAP-A02"): 30,
        ("birch", "KAP-T04"): 0,
        ("birch", "KAP-A02"): 0,
    }


def test_a_rule_after_each_run_is_the_sum_over_all_clinics_as_they_stood(past: RuleRuns) -> None:
    assert past.by_rule["KAP-T04"] == [
        RuleAfter(1, 2, 150, 1, 2),
        RuleAfter(2, 0, 170, 0, 2),
        RuleAfter(3, 1, 180, 1, 2),
    ]


def test_a_clinic_of_its_own_counts_the_runs_that_judged_it_and_knows_no_other(past: RuleRuns) -> None:
    birch = past.of_clinic("birch")
    assert birch.runs == (Run(1, 2, frozenset({"birch"}), "r-1"), Run(2, 4, frozenset({"birch"}), "r-4"))
    assert set(birch.found["clinic_id"]) == {"birch"}
    assert birch.by_check[BIRCH_T04].first_failed == 2
    assert past.of_clinic("cedar") == RuleRuns()


def test_a_clinic_of_which_everything_was_taken_out_stands_no_longer(past: RuleRuns) -> None:
    emptied = rule_runs([*VALIDATIONS, judged("r-5", "alder", [])])
    assert set(emptied.standing(4)["clinic_id"]) == {"birch"}


def test_a_home_without_a_validation_has_no_run() -> None:
    nothing = rule_runs([])
    assert nothing.runs == () and nothing.found.empty and not nothing.by_check and not nothing.by_rule


def test_a_clinics_own_runs_name_its_own_newest_delivery() -> None:
    alder = rule_runs(VALIDATIONS).of_clinic("alder")
    # The first run judged up to delivery 2, which is birch's.
    assert [run.receipt for run in alder.runs] == [1, 3]
