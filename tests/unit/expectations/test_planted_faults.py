"""Every rule passes the clean clinic and finds its planted fault, and no other rule finds it: judged by GX itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from expectations.run import ClinicValidation, validate_clinic
from pipelines.rules import drift
from pipelines.rules.catalogue import BY_CODE, RULES
from tests.unit.expectations import clinic, faults_of_care

Pair = tuple[str, str, str]
# Of a clinic's history, which these clinics do not have: test_drift.py.
JUDGED_HERE = [rule for rule in RULES if rule not in drift.RULES]
FAULTS = (*clinic.FAULTS, *faults_of_care.FAULTS)


def sound_patients() -> list[clinic.Patient]:
    """Patients that break no rule and together give every rule something to judge."""
    return [*clinic.clean_patients(), *faults_of_care.sound_patients()]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> ClinicValidation:
    folder = tmp_path_factory.mktemp("clean")
    given = clinic.write(sound_patients(), clinic.CLEAN_DELIVERIES, folder / "given")
    return validate_clinic("clean", given, folder, {})


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> ClinicValidation:
    """One clinic with every fault, each in a patient or delivery of its own.

    A rule that found another rule's fault too would count more failures than its own, so equal counts show that each
    fault is found by its rule alone.
    """
    folder = tmp_path_factory.mktemp("faulty")
    carriers = [patient for fault in FAULTS if (patient := clinic.planted(fault)) is not None]
    deliveries = [fault.changes for fault in FAULTS if fault.table == "deliveries"]
    given = clinic.write([*sound_patients(), *carriers], [*clinic.CLEAN_DELIVERIES, *deliveries], folder / "given")
    return validate_clinic("faulty", given, folder, {})


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> ClinicValidation:
    """A clinic that asks for adverse events and never delivered one."""
    folder = tmp_path_factory.mktemp("silent")
    patient = clinic.planted(clinic.SILENT)
    assert patient is not None
    return validate_clinic("silent", clinic.write([patient], clinic.CLEAN_DELIVERIES, folder / "given"), folder, {})


def test_the_clean_clinic_passes_every_rule_and_gives_each_something_to_judge(clean: ClinicValidation) -> None:
    assert {
        each.rule for each in clean.findings if each.status != "passed" and each.status != "not_applicable"
    } == set()
    judged = {each.rule for each in clean.findings if each.status == "passed" and each.evaluated_n}
    assert judged == {rule.code for rule in JUDGED_HERE}
    assert not clean.blocked


def test_every_planted_fault_is_found_by_its_own_rule_and_column_and_by_no_other(faulty: ClinicValidation) -> None:
    expected: Counter[Pair] = Counter()
    for fault in FAULTS:
        table = fault.table
        for column in fault.found_in:
            expected[fault.code, table, column] += fault.n
    found = {(each.rule, each.table, each.column): each.failed_n for each in faulty.findings if each.failed_n}
    assert found == dict(expected)


def test_a_clinic_that_asks_for_events_and_delivers_none_is_told_in_how_many_sessions(silent: ClinicValidation) -> None:
    found = {(each.rule, each.table, each.column): each for each in silent.findings if each.failed_n}
    assert set(found) == {("KAP-X21", "sessions", "ae_assessed")}
    (told,) = found.values()
    assert (told.failed_n, told.evaluated_n, told.status) == (clinic.SILENT.n, 3, "failed")
    assert (told.effect, silent.blocking) == ("warns", ())


def test_a_fault_changes_the_status_of_its_rule_and_blocking_rules_block(faulty: ClinicValidation) -> None:
    assert faulty.blocking == ("KAP-D01", "KAP-D02", "KAP-D03", "KAP-D04", "KAP-D05", "KAP-D06", "KAP-D07")
    assert faulty.errors == ()
    for each in faulty.findings:
        if each.failed_n:
            assert each.status in ("failed", "passed_with_failures")
            if each.threshold_pct == 0:
                assert each.status == "failed"


def test_each_rule_has_a_planted_fault_that_gx_itself_counts(
    faulty: ClinicValidation, silent: ClinicValidation
) -> None:
    assert {fault.code for fault in (*FAULTS, clinic.SILENT)} == {rule.code for rule in JUDGED_HERE}
    results = [*faulty.results, *silent.results]
    counted = {each["meta"]["rule"] for each in results if each["result"].get("unexpected_count")}
    assert counted == {rule.code for rule in JUDGED_HERE}


def test_every_verdict_is_confirmed_by_a_result_of_gx(clean: ClinicValidation, faulty: ClinicValidation) -> None:
    for found in (clean, faulty):
        answered = {
            (each["meta"]["rule"], each["meta"]["table"], column): each
            for each in found.results
            for column in each["meta"]["columns"]
        }
        judged = {(each.rule, each.table, each.column): each for each in found.findings if each.evaluated_n}
        # A rule that blocks is asked about even where it has no records.
        unasked = {pair for pair in answered if pair not in judged}
        assert all(pair in answered for pair in judged)
        assert {code[:5] for code, _, _ in unasked} <= {"KAP-D"}
        for pair, each in judged.items():
            assert answered[pair]["success"] == (each.status in ("passed", "passed_with_failures"))
            counts = answered[pair]["result"]
            assert counts.get("observed_value", counts.get("unexpected_count")) == each.failed_n


@pytest.mark.parametrize(
    "code",
    [
        "KAP-D01",
        "KAP-K02",
        pytest.param("KAP-D04", marks=pytest.mark.long),
        pytest.param("KAP-S06", marks=pytest.mark.long),
    ],
)
def test_a_single_fault_alone_is_found_through_gx_and_blocks_only_where_its_rule_does(
    code: str, tmp_path: Path
) -> None:
    fault = next(each for each in clinic.FAULTS if each.code == code)
    patient = clinic.planted(fault)
    deliveries = [fault.changes] if patient is None else []
    given = clinic.write(
        [*clinic.clean_patients(3), *([patient] if patient else [])],
        [*clinic.CLEAN_DELIVERIES, *deliveries],
        tmp_path / "given",
    )
    found = validate_clinic("single", given, tmp_path, {})
    assert found.blocking == ((code,) if BY_CODE[code].effect == "blocks" else ())
    assert {each.rule for each in found.findings if each.failed_n} == {code}
    verdicts = [each for each in found.results if each["meta"]["rule"] == code and not each["success"]]
    assert [each["meta"]["columns"] for each in verdicts] == [[fault.found_in[0]]]
