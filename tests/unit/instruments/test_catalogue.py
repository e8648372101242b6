"""The loader refuses what cannot be trusted, and says everything that is wrong at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import pipelines.instruments.catalogue as catalogue
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue, read_catalogue
from pipelines.problems import ExitCode, KapError

SHIPPED = Path(catalogue.__file__).parent


def _problems(folder: Path, **files: str) -> list[tuple[str, str | None, str | None]]:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(KapError) as refused:
        read_catalogue(folder)
    assert refused.value.exit_code is ExitCode.USAGE
    return [(problem.code, problem.file, problem.column) for problem in refused.value.problems]


def _shipped(name: str) -> str:
    return (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")


def _without(text: str, table: str, entry: str) -> str:
    """The text without line `entry = ...` of `table`."""
    start = text.index(f"[{table}]")
    line = text.index(f"\n{entry} = ", start)
    return text[:line] + text[text.index("\n", line + 1) :]


def test_the_shipped_catalogue_has_the_twelve_instruments() -> None:
    assert sorted(load_catalogue().instruments) == sorted(
        ["phq9", "gad7", "pcl5", "madrs", "qids_sr16", "bdi_ii", "hamd17", "ybocs", "peg", "who5", "audit_c", "bam"]
    )


def test_a_rule_without_a_citation_is_refused_with_every_problem_of_every_file(tmp_path: Path) -> None:
    uncited = _without(_without(_shipped("phq9"), "scales.caseness", "source"), "scales.remission", "source_status")
    unknown = _shipped("gad7").replace("[scales.response]", "[scales.response]\ncutoff = 5")
    found = _problems(tmp_path, phq9=uncited, gad7=unknown, peg="id = ")
    assert set(found) == {
        (catalogue.UNCITED, "phq9.toml", "scales.0.caseness.source"),
        (catalogue.UNCITED, "phq9.toml", "scales.0.remission.source_status"),
        (catalogue.UNFIT, "gad7.toml", "scales.0.response.cutoff"),
        (catalogue.UNREADABLE, "peg.toml", None),
    }


def test_an_empty_citation_is_none(tmp_path: Path) -> None:
    text = _shipped("peg").replace('source = "Krebs 2009 J Gen Intern Med 24:733"', 'source = " "')
    assert {code for code, _, _ in _problems(tmp_path, peg=text)} == {catalogue.UNCITED}


# Each wrong edit of a shipped file, and the place that is named for it.
DISAGREEMENTS = {
    "a gap between bands": ("phq9", 'label = "mild", minimum = 5', 'label = "mild", minimum = 6', "scales.phq9.bands"),
    "bands that stop early": ("gad7", "maximum = 21, source", "maximum = 20, source", "scales.gad7.bands"),
    "a total the items cannot reach": ("madrs", "\nmaximum = 60\n", "\nmaximum = 54\n", "scales.madrs.scoring"),
    "a step whole answers cannot give": ("peg", 'step = "1/3"', "step = 0.5", "scales.peg.scoring.step"),
    "a wrong LOINC check digit": ("phq9", "44254-1", "44254-4", "loinc"),
    "a cut-off beyond the range": ("pcl5", "value = 33\n", "value = 83\n", "scales.pcl5.caseness"),
    "two defaults": ("gad7", "value = 6\n", "value = 6\ndefault = true\n", "scales.gad7.reliable_change"),
    "no default": ("who5", "default = true", "default = false", "scales.who5.reliable_change"),
    "an item outside the form": ("bam", "items = [4, 5, 6]", "items = [4, 5, 18]", "scales.bam_use.scoring"),
    "an item counted twice": ("qids_sr16", "mood = [5]", "mood = [5, 6]", "scales.qids_sr16.scoring"),
    "a safety item outside the form": ("hamd17", "item = 3\n", "item = 18\n", "scales.hamd17.safety_item"),
    "tolerance without a method": ("ybocs", "max_missing = 0", "max_missing = 1", "scales.ybocs.missing"),
    "an id not the file's": ("audit_c", 'id = "audit_c"\nname = "AUDIT-', 'id = "audit"\nname = "AUDIT-', "id"),
}  # fmt: skip


@pytest.mark.parametrize("fault", DISAGREEMENTS)
def test_facts_that_disagree_are_refused(fault: str, tmp_path: Path) -> None:
    name, right, wrong, place = DISAGREEMENTS[fault]
    assert right in _shipped(name)
    found = _problems(tmp_path, **{name: _shipped(name).replace(right, wrong)})
    assert (catalogue.INCONSISTENT, f"{name}.toml", place) in found


def test_one_id_in_two_files_is_refused(tmp_path: Path) -> None:
    copied = _shipped("gad7").replace('[[scales]]\nid = "gad7"', '[[scales]]\nid = "peg"')
    found = _problems(tmp_path, gad7=copied, peg=_shipped("peg"))
    assert (catalogue.INCONSISTENT, "peg.toml", "scales") in found


def test_the_catalogue_holds_no_item_text() -> None:
    # Items appear as numbers, codes and ranges only; the one table about them has these entries and no other.
    for path in SHIPPED.glob("*.toml"):
        items = tomllib.loads(path.read_text(encoding="utf-8"))["items"]
        assert set(items) <= {"count", "range", "ranges", "reversed", "note", "source", "source_status"}


def test_the_relations_have_their_types_even_where_every_value_is_empty() -> None:
    with Engine() as engine:
        load_catalogue().define_in(engine)
        types = {
            name: dict(
                engine.rows(
                    f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{name}'"
                )
            )
            for name in ("scale_definitions", "scoring_rules", "scale_limits")
        }
        assert engine.value("SELECT count(*) FROM scale_definitions") == 14
        assert engine.value("SELECT count(*) FROM scoring_rules") == 14
        assert engine.value("SELECT count(*) FROM scale_limits") == 15
        assert engine.value("SELECT item_groups FROM scoring_rules WHERE scale = 'qids_sr16'")[0] == [1, 2, 3, 4]
        assert engine.value("SELECT item_maximum[4] FROM scale_limits WHERE scale = 'hamd17'") == 2
        # A subscale keeps the numbers of its form: item 1 is none of its own.
        assert engine.value("SELECT item_minimum[1] FROM scale_limits WHERE scale = 'bam_use'") is None
    assert types["scoring_rules"]["item_groups"] == "INTEGER[][]"
    assert types["scoring_rules"]["reversed"] == "INTEGER[]"
    assert types["scale_limits"]["item_minimum"] == "DOUBLE[]"
    assert types["scale_definitions"]["first_followup_day"] == "INTEGER"
    assert types["scale_definitions"]["caseness_value_female"] == "DOUBLE"


def test_every_cited_fact_can_be_listed_with_its_source() -> None:
    facts = load_catalogue().facts()
    assert len(facts) > 150
    assert (facts["source"].str.len() > 0).all()
    row = facts[(facts["scale"] == "bam_use") & (facts["fact"] == "remission")].iloc[0]
    assert row["stated"] == "op <=; value 0"
