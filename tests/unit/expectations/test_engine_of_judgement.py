"""GX on DuckDB against GX on pandas; a broken engine is an error and never a pass; no value leaves in a result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from expectations.judge import RESULT_FORMAT, Judge, context, stripped
from expectations.run import Evaluated, evaluate_clinic, judge_clinic, validate_clinic
from expectations.suites import expectation
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import BY_CODE
from tests.unit.expectations import clinic

CANARY = "CANARY-9f3"
NATIVE = [
    ("KAP-R01", "sessions", "sbp_pre"),
    ("KAP-A02", "sessions", "therapist_presence"),
    ("KAP-S06", "sessions", "session_day"),
    ("KAP-X02", "sessions", "sbp_peak"),
    ("KAP-T01", "sessions", "sbp_pre"),
    ("KAP-D01", "deliveries", "quarantined_pct"),
    ("KAP-D03", "deliveries", "keys_n"),
]
COLUMNS = {
    "sbp_pre": "float64",
    "sbp_peak": "float64",
    "session_day": "float64",
    "patient_number": "float64",
    "therapist_presence": "object",
    "kap_t01_sbp_pre": "float64",
    "quarantined_pct": "float64",
    "keys_n": "float64",
}
CLEAN = pd.DataFrame(
    {
        "sbp_pre": [120, 130, None, 110],
        "sbp_peak": [140, 130, 150, None],
        "session_day": [0, 7, 0, 7],
        "patient_number": [1, 1, 2, 2],
        "therapist_presence": ["none"] * 4,
        "kap_t01_sbp_pre": [0, 0, None, 0],
        "quarantined_pct": [20, 0, None, 1],
        "keys_n": [1, 2, 3, None],
    }
)
FRAMES = {
    "clean": CLEAN,
    "broken": CLEAN.assign(
        sbp_pre=[10, 130, None, 110],
        sbp_peak=[140, 120, 150, None],
        session_day=[0, 0, 0, None],
        therapist_presence=["none", None, None, "none"],
        kap_t01_sbp_pre=[1, 0, None, 1],
        quarantined_pct=[20.5, 0, None, 1],
        keys_n=[0, 2, 3, None],
    ),
    "empty": CLEAN.head(0),
    "all null": CLEAN.assign(**dict.fromkeys(CLEAN)),
}


def _pandas_results(frame: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    import great_expectations

    source = context().data_sources.add_pandas(name)
    batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
    held = great_expectations.ExpectationSuite(
        name=name, expectations=[expectation(BY_CODE[code], table, column, {}) for code, table, column in NATIVE]
    )
    definition = great_expectations.ValidationDefinition(name=name, data=batch, suite=context().suites.add(held))
    context().validation_definitions.add(definition)
    found = definition.run(batch_parameters={"dataframe": frame}, result_format=RESULT_FORMAT)
    context().data_sources.delete(name)
    return [stripped(each.to_json_dict()) for each in found.results]


@pytest.mark.parametrize("name", list(FRAMES))
def test_gx_on_duckdb_judges_as_gx_on_pandas(name: str, tmp_path: Path) -> None:
    import great_expectations

    frame = FRAMES[name].astype(COLUMNS)
    frame.to_parquet(tmp_path / "frame.parquet")
    expected = _pandas_results(frame, f"pandas {name}")
    native = great_expectations.ExpectationSuite(
        name="native", expectations=[expectation(BY_CODE[code], table, column, {}) for code, table, column in NATIVE]
    )
    with Judge(tmp_path, f"differential_{name.replace(' ', '_')}", {"frame": tmp_path / "frame.parquet"}) as judge:
        found = judge.results("frame", native)
    assert len(found) == len(expected) == len(NATIVE)
    for ours, oracle in zip(found, expected, strict=True):
        assert ours["meta"] == oracle["meta"]
        assert (ours["raised_exception"], ours["success"]) == (False, oracle["success"])
        for count in ("element_count", "missing_count", "unexpected_count"):
            assert (ours["result"].get(count) or 0) == (oracle["result"].get(count) or 0), (ours["meta"], count)


def test_a_relation_that_breaks_under_the_engine_is_an_error_and_never_a_pass(tmp_path: Path) -> None:
    given = clinic.write(clinic.clean_patients(3), clinic.CLEAN_DELIVERIES, tmp_path / "given")
    evaluated = evaluate_clinic(given, tmp_path, load_catalogue())
    broken = tmp_path / "swapped.parquet"
    deliveries = evaluated["deliveries"]
    # A whole file while the views are made, then cut in half: as when a disk fails between two steps.
    broken.write_bytes(deliveries.path.read_bytes())
    evaluated["deliveries"] = Evaluated(broken, deliveries.filled)
    results = Judge.results

    def cut_first(self: Judge, relation: str, expected: Any) -> list[dict[str, Any]]:
        if relation == "deliveries":
            broken.write_bytes(broken.read_bytes()[:20])
        return results(self, relation, expected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Judge, "results", cut_first)
        found = judge_clinic("cut", evaluated, tmp_path, {})
    statuses = {each.rule: each.status for each in found.findings if each.rule in ("KAP-D01", "KAP-D02", "KAP-D03")}
    assert set(statuses.values()) == {"error"}
    assert found.errors == ("KAP-D01", "KAP-D02", "KAP-D03")
    assert found.blocked


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
    given = clinic.write(clinic.clean_patients(2), clinic.CLEAN_DELIVERIES, tmp_path / "given")
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
