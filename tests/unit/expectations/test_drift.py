"""New deliveries beside those that stand: each drift is told by its own rule, and none where all is alike."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from expectations.run import ClinicValidation, validate_clinic
from pipelines.rules.drift import KEPT_FROM_N, RULES
from tests.unit.expectations import clinic
from tests.unit.expectations.clinic import Patient, score

STANDING, PENDING = 100, 1
TOTALS = (8, 10, 12, 14, 16)
SIZES = {"earlier_deliveries_n": 3, "earlier_median_n": 60}


def _patients(receipt: int, n: int = 40) -> list[Patient]:
    """Patients of one receipt: baselines of 8 to 16 points by turns, and a contact each."""
    patients = []
    for number in range(n):
        patient = Patient(contacts=[dict(clinic.CONTACT)])
        patient.scores = [row for row in patient.scores if row["scale"] != "phq9"]
        patient.scores.append(score("phq9", -1, "baseline", TOTALS[number % len(TOTALS)]))
        for table in ("sessions", "scores", "courses", "contacts"):
            for row in getattr(patient, table):
                row["receipt"] = receipt
        patients.append(patient)
    return patients


def _judged(
    folder: Path, change: Callable[[list[Patient]], None] | None = None, records_n: int = 60
) -> ClinicValidation:
    new = deepcopy(_patients(PENDING))
    if change:
        change(new)
    delivery = {"receipt": PENDING, "records_n": records_n, "keys_n": records_n} | SIZES
    given = clinic.write([*_patients(STANDING), *new], [delivery], folder / "given")
    return validate_clinic("drifting", given, folder, {})


def _told(found: ClinicValidation) -> dict[str, int | None]:
    codes = {rule.code for rule in RULES}
    return {each.rule: each.failed_n for each in found.findings if each.rule in codes and each.failed_n}


def _without_saturation(patients: list[Patient]) -> None:
    for patient in patients[: len(patients) // 4 + 1]:
        for session in patient.sessions:
            session["spo2_min"] = None


def _worse(patients: list[Patient]) -> None:
    for patient in patients:
        patient.scores[-1]["total"] += 2


def _uniform(patients: list[Patient]) -> None:
    for patient in patients:
        patient.scores[-1]["total"] = 12


def _without_a_scale(patients: list[Patient]) -> None:
    for patient in patients:
        patient.scores = [row for row in patient.scores if row["scale"] != "who5"]


def _without_contacts(patients: list[Patient]) -> None:
    for patient in patients:
        patient.contacts = []


CASES = [
    ("KAP-D21", None, 19, ""),
    ("KAP-D21", None, 181, ""),
    ("KAP-D22", _without_saturation, 60, "sessions.spo2_min"),  # 11 of 40: 27.5 points fewer
    ("KAP-D23", _worse, 60, "scores.phq9"),  # 2 points of a standard deviation of 2.86
    ("KAP-D24", _uniform, 60, "scores.phq9"),
    ("KAP-D25", _without_a_scale, 60, "scores.who5"),
    ("KAP-D26", _without_contacts, 60, "contacts"),
]


@pytest.mark.parametrize(("code", "change", "records_n", "about"), CASES)
def test_a_drift_is_told_by_its_own_rule_alone(
    code: str, change: Callable[[list[Patient]], None] | None, records_n: int, about: str, tmp_path: Path
) -> None:
    found = _judged(tmp_path, change, records_n)
    assert _told(found) == {code: 1}
    (told,) = [row for row in found.rows if row.rule == code]
    assert (told.receipt, told.about) == (None if about else PENDING, about)
    assert not found.blocked and not found.errors


def test_deliveries_alike_drift_nowhere_and_every_rule_had_something_to_compare(tmp_path: Path) -> None:
    found = _judged(tmp_path)
    assert _told(found) == {}
    judged = {each.rule for each in found.findings if each.status == "passed" and each.evaluated_n}
    assert judged >= {rule.code for rule in RULES}


@pytest.mark.parametrize("records_n", [20, 180])
def test_a_third_and_three_times_the_median_still_pass(records_n: int, tmp_path: Path) -> None:
    assert _told(_judged(tmp_path, None, records_n)) == {}


def test_a_first_delivery_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    given = clinic.write(_patients(PENDING), [{"receipt": PENDING, "records_n": 60, "keys_n": 60}], tmp_path / "given")
    found = validate_clinic("first", given, tmp_path, {})
    codes = {rule.code for rule in RULES}
    assert {each.status for each in found.findings if each.rule in codes} == {"not_applicable"}


def test_the_profile_counts_the_pending_records_and_holds_no_value(tmp_path: Path) -> None:
    found = _judged(tmp_path, _without_saturation)
    counts = {(row["table_name"], row["measured"]): (row["counted_n"], row["rows_n"]) for row in found.profile}
    assert counts["sessions", "spo2_min"] == (120 - 33, 120)
    # 14 and 16 of 27 points lie in the upper half.
    assert counts["scores", "phq9_upper_half"] == (16, 40)
    assert all(isinstance(n, int) for pair in counts.values() for n in pair)
    assert all(n >= KEPT_FROM_N for (_, name), (_, n) in counts.items() if "upper_half" in name)
