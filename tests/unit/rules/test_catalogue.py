"""The rule catalogue as a whole: stable codes, sentences, reasons, and what settings may change."""

from __future__ import annotations

import re

import pytest

from pipelines.contract.fields import FIELDS
from pipelines.contract.tables import TABLES
from pipelines.rules.catalogue import BY_CODE, RULES, rules_of, threshold_in_force
from pipelines.rules.rule import GROUPS
from tests.unit.expectations import clinic, faults_of_care, test_drift

# What a catalogue of this field's rules has to speak of, and which rules do.
SUBJECTS = {
    "structure and keys": "K01 K02 K03 V05 T01 T02 T03 T04 D02 D03 D07",
    "completeness by field and clinic": "K02 Q07 Q09 Q10 A01 A02 A03 A06 A11 A13 A21 A24 A32",
    "completeness by delivery": "D22",
    "ranges by instrument and version": "Q02 Q03 Q04 Q05 Q08 Q13 Q14 D04 D05 D06 D08 D09",
    "item sum against stored total": "Q06",
    "impossible patterns of answers": "Q11 Q21 Q22",
    "administration against the recall period": "S04 S05",
    "order in time": "S01 S02 S03 S07 S08 S09 S11 S12 S13 S14 S15 S16 S17 S18 S20",
    "duplicate sessions, two on one day": "S06 X24 V05",
    "dose by route and weight, the decimal slip": "R04 R05 R07 R08 R09 X04 X25 X26 A04",
    "esketamine's fixed doses, by the nose only": "R06 X10",
    "mg against mg/kg times kg": "X03",
    "pain infusions of hours by mg/kg an hour": "R04 R05 R16",
    "dosing, recovery, monitoring and integration times by route": "R10 R14 R17 R18 R19 R20 R21 R22 S10 X08 X31",
    "vitals: diastolic, limits, hold thresholds, missing end": "X01 R01 R11 R12 R13 R23 R24 X02 X22 X23 A10 A11 A12",
    "therapist presence against integration": "X05 X32",
    "condition against primary scale": "X49",
    "mania watch for bipolar depression": "X47 X48",
    "courses without sessions, sessions without scores": "X14 X15 X16 X17",
    "drift of volume, missingness and score distribution": "D21 D22 D23 D24",
    "an instrument or table gone silent": "D25 D26 X21",
}


def test_there_are_a_hundred_distinct_rules_or_more_each_with_a_code_of_its_own() -> None:
    assert len(RULES) >= 100
    assert len(BY_CODE) == len(RULES)
    assert all(re.fullmatch(r"KAP-[A-Z]\d\d", rule.code) for rule in RULES)
    assert len({rule.sentence for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_must_hold_why_it_fails_and_what_to_do(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.sentence.endswith(".") and rule.sentence[0].isupper()
    assert rule.cause and rule.remedy and rule.threshold_reason
    assert 0 <= rule.threshold_pct <= 100
    assert rule.applies and rule.group in GROUPS
    assert bool(rule.violation) != (rule.expected in ("unique", "not_below", "at_most", "at_least"))
    for table, column in rule.applies:
        if table in TABLES and rule.over in ("delivered", "usable") and column not in ("", "items"):
            assert column in TABLES[table].columns


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_has_its_rules(subject: str) -> None:
    assert {f"KAP-{code}" for code in SUBJECTS[subject].split()} <= BY_CODE.keys()


def test_every_rule_has_a_planted_fault() -> None:
    faults = (*clinic.FAULTS, *faults_of_care.FAULTS, clinic.SILENT)
    assert {fault.code for fault in faults} | {case[0] for case in test_drift.CASES} == BY_CODE.keys()


def test_an_effect_of_the_column_is_the_one_the_contract_gives_the_field() -> None:
    rule = BY_CODE["KAP-T01"]
    assert rule.effect_on("session_day") == FIELDS["session_day"].on_damage == "quarantines"
    assert rule.effect_on("weight_kg") == FIELDS["weight_kg"].on_damage == "blanks"
    assert rule.effect_on("items") == "quarantines"


def test_settings_tighten_a_threshold_and_never_loosen_it() -> None:
    rule = BY_CODE["KAP-D01"]
    assert threshold_in_force(rule, {"KAP-D01": 10}) == 10
    assert threshold_in_force(rule, {"KAP-D01": 50}) == rule.threshold_pct == 20


def test_every_group_has_rules_and_what_blocks_stands_in_deliveries() -> None:
    assert all(rules_of(group) for group in GROUPS)
    assert {rule.group for rule in RULES if rule.effect == "blocks"} == {"deliveries"}
