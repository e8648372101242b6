"""The rule catalogue as a whole: stable codes, sentences, reasons, and what settings may change."""

from __future__ import annotations

import re

import pytest

from pipelines.contract.fields import FIELDS
from pipelines.contract.tables import TABLES
from pipelines.rules.catalogue import BY_CODE, RULES, rules_of, threshold_in_force
from pipelines.rules.rule import GROUPS


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
