"""Where the failing records of a rule that sets nothing aside lie: the rows of the planted faults and no other."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from expectations.run import ClinicValidation, validate_clinic
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.flagged_rows import LISTED_MOST_N, FlaggedRow
from tests.unit.expectations import clinic, faults_of_care

SOFT = [
    fault
    for fault in (*clinic.FAULTS, *faults_of_care.FAULTS)
    if BY_CODE[fault.code].effect in ("warns", "informs") and fault.table != "deliveries"
]


@pytest.fixture(scope="module")
def carriers() -> list[clinic.Patient]:
    return [patient for fault in SOFT if (patient := clinic.planted(fault)) is not None]


@pytest.fixture(scope="module")
def found(carriers: list[clinic.Patient], tmp_path_factory: pytest.TempPathFactory) -> ClinicValidation:
    folder = tmp_path_factory.mktemp("rows")
    sound = [*clinic.clean_patients(), *faults_of_care.sound_patients()]
    given = clinic.write([*carriers, *sound], clinic.CLEAN_DELIVERIES, folder / "given")
    return validate_clinic("rows", given, folder, {})


def _rows_of(carriers: list[clinic.Patient], table: str, place: int) -> range:
    """The rows of a table that the patient at this place delivered."""
    before = sum(len(getattr(each, table)) for each in carriers[:place])
    return range(before + 1, before + 1 + len(getattr(carriers[place], table)))


def test_each_fault_that_warns_or_informs_is_listed_by_its_delivery_and_row(
    found: ClinicValidation, carriers: list[clinic.Patient]
) -> None:
    listed: dict[tuple[str, str, str], list[FlaggedRow]] = {}
    for row in found.rows:
        listed.setdefault((row.rule, row.table, row.column), []).append(row)
    assert len(SOFT) > 100
    for place, fault in enumerate(SOFT):
        own = _rows_of(carriers, fault.table, place)
        for column in fault.found_in:
            rows = listed[fault.code, fault.table, column]
            if BY_CODE[fault.code].over == "guards":
                assert any(row.row_number is None and row.receipt != 1 for row in rows), fault.code
                continue
            numbers = [row.row_number for row in rows if row.row_number in own]
            assert len(numbers) == fault.n, fault.code
            if fault.changes:
                assert own[fault.row] in numbers, fault.code
            assert all(row.receipt is not None for row in rows)


def test_as_many_rows_are_listed_as_fail_and_none_of_what_is_set_aside(found: ClinicValidation) -> None:
    listed = Counter((row.rule, row.table, row.column) for row in found.rows)
    soft = {
        (each.rule, each.table, each.column): each.failed_n
        for each in found.findings
        if each.failed_n and each.effect in ("warns", "informs")
    }
    assert listed == soft


def test_of_very_many_the_first_are_listed(tmp_path: Path) -> None:
    patients = [clinic.Patient() for _ in range(LISTED_MOST_N)]
    for patient in patients:
        patient.sessions[1]["spo2_min"] = patient.sessions[2]["spo2_min"] = 91
    given = clinic.write(patients, clinic.CLEAN_DELIVERIES, tmp_path / "given")
    found = validate_clinic("many", given, tmp_path, {})
    rows = [row.row_number for row in found.rows if row.rule == "KAP-R11"]
    # Three sessions of each patient, of which the second and the third are wrong.
    assert rows == [number for number in range(1, 151) if number % 3 != 1]
    assert len(rows) == LISTED_MOST_N


def test_a_list_of_rows_holds_no_pseudonym_and_no_value(found: ClinicValidation) -> None:
    text = json.dumps([asdict(row) for row in found.rows])
    assert "patient-" not in text
    kinds = {(type(row.receipt), type(row.row_number), row.about) for row in found.rows}
    assert kinds <= {(int, int, ""), (int, type(None), "")}
