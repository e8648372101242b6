"""The registry of outcome definitions: every figure has one, none changes unnoticed, one text everywhere."""

from __future__ import annotations

import fnmatch
import json
import re
from dataclasses import replace

import pytest

from pipelines.care.windows import Windows
from pipelines.definitions.frozen import meaning, places_of, read_frozen, registry_digest
from pipelines.definitions.registry import GROUPS, ID_PATTERN, load_definitions
from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.limits import Limits
from pipelines.outcomes.change_methods import METHODS
from pipelines.outcomes.meanings import MEANINGS
from pipelines.version import DEFINITION_SET
from pipelines.vocabulary import TIMEPOINTS
from tests.home_tools import kap

DEFINITIONS = load_definitions()


def test_every_figure_of_every_output_table_has_exactly_one_definition() -> None:
    of = {
        f"{table}.{column}": [each.id for each in DEFINITIONS.values() if each.defines(table, column)]
        for table, policy in POLICIES.items()
        for column in policy.figures
    }
    assert {figure: ids for figure, ids in of.items() if len(ids) != 1} == {}
    assert {column for policy in POLICIES.values() for column in policy.figures} <= set(MEANINGS)


def test_no_definition_names_a_column_that_no_table_has() -> None:
    columns = [f"{table}.{column}" for table, policy in POLICIES.items() for column in policy.columns]
    for definition in DEFINITIONS.values():
        found = {pattern.split(".", 1)[1] for pattern in definition.columns if fnmatch.filter(columns, pattern)}
        # A column of the tables of outcomes is in most of them: under one pattern for each.
        assert found == {pattern.split(".", 1)[1] for pattern in definition.columns}, definition.id


def test_ids_versions_and_groups_have_their_form() -> None:
    assert all(re.fullmatch(ID_PATTERN, id_) and re.fullmatch(r"[a-z0-9_.]+", id_) for id_ in DEFINITIONS)
    assert all(definition.version >= 1 for definition in DEFINITIONS.values())
    assert list(dict.fromkeys(definition.group for definition in DEFINITIONS.values())) == list(GROUPS)
    assert all(definition.formula and definition.source for definition in DEFINITIONS.values())


def test_what_is_a_percentage_says_what_is_counted_and_of_whom() -> None:
    for table, policy in POLICIES.items():
        for column in (name for name in policy.figures if name.endswith("pct")):
            (definition,) = (each for each in DEFINITIONS.values() if each.defines(table, column))
            assert definition.numerator and definition.denominator, (table, column, definition.id)


def test_each_timepoint_and_each_method_of_individual_change_is_registered() -> None:
    assert {f"timepoint.{name}" for name in TIMEPOINTS} <= set(DEFINITIONS)
    assert {id_.partition(".")[2] for id_ in DEFINITIONS if id_.startswith("individual_change.")} == set(METHODS)


def test_a_definition_that_means_something_else_has_a_new_version() -> None:
    frozen = read_frozen()
    now = {definition.name: meaning(definition) for definition in DEFINITIONS.values()}
    changed = {name for name, digest in now.items() if frozen.get(name) != digest}
    assert changed == set(), "raise the version of these, then run python -m pipelines.definitions.frozen"


def test_a_formula_a_denominator_and_a_default_window_are_part_of_what_is_held_still() -> None:
    response = DEFINITIONS["response"]
    assert meaning(replace(response, title="Another word")) == meaning(response)
    for part in ("formula", "symbols", "numerator", "denominator", "exclusions", "detail"):
        assert meaning(replace(response, **{part: "something else"})) != meaning(response)
    course = DEFINITIONS["course"]
    assert meaning(replace(course, formula=course.formula.replace("{course_gap_days}", "90"))) != meaning(course)
    assert meaning(replace(course, formula=course.formula.replace("{course_gap_days}", "180"))) == meaning(course)
    assert len(registry_digest()) == 64


def test_windows_and_limits_in_force_stand_in_the_texts() -> None:
    places = places_of(Windows(course_gap_days=90), Limits(smallest_group_n=8))
    assert "more than 90 days" in DEFINITIONS["course"].filled(places).formula
    assert "1 to 7 people" in DEFINITIONS["evidence"].filled(places).formula
    assert "days 21 to 35" in DEFINITIONS["timepoint.week_4"].filled(places).formula
    assert not any("{" in definition.filled(places).formula for definition in DEFINITIONS.values())


def test_kap_rules_prints_the_registry_for_people_and_programs() -> None:
    exit_code, said = kap("rules")
    assert exit_code == 0
    assert all(definition.name in said for definition in DEFINITIONS.values())
    exit_code, said = kap("rules", "--json")
    told = json.loads(said)
    assert exit_code == 0 and told["definition_set"] == DEFINITION_SET
    assert [definition["id"] for definition in told["definitions"]] == list(DEFINITIONS)
    assert {"version", "formula", "numerator", "denominator", "exclusions", "source"} <= set(told["definitions"][0])


@pytest.mark.parametrize("asked", ["response", "Response", "response@1"])
def test_kap_rules_prints_one_definition_in_full(asked: str) -> None:
    exit_code, said = kap("rules", asked)
    words = " ".join(said.split())
    assert exit_code == 0
    for text in ("response@1", "threshold or more", "Numerator: People measured whose", "Left out: Scales without"):
        assert text in words
    exit_code, said = kap("rules", asked, "--json")
    assert json.loads(said)["denominator"] == DEFINITIONS["response"].denominator


def test_a_misspelt_definition_names_the_nearest_one_and_a_code_stays_a_code() -> None:
    exit_code, said = kap("rules", "reponse")
    assert exit_code == 2 and "nearest one is response" in " ".join(said.split())
    exit_code, said = kap("rules", "KAP-D01")
    assert exit_code == 0 and "KAP-D01" in said
    exit_code, said = kap("rules", "KAP-T4")
    assert exit_code == 2 and "nearest one is KAP-T04" in " ".join(said.split())
