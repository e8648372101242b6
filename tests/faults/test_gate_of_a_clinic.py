"""One clinic's delivery that does not pass, and an engine that breaks: what stays, what goes on, what ends the run.

`make faults` has the run whose engine breaks, and deliveries under a name that was blocked.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import expectations.run
from expectations.step import refuse_errors
from pipelines.home import Home
from pipelines.problems import ExitCode, KapError
from tests.home_tools import (
    content_of,
    copy_of,
    csv_text,
    deliver,
    events,
    judge_and_publish,
    kap,
    outcome,
    patients,
    phq9,
    rows_stored,
    sessions,
)


def totals(scale: str, values: list[int], **cells) -> list[dict]:
    """One total per patient, all of one day."""
    return [
        {"patient_id": patient, "scale": scale, "score_day": 40, "total": value, **cells}
        for patient, value in zip(patients(len(values), "g"), values, strict=True)
    ]


def results_of(home: Home, run_id: str, clinic_id: str) -> list[dict]:
    """Great Expectations' stored results of one clinic."""
    return json.loads((home.validation_of(run_id) / f"{clinic_id}.json").read_bytes())["results"]


# Each file breaks one blocking rule; together they break all six.
FAULTY = {
    # KAP-D01: every route is a word that no vocabulary knows.
    "sessions.csv": sessions(patients(10), days=(20,), route="by-mouth-ish"),
    # KAP-D02: one key in four stands for two contents.
    "conflicts.csv": [*totals("phq9", [10, 11, 12, 13]), *totals("phq9", [9])],
    # KAP-D03: no day can be read.
    "keys.csv": [row | {"score_day": "later"} for row in totals("gad7", [5, 6, 7])],
    # KAP-D04 to D06: totals of another edition or form.
    "ybocs.csv": totals("ybocs", [45, 44, 43, 20, 21, 22]),
    "peg.csv": totals("peg", [25, 24, 23, 5, 6, 7]),
    "who5.csv": totals("who5", [10 + number % 15 for number in range(20)]),
}
BLOCKING = ["KAP-D01", "KAP-D02", "KAP-D03", "KAP-D04", "KAP-D05", "KAP-D06"]
MENDED = {
    "sessions.csv": sessions(patients(10), days=(20,)),
    "conflicts.csv": totals("phq9", [10, 11, 12, 13]),
    "keys.csv": totals("gad7", [5, 6, 7]),
    "ybocs.csv": totals("ybocs", [25, 24, 23, 20, 21, 22]),
    "peg.csv": totals("peg", [9, 8, 7, 5, 6, 7]),
    "who5.csv": totals("who5", [40 + 4 * (number % 15) for number in range(20)]),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two clinics that passed. What changes a home takes a copy."""
    home = Home.open(tmp_path_factory.mktemp("gate") / "home")
    for clinic_id in ("alder", "birch"):
        deliver(home, clinic_id, "sessions.csv", sessions(patients(10)))
        deliver(home, clinic_id, "scores.csv", phq9(patients(10), {-1: 18, 26: 8}))
    assert judge_and_publish(home).verdicts() == {"alder": "passed", "birch": "passed"}
    return home


@pytest.fixture(scope="module")
def gated(home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, int, str]:
    """The two after a run in which birch broke every blocking rule; the run's exit code, and what it said."""
    own = copy_of(home, tmp_path_factory.mktemp("gated"))
    for name, rows in FAULTY.items():
        deliver(own, "birch", name, rows)
    deliver(own, "alder", "month-3.csv", phq9(patients(10), {90: 4}))
    return own, *kap("run", "--home", str(own.root))


def test_a_blocked_clinic_keeps_its_last_good_rows_and_the_others_are_released(gated: tuple[Home, int, str]):
    home, exit_code, said = gated
    assert exit_code == ExitCode.BLOCKED, said
    assert "birch is blocked" in said
    assert outcome(home, "alder", "month_3")["followup_mean"] == "4"
    assert outcome(home, "birch")["change_mean"] == "-10"
    assert outcome(home, "birch", "last")["followup_mean"] == "8"
    assert events(home, "clinic_published")[-1]["clinic_id"] == "alder"


def test_each_blocking_verdict_came_from_a_result_of_great_expectations(gated: tuple[Home, int, str]):
    home = gated[0]
    last = [body for body in events(home, "clinic_validated") if body["clinic_id"] == "birch"][-1]
    assert last["blocking"] == BLOCKING
    (folder,) = {path.parent.name for path in home.validation.glob("*/birch.json")} - {
        path.parent.name for path in home.validation.glob("*/birch.json") if _passed(path)
    }
    failed = {each["meta"]["rule"]: each for each in results_of(home, folder, "birch") if not each["success"]}
    assert set(BLOCKING) <= set(failed)
    for code in BLOCKING:
        assert failed[code]["expectation"].startswith("expect_")
        assert failed[code]["result"]["unexpected_count"] > 0
        assert not failed[code]["raised_exception"]
    # And nothing blocked that Great Expectations let pass.
    passed = {each["meta"]["rule"] for each in results_of(home, folder, "birch") if each["success"]}
    assert not passed & set(BLOCKING)


def _passed(path: Path) -> bool:
    return json.loads(path.read_bytes())["verdict"] == "passed"


def test_a_blocked_delivery_is_retried_until_a_corrected_one_supersedes_it(
    gated: tuple[Home, int, str], tmp_path: Path
):
    home = copy_of(gated[0], tmp_path)
    assert judge_and_publish(home).verdicts() == {"birch": "blocked"}
    for name, rows in MENDED.items():
        deliver(home, "birch", name, rows)
    assert judge_and_publish(home).verdicts() == {"birch": "passed"}
    blocked, corrected = events(home, "clinic_validated")[-2:]
    assert corrected["superseded"] == blocked["pending"]
    stored = rows_stored(home, "scores", "birch")
    assert sorted(stored.loc[stored["scale"] == "ybocs", "total"]) == [20, 21, 22, 23, 24, 25]
    assert set(rows_stored(home, "sessions", "birch")["session_day"]) == {0, 4, 8, 12, 20}
    assert judge_and_publish(home).verdicts() == {}


@pytest.mark.long
def test_another_month_under_the_same_name_does_not_push_out_a_blocked_delivery(home: Home, tmp_path: Path):
    """Many systems export `export.csv` every month: that is no correction, and nothing may be lost silently."""
    home = copy_of(home, tmp_path)
    unreadable = [row | {"score_day": "later"} for row in phq9(patients(3), {100: 9})]
    deliver(home, "alder", "export.csv", [*unreadable, *phq9(patients(4), {100: 9})])
    assert judge_and_publish(home).verdicts() == {"alder": "blocked"}
    deliver(home, "alder", "export.csv", phq9(patients(10), {120: 9}))
    assert judge_and_publish(home).verdicts() == {"alder": "blocked"}
    deliver(home, "alder", "export.csv", phq9(patients(7), {100: 9}))
    assert judge_and_publish(home).verdicts() == {"alder": "passed"}
    days = rows_stored(home, "scores", "alder")["score_day"].value_counts()
    assert (days[100], days[120]) == (7, 10)


@pytest.mark.long
def test_an_engine_that_breaks_ends_the_run_in_error_and_the_last_good_release_stays(
    gated: tuple[Home, int, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home = copy_of(gated[0], tmp_path)
    before = content_of(home.current)
    lake = content_of(home.lake / "scores")
    evaluate = expectations.run.evaluate_clinic

    def cut_short(*arguments):
        """The evaluated relations as made, and then, as on a failing disk, half of one file."""
        evaluated = evaluate(*arguments)
        path = evaluated["scores"].path
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return evaluated

    deliver(home, "alder", "month-6.csv", phq9(patients(10), {180: 27}))
    with monkeypatch.context() as broken:
        broken.setattr(expectations.run, "evaluate_clinic", cut_short)
        exit_code, said = kap("run", "--home", str(home.root))
    assert exit_code == ExitCode.FAULT, said
    assert "KAP-V01" in said
    assert "Traceback" not in said
    verdict, other = events(home, "clinic_validated")[-2:]
    assert (verdict["clinic_id"], verdict["verdict"], other["verdict"]) == ("alder", "error", "error")
    rules_in_error = {finding[0] for finding in verdict["findings"] if finding[3] == "error"}
    assert rules_in_error
    assert content_of(home.current) == before
    assert content_of(home.lake / "scores") == lake
    # The next run judges it again; nothing is lost.
    assert judge_and_publish(home).verdicts() == {"alder": "passed", "birch": "blocked"}
    assert 180 in set(rows_stored(home, "scores", "alder")["score_day"])


def test_a_validation_in_error_is_never_taken_for_a_pass(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = copy_of(home, tmp_path)
    monkeypatch.setattr(expectations.run, "evaluate_clinic", lambda *_: {})
    deliver(home, "alder", "again.csv", csv_text(phq9(patients(1), {200: 3})))
    ran = judge_and_publish(home)
    assert ran.verdicts()["alder"] == "error"
    assert 200 not in set(rows_stored(home, "scores", "alder")["score_day"])
    with pytest.raises(KapError) as caught:
        refuse_errors(ran.validations)
    assert caught.value.exit_code is ExitCode.FAULT
