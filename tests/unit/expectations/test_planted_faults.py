"""Every rule passes the clean clinic and finds its planted fault, and no other rule finds it: judged by GX itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from expectations.run import ClinicValidation, validate_clinic
from pipelines.rules.catalogue import RULES
from tests.unit.expectations import clinic

Pair = tuple[str, str, str]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> ClinicValidation:
    folder = tmp_path_factory.mktemp("clean")
    given = clinic.write(clinic.clean_patients(), clinic.CLEAN_DELIVERIES, folder / "given")
    return validate_clinic("clean", given, folder, {})


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> ClinicValidation:
    """One clinic with every fault, each in a patient or delivery of its own.

    A rule that found another rule's fault too would count more failures than its own, so equal counts show that each
    fault is found by its rule alone.
    """
    folder = tmp_path_factory.mktemp("faulty")
    carriers = [patient for fault in clinic.FAULTS if (patient := clinic.planted(fault)) is not None]
    deliveries = [fault.changes for fault in clinic.FAULTS if fault.table == "deliveries"]
    given = clinic.write(
        [*clinic.clean_patients(), *carriers], [*clinic.CLEAN_DELIVERIES, *deliveries], folder / "given"
    )
    return validate_clinic("faulty", given, folder, {})


def test_the_clean_clinic_passes_every_rule_and_gives_each_something_to_judge(clean: ClinicValidation) -> None:
    assert {
        each.rule for each in clean.findings if each.status != "passed" and each.status != "not_applicable"
    } == set()
    judged = {each.rule for each in clean.findings if each.status == "passed" and each.evaluated_n}
    assert judged == {rule.code for rule in RULES}
    assert not clean.blocked


def test_every_planted_fault_is_found_by_its_own_rule_and_column_and_by_no_other(faulty: ClinicValidation) -> None:
    expected: Counter[Pair] = Counter()
    for fault in clinic.FAULTS:
        table = fault.table
        for column in fault.found_in:
            expected[fault.code, table, column] += fault.n
    found = {(each.rule, each.table, each.column): each.failed_n for each in faulty.findings if each.failed_n}
    assert found == dict(expected)


def test_a_fault_changes_the_status_of_its_rule_and_blocking_rules_block(faulty: ClinicValidation) -> None:
    assert faulty.blocking == ("KAP-D01", "KAP-D02", "KAP-D03", "KAP-D04", "KAP-D05", "KAP-D06")
    assert faulty.errors == ()
    for each in faulty.findings:
        if each.failed_n:
            assert each.status in ("failed", "passed_with_failures")
            if each.threshold_pct == 0:
                assert each.status == "failed"


def test_every_rule_has_a_planted_fault() -> None:
    assert {fault.code for fault in clinic.FAULTS} == {rule.code for rule in RULES}


@pytest.mark.parametrize("code", ["KAP-D01", "KAP-D04"])
def test_a_single_fault_alone_blocks_through_gx(code: str, tmp_path: Path) -> None:
    fault = next(each for each in clinic.FAULTS if each.code == code)
    patient = clinic.planted(fault)
    deliveries = [fault.changes] if patient is None else []
    given = clinic.write(
        [*clinic.clean_patients(3), *([patient] if patient else [])],
        [*clinic.CLEAN_DELIVERIES, *deliveries],
        tmp_path / "given",
    )
    found = validate_clinic("single", given, tmp_path, {})
    assert found.blocking == (code,)
    assert {each.rule for each in found.findings if each.failed_n} == {code}
    verdicts = [each for each in found.results if each["meta"]["rule"] == code]
    assert [each["success"] for each in verdicts] == [False]
