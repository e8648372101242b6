"""Where a rule fails: counts by route and condition that add up to the rule's own, told for what fails alone."""

from __future__ import annotations

from pathlib import Path

from expectations.run import validate_clinic
from tests.unit.expectations import clinic, faults_of_care


def test_a_failing_rule_is_broken_down_by_route_and_condition(tmp_path: Path) -> None:
    lozenges = faults_of_care.of(*[faults_of_care.LOZENGE] * 3)
    wrong = [faults_of_care.of({"spo2_min": 91}, {"spo2_min": 90}), faults_of_care.of({"spo2_min": 89})]
    wrong[1].sessions[0] |= faults_of_care.LOZENGE
    given = clinic.write([lozenges, *wrong], clinic.CLEAN_DELIVERIES, tmp_path / "given")
    found = validate_clinic("parts", given, tmp_path, {})
    parts = {
        (part.dimension, part.level): (part.failed_n, part.evaluated_n)
        for part in found.breakdown
        if part.rule == "KAP-R11"
    }
    # Nine sessions: three lozenges of a sound patient, one that is wrong, five infusions of which two are.
    assert parts == {("route", "iv"): (2, 5), ("route", "sublingual"): (1, 4), ("condition", "trd"): (3, 9)}
    failing = {(each.rule, each.table, each.column): each for each in found.findings if each.failed_n}
    assert {(part.rule, part.table, part.column) for part in found.breakdown} == set(failing)
    for pair, finding in failing.items():
        for dimension in ("route", "condition"):
            own = [p for p in found.breakdown if (p.rule, p.table, p.column) == pair and p.dimension == dimension]
            assert sum(part.failed_n for part in own) == finding.failed_n
            assert sum(part.evaluated_n for part in own) == finding.evaluated_n
