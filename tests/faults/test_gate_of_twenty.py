"""One bad clinic of twenty: nineteen are released, its earlier data stay, and no later run of a part slips past it."""

from __future__ import annotations

import dagster as dg
import pandas as pd
import pytest

from assets.cli.instance import open_instance
from assets.definitions import defs
from pipelines.home import Home
from pipelines.problems import ExitCode
from pipelines.rules.catalogue import BY_CODE
from pipelines.steps.outcomes import read_exact
from tests.home_tools import (
    content_of,
    deliver,
    events,
    judge_and_publish,
    kap,
    open_job,
    outcome,
    patients,
    phq9,
    rows_stored,
    sessions,
    table,
)

pytestmark = pytest.mark.long

CLINICS = [f"clinic_{number:02d}" for number in range(1, 21)]
BAD = "clinic_07"
GOOD = [clinic_id for clinic_id in CLINICS if clinic_id != BAD]
# What reads the validated store, and what is counted from it.
PART = dg.AssetSelection.assets("scored_scores", "courses_of_care") | dg.AssetSelection.groups("outcomes")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The bad clinic alone was published before. The tests below go on from each other's state, in order."""
    home = Home.open(tmp_path_factory.mktemp("twenty") / "home")
    deliver(home, BAD, "sessions.csv", sessions(patients(10)))
    deliver(home, BAD, "scores.csv", phq9(patients(10), {-1: 18, 26: 8}))
    assert judge_and_publish(home).verdicts() == {BAD: "passed"}
    return home


@pytest.fixture(scope="module")
def before(home: Home) -> dict[str, bytes]:
    return content_of(home.lake / "scores" / f"clinic_id={BAD}")


def test_one_bad_clinic_of_twenty_leaves_nineteen_released(home: Home, before: dict[str, bytes]) -> None:
    for clinic_id in GOOD:
        deliver(home, clinic_id, "sessions.csv", sessions(patients(10)))
        deliver(home, clinic_id, "scores.csv", phq9(patients(10), {-1: 18, 26: 6}))
    # No key of this file can be read, so it may not be published (KAP-D03); the other file of the same day could be.
    deliver(home, BAD, "keys.csv", [row | {"score_day": "later"} for row in phq9(patients(10), {90: 4})])
    deliver(home, BAD, "month-3.csv", phq9(patients(10), {90: 27}))
    exit_code, said = kap("run", "--no-warehouse", "--home", str(home.root))
    assert exit_code == ExitCode.BLOCKED, said
    judged = {body["clinic_id"]: body["verdict"] for body in events(home, "clinic_validated")[1:]}
    assert judged == {**dict.fromkeys(GOOD, "passed"), BAD: "blocked"}
    released = table(home, "outcomes_by_route_condition")
    assert set(released["clinic_id"]) == {"all", *CLINICS}
    # By hand: each mean change of the nineteen is 6 - 18; that of the bad one is what it was, 8 - 18.
    changes = {clinic_id: outcome(home, clinic_id)["change_mean"] for clinic_id in CLINICS}
    assert changes == {**dict.fromkeys(GOOD, "-12"), BAD: "-10"}
    assert outcome(home, BAD, "last")["followup_mean"] == "8"
    assert content_of(home.lake / "scores" / f"clinic_id={BAD}") == before


def test_a_later_run_of_a_part_cannot_slip_past_the_failed_check(home: Home, before: dict[str, bytes]) -> None:
    """A check blocks within one run only, in Dagster; so what is downstream must not be able to read the delivery."""
    counted = read_exact(open_job(home))
    with open_instance(home) as instance:
        job = dg.define_asset_job("a_part", selection=PART).resolve(
            asset_graph=defs.resolve_asset_graph(), resource_defs=defs.resources
        )
        selected = {key.path[-1] for key in job.asset_layer.selected_asset_keys}
        assert {"scored_scores", "courses_of_care", "outcomes_by_route_condition"} <= selected
        assert not selected & {"deliveries", "candidate_records", "validation", "scores"}
        folder = {"path": str(home.root)}
        ran = job.execute_in_process(
            instance=instance, run_config={"resources": {"kap_home": {"config": folder}}}, raise_on_error=False
        )
        assert ran.success
    again = read_exact(open_job(home))
    assert set(again) == set(counted)
    for name, frame in counted.items():
        pd.testing.assert_frame_equal(again[name], frame)
    assert 90 not in set(rows_stored(home, "scores", BAD)["score_day"])
    assert content_of(home.lake / "scores" / f"clinic_id={BAD}") == before


def test_the_gate_of_the_bad_clinic_stands_closed_in_dagster_and_nineteen_stand_open(home: Home) -> None:
    with open_instance(home) as instance:
        key = dg.AssetCheckKey(dg.AssetKey("validation"), "gate")
        records = instance.event_log_storage.get_asset_check_execution_history(key, limit=200)
        evaluations = [record.evaluation for record in records if record.evaluation is not None]
    by_clinic = {each.partition: each.passed for each in reversed(evaluations) if each.partition}
    assert by_clinic == {**dict.fromkeys(GOOD, True), BAD: False}
    (of_all,) = [each for each in evaluations if each.partition is None]
    assert not of_all.passed
    counts = {name: of_all.metadata[name].value for name in ("clinics_passed", "clinics_blocked", "clinics_closed")}
    assert counts == {"clinics_passed": 19, "clinics_blocked": 1, "clinics_closed": BAD}


def test_each_check_tells_numbers_that_plot_over_time_and_its_rules_as_rows(home: Home) -> None:
    with open_instance(home) as instance:
        key = dg.AssetCheckKey(dg.AssetKey("scores"), "conformance")
        (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    assert record.evaluation is not None
    told = record.evaluation.metadata
    last = {body["clinic_id"]: body["findings"] for body in events(home, "clinic_validated")}
    own = [
        f for findings in last.values() for f in findings if f[1] == "scores" and BY_CODE[f[0]].group == "conformance"
    ]
    assert told["rules_failed"].value == sum(finding[3] == "failed" for finding in own)
    assert told["records_failed"].value == sum(finding[4] or 0 for finding in own)
    assert told["records_evaluated"].value == sum(finding[5] or 0 for finding in own) > 0
    rows = {record.data["rule"] for record in told["findings"].records}
    assert rows == {finding[0] for finding in own if finding[4]}
