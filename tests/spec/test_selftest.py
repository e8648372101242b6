"""`kap selftest`: published figures, what the product makes of them, and what the pages say of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assets.cli.selftest import exit_code
from pipelines.problems import ExitCode
from pipelines.selftest.calculations import ESTIMATES, OF_SAMPLES
from pipelines.selftest.checks import Check, agreed_of, agrees, checked
from pipelines.selftest.expected import examples, figures, samples
from pipelines.selftest.verified import RECORD, read_record
from pipelines.version import DEFINITION_SET, PRODUCT_VERSION
from reports.pages import build_site
from tests.home_tools import kap
from tests.released_sample import about, tables

WILSON = next(example for example in examples() if example.id == "wilson_0_of_10")


def test_every_example_agrees_and_what_has_no_data_is_not_present() -> None:
    code, said = kap("selftest", "--json")
    told = json.loads(said)
    states = {figure["id"]: figure["state"] for figure in told["figures"]}
    assert code == ExitCode.DONE
    assert {states[example.id] for example in examples()} == {"agrees"}
    assert {states[figure.id] for figure in figures() if figure.calculation} == {"not_present"}
    assert told["agreed_n"] == told["of_n"] == len(examples())


def test_the_table_names_what_was_printed_what_was_computed_and_the_source() -> None:
    code, said = kap("selftest")
    assert code == ExitCode.DONE
    (line,) = (line for line in said.splitlines() if "Wilson interval of 0 of 10" in line)
    cells = [cell.strip() for cell in line.split("│")[1:-1]]
    assert cells[1:] == ["0 / 0.2775", "0 / 0.277533", "agrees", "Wilson 1927 J Am Stat Assoc 22:209"]
    assert f"{len(examples())} of {len(examples())} figures agree" in said
    assert "give their folder as --data" in " ".join(said.split())


def test_a_figure_that_differs_in_its_last_printed_digit_is_told_and_ends_in_1() -> None:
    wrong = checked(replace(WILSON, published=("0", "0.2774")), ESTIMATES["wilson"](WILSON.given or {}))
    assert wrong.state == "differs"
    assert exit_code([wrong]) == ExitCode.FAULT
    assert agreed_of([wrong, replace(wrong, state="later"), replace(wrong, state="not_present")]) == (0, 1)
    assert exit_code([Check(WILSON, (), "not_present")]) == ExitCode.DONE


@pytest.mark.parametrize(
    ("printed", "computed", "is_so"),
    [
        ("35.48", 35.475, True),  # half away from zero, though the binary number stands below it
        ("-0.5", -0.45, True),
        ("0.28", 0.2749999, True),  # 6 decimals first, as everything that meets a threshold
        ("0.27", 0.274999, True),
        ("8.1", 8.0499, False),
        ("1", float("nan"), False),
        ("refused", "refused", True),
        ("refused", "received", False),
    ],
)
def test_figures_are_compared_at_the_digits_that_were_printed(printed: str, computed: float | str, is_so: bool) -> None:
    assert agrees(printed, computed) is is_so


def test_fewer_figures_than_printed_never_agree() -> None:
    assert checked(WILSON, (0.0,)).state == "differs"


def test_a_folder_that_is_not_there_is_told_as_wrong_usage(tmp_path: Path) -> None:
    code, said = kap("selftest", "--data", str(tmp_path / "nowhere"))
    assert code == ExitCode.USAGE
    assert "KAP-U02" in said


def test_a_folder_without_any_of_the_data_sets_is_told_as_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none of them")
    code, said = kap("selftest", "--data", str(tmp_path))
    assert code == ExitCode.USAGE
    assert "KAP-U02" in said and samples()[0].file in said


def test_every_entry_has_a_source_a_calculation_of_the_product_and_a_sample_that_ships_its_mapping() -> None:
    entries = (*examples(), *figures())
    assert len({entry.id for entry in entries}) == len(entries)
    assert all(entry.source and entry.source_status and entry.published for entry in entries)
    assert {example.calculation for example in examples()} == set(ESTIMATES)
    assert {figure.calculation for figure in figures()} == {*OF_SAMPLES, ""}
    assert {figure.sample for figure in figures()} == {sample.id for sample in samples()}
    assert [sample.id for sample in samples() if not sample.mapping.exists()] == ["redcap"]


def test_the_committed_record_is_of_this_version_and_holds_every_entry() -> None:
    body = json.loads(RECORD.read_bytes())
    assert (body["product_version"], body["definition_set"]) == (PRODUCT_VERSION, DEFINITION_SET), "run `make verified`"
    figures_of = [figure["id"] for figure in body["figures"]]
    assert figures_of == [entry.id for entry in (*examples(), *figures())]
    assert body["agreed_n"] == body["of_n"] == len([entry for entry in (*examples(), *figures()) if entry.calculation])
    assert set(body["files"]) == {sample.file for sample in samples()}


def test_a_record_of_another_version_is_none(tmp_path: Path) -> None:
    body = json.loads(RECORD.read_bytes())
    (tmp_path / "verified.json").write_text(json.dumps({**body, "product_version": "0.0.0"}))
    assert read_record(tmp_path / "verified.json") == ()
    assert read_record(tmp_path / "none.json") == ()
    assert len(read_record()) == len(body["figures"])


def test_every_page_names_what_it_was_verified_against_and_leads_to_the_list() -> None:
    held = replace(about(), verified=read_record())
    site = build_site(tables(), held)
    pages = {name: content.decode() for name, content in site.items() if name.endswith(".html")}
    assert len(pages) > 4
    for name, page in pages.items():
        foot = page[page.index("<footer") :]
        assert "NCHS Data Brief 303 (8.1 %), Claus 2020 (25/11/4), Beat the Blues (100/97/73/58/52)" in foot, name
        up = "../" if name.removeprefix("clinics/").count("/") > name.startswith("clinics/") else ""
        assert f'href="{up}methods.html#verified"' in foot, name
    methods = pages["methods.html"]
    assert 'id="verified"' in methods
    assert all(entry.source in methods for entry in examples())


def test_without_a_record_the_foot_says_nothing_of_it() -> None:
    site = build_site(tables(), about(clinics={}))
    assert b"Verified against" not in site["index.html"]
    assert b"No record of a verification" in site["methods.html"]
