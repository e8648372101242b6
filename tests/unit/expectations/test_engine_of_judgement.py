"""GX on DuckDB against GX on pandas; a broken engine is an error and never a pass; no value leaves in a result."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from expectations.judge import RESULT_FORMAT, Judge, context, stripped
from expectations.run import Evaluated, evaluate_clinic, judge_clinic, validate_clinic
from expectations.suites import expectation, suite
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import BY_CODE, RULES, threshold_in_force
from pipelines.rules.judgements import Judgement
from tests.unit.expectations import clinic

CANARY = "CANARY-9f3"
SUM = "expect_column_sum_to_be_between"
ASKED = [
    Judgement(BY_CODE[code], relation, table, columns, at_once)
    for code, relation, table, columns, at_once in (
        ("KAP-R01", "sessions", "sessions", ("sbp_pre",), False),
        ("KAP-S06", "sessions_usable", "sessions", ("session_day",), False),
        ("KAP-X02", "sessions_usable", "sessions", ("sbp_peak",), False),
        ("KAP-T01", "sessions", "sessions", ("sbp_pre",), False),
        ("KAP-A02", "sessions_usable", "sessions", ("therapist_presence",), False),
        ("KAP-A12", "sessions_usable", "sessions", ("sbp_pre",), False),
        ("KAP-T02", "sessions", "sessions", ("preparation_done", "intention_set"), True),
        ("KAP-D01", "deliveries", "deliveries", ("quarantined_pct",), False),
        ("KAP-D03", "deliveries", "deliveries", ("keys_n",), False),
    )
]
CLEAN = pd.DataFrame(
    {
        "sessions_sbp_pre": [120, 130, None, 110],
        "sessions_usable_sbp_pre": [120, 130, None, 110],
        "sessions_usable_sbp_peak": [140, 130, 150, None],
        "sessions_usable_session_day": [0, 7, 0, 7],
        "sessions_usable_patient_number": [1, 1, 2, 2],
        "kap_t01_sessions_sbp_pre": [0, 0, None, 0],
        "kap_t02_sessions_any_column": [0, 0, None, 0],
        "kap_a02_sessions_therapist_presence": [0, 0, 0, None],
        "kap_a12_sessions_sbp_pre": [0] * 4,
        "deliveries_quarantined_pct": [20, 0, None, 1],
        "deliveries_keys_n": [1, 2, 3, None],
    },
    dtype="float64",
)
FRAMES = {
    "clean": CLEAN,
    "broken": CLEAN.assign(
        sessions_sbp_pre=[10, 130, None, 110],
        sessions_usable_sbp_peak=[140, 120, 150, None],
        sessions_usable_session_day=[0, 0, 0, None],
        kap_t01_sessions_sbp_pre=[1, 0, None, 1],
        kap_t02_sessions_any_column=[1, 0, None, 1],
        kap_a02_sessions_therapist_presence=[1, 1, 0, None],
        kap_a12_sessions_sbp_pre=[1, 1, 0, 0],
        deliveries_quarantined_pct=[20.5, 0, None, 1],
        deliveries_keys_n=[0, 2, 3, None],
    ),
    # One of four sessions, and one of two pairs, is over a limit: what a rule's threshold decides.
    "partly broken": CLEAN.assign(
        sessions_sbp_pre=[120, 400, None, 110],
        sessions_usable_sbp_peak=[140, None, 150, None],
        sessions_usable_session_day=[0, None, None, 7],
        kap_t01_sessions_sbp_pre=[0, 1, 0, 0],
        kap_a02_sessions_therapist_presence=[0, 0, 1, None],
        kap_a12_sessions_sbp_pre=[1, None, None, None],
    ),
    "empty": CLEAN.head(0),
    "all null": CLEAN.assign(**dict.fromkeys(CLEAN)),
}


def _pandas_results(
    frame: pd.DataFrame, name: str, asked: list[Judgement] = ASKED, limits: Mapping[str, float] = MappingProxyType({})
) -> list[dict[str, Any]]:
    import great_expectations

    source = context().data_sources.add_pandas(name)
    batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
    definition = great_expectations.ValidationDefinition(
        name=name, data=batch, suite=context().suites.add(suite(name, asked, limits))
    )
    context().validation_definitions.add(definition)
    found = definition.run(batch_parameters={"dataframe": frame}, result_format=RESULT_FORMAT)
    context().data_sources.delete(name)
    return [stripped(each.to_json_dict()) for each in found.results]


def _kind(asked: Judgement) -> tuple[str, bool, bool]:
    """What decides how an expectation is made: how it is judged, whether with others, whether some may fail."""
    return asked.rule.expected, asked.at_once, 0 < threshold_in_force(asked.rule, {}) < 100


def test_every_kind_of_expectation_that_is_made_is_held_against_pandas(tmp_path: Path) -> None:
    carriers = [patient for fault in clinic.FAULTS if (patient := clinic.planted(fault)) is not None]
    patients = [*clinic.clean_patients(20), *carriers]
    given = clinic.write(patients, clinic.CLEAN_DELIVERIES, tmp_path / "given")
    made = [each for e in evaluate_clinic(given, tmp_path, load_catalogue()).values() for each in e.asked]
    held = {_kind(each) for each in ASKED}
    # Columns judged at once are those that nothing breaks, so their threshold is never asked.
    assert {_kind(each) for each in made if not each.at_once} - held == set()
    assert {each.rule.expected for each in ASKED} == {rule.expected for rule in RULES}
    assert {type(expectation(each, {})) for each in made} <= {type(expectation(each, {})) for each in ASKED}


def test_a_limit_that_is_just_met_passes_on_both(tmp_path: Path) -> None:
    """One of ten fails, then one of five: ten, then twenty percent hold, and a little less does not."""
    (asked,) = [each for each in ASKED if each.rule.code == "KAP-A02"]
    passed = {}
    for limit in (10, 20):
        rows = pd.DataFrame({asked.flag: [1.0] + [0.0] * (100 // limit - 1) + [None]})
        rows.to_parquet(tmp_path / "frame.parquet")
        for given in (limit, limit - 0.01):
            with Judge(
                tmp_path, f"limit_{limit}_{given:g}".replace(".", "_"), (), [tmp_path / "frame.parquet"]
            ) as judge:
                (found,) = judge.results(suite("native", [asked], {asked.rule.code: given}))
            (oracle,) = _pandas_results(rows, f"pandas limit {given:g}", [asked], {asked.rule.code: given})
            passed[given] = (found["success"], oracle["success"])
    assert passed == {10: (True, True), 9.99: (False, False), 20: (True, True), 19.99: (False, False)}


@pytest.mark.parametrize("name", list(FRAMES))
def test_gx_on_duckdb_judges_as_gx_on_pandas(name: str, tmp_path: Path) -> None:
    frame = FRAMES[name].astype("float64")
    frame.to_parquet(tmp_path / "frame.parquet")
    expected = _pandas_results(frame, f"pandas {name}")
    with Judge(tmp_path, f"differential_{name.replace(' ', '_')}", (), [tmp_path / "frame.parquet"]) as judge:
        found = judge.results(suite("native", ASKED, {}))
    assert len(found) == len(expected) == len(ASKED)
    for ours, oracle in zip(found, expected, strict=True):
        assert ours["meta"] == oracle["meta"]
        if ours["expectation"] == SUM and name in ("empty", "all null"):
            # Never asked: columns are judged at once only where there are values. It is no pass in any case.
            assert not ours["success"]
            continue
        assert (ours["raised_exception"], ours["success"]) == (False, oracle["success"]), ours["meta"]
        for count in ("element_count", "missing_count", "unexpected_count", "observed_value"):
            assert (ours["result"].get(count) or 0) == (oracle["result"].get(count) or 0), (ours["meta"], count)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Evaluated]]:
    """A clean clinic's relations as evaluated, and the folder they lie in."""
    folder = tmp_path_factory.mktemp("scanned")
    given = clinic.write(clinic.clean_patients(3), clinic.CLEAN_DELIVERIES, folder / "given")
    return folder, evaluate_clinic(given, folder, load_catalogue())


@pytest.fixture
def evaluated(scanned: tuple[Path, dict[str, Evaluated]], tmp_path: Path) -> dict[str, Evaluated]:
    """A copy of them, for a test to break."""
    folder, found = scanned
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return {
        name: replace(
            each,
            path=each.path and tmp_path / each.path.relative_to(folder),
            values=each.values and tmp_path / each.values.relative_to(folder),
        )
        for name, each in found.items()
    }


def test_an_engine_that_breaks_is_an_error_and_never_a_pass(evaluated: dict[str, Evaluated], tmp_path: Path) -> None:
    broken = evaluated["deliveries"].path
    assert broken is not None
    results = Judge.results

    def cut_first(self: Judge, expected: Any) -> list[dict[str, Any]]:
        # A whole file while the view is made, then cut: as when a disk fails between two steps.
        broken.write_bytes(broken.read_bytes()[:20])
        return results(self, expected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Judge, "results", cut_first)
        found = judge_clinic("cut", evaluated, tmp_path, {})
    asked = {
        (each.rule.code, each.table, column) for e in evaluated.values() for each in e.asked for column in each.columns
    }
    for each in found.findings:
        expected = "error" if (each.rule, each.table, each.column) in asked else "not_applicable"
        assert each.status == expected, each
    assert {"KAP-D01", "KAP-D02", "KAP-D03"} <= set(found.errors)
    assert found.blocked


def test_a_relation_that_could_not_be_evaluated_is_an_error_and_the_others_are_judged(
    evaluated: dict[str, Evaluated], tmp_path: Path
) -> None:
    del evaluated["deliveries"]
    found = judge_clinic("absent", evaluated, tmp_path, {})
    over_deliveries = [rule for rule in RULES if rule.over == "deliveries"]
    assert set(found.errors) == {rule.code for rule in over_deliveries}
    assert set(found.blocking) == {rule.code for rule in over_deliveries if rule.effect == "blocks"}
    assert any(each.status == "passed" for each in found.findings)


@pytest.mark.parametrize("off", ["population_n", "violated_n"])
def test_a_count_of_the_scan_that_gx_does_not_confirm_is_an_error(
    off: str, evaluated: dict[str, Evaluated], tmp_path: Path
) -> None:
    expected = set()
    for code, column in (("KAP-K02", "route"), ("KAP-S06", "session_day"), ("KAP-R04", "dose_mg")):
        relation = next(name for name, each in evaluated.items() if (code, "sessions", column) in each.counted)
        before = evaluated[relation]
        counts = before.counted[code, "sessions", column]
        changed = replace(counts, **{off: getattr(counts, off) + 1})
        at_once = next(each.at_once for each in before.asked if each.rule.code == code)
        evaluated[relation] = replace(before, counted=dict(before.counted) | {(code, "sessions", column): changed})
        # How many records hold is the scan's own count where columns are judged at once.
        expected |= set() if at_once and off == "population_n" else {code}
    assert expected
    found = judge_clinic("off", evaluated, tmp_path, {})
    assert set(found.errors) == expected


def test_gx_overrules_a_scan_that_missed_a_violation(evaluated: dict[str, Evaluated], tmp_path: Path) -> None:
    path = evaluated["sessions"].path
    assert path is not None
    frame = pd.read_parquet(path)
    flag = next(each for each in evaluated["sessions"].asked if each.rule.code == "KAP-T01")
    assert flag.at_once and len(flag.columns) > 1
    frame.loc[0, flag.flag] = 1
    frame.to_parquet(path)
    found = judge_clinic("missed", evaluated, tmp_path, {})
    assert found.errors == ("KAP-T01",)
    assert {each.column for each in found.findings if each.status == "error"} == set(flag.columns)


def test_whatever_blocks_has_an_expectation_of_its_own(evaluated: dict[str, Evaluated]) -> None:
    blocking = [each for e in evaluated.values() for each in e.asked if each.rule.effect == "blocks"]
    assert {each.rule.code for each in blocking} == {rule.code for rule in RULES if rule.effect == "blocks"}
    assert not any(each.at_once for each in blocking)


def test_an_unreadable_delivery_of_records_ends_in_errors(tmp_path: Path) -> None:
    given = clinic.write(clinic.clean_patients(3), clinic.CLEAN_DELIVERIES, tmp_path / "given")
    given["sessions"].write_bytes(b"not parquet")
    found = validate_clinic("unreadable", given, tmp_path, {})
    assert {each.status for each in found.findings} == {"error"}
    assert found.blocked


def test_an_empty_clinic_is_not_applicable_everywhere(tmp_path: Path) -> None:
    found = validate_clinic("empty", {}, tmp_path, {})
    assert {each.status for each in found.findings} == {"not_applicable"}
    assert not found.blocked


def test_a_tightened_threshold_blocks_what_the_default_lets_through(tmp_path: Path) -> None:
    given = clinic.write(clinic.clean_patients(3), clinic.CLEAN_DELIVERIES, tmp_path / "given")
    assert validate_clinic("tight", given, tmp_path, {"KAP-D01": 10}).blocking == ("KAP-D01",)


def test_no_value_and_no_pseudonym_stands_in_a_result(tmp_path: Path) -> None:
    carriers = [patient for fault in clinic.FAULTS if (patient := clinic.planted(fault)) is not None]
    for patient in carriers:
        for row in patient.sessions:
            row |= {"spo2_min": 61.25, "session_id": CANARY}
    given = clinic.write(carriers, clinic.CLEAN_DELIVERIES, tmp_path / "given", prefix=CANARY)
    found = validate_clinic("canary", given, tmp_path, {})
    assert next(each for each in found.findings if each.rule == "KAP-R11").failed_n
    text = json.dumps(found.results)
    assert CANARY not in text and "61.25" not in text
    assert "partial_unexpected" not in text and "traceback" not in text


def test_a_process_that_validated_ends_without_a_word(tmp_path: Path) -> None:
    given = clinic.write(clinic.clean_patients(3), clinic.CLEAN_DELIVERIES, tmp_path / "given")
    program = (
        "from pathlib import Path\nimport sys\nfrom expectations.run import validate_clinic\n"
        "given = {Path(each).stem: Path(each) for each in sys.argv[2:]}\n"
        "assert not validate_clinic('quiet', given, Path(sys.argv[1]), {}).errors\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), *map(str, given.values())], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
