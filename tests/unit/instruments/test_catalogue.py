"""The loader refuses what cannot be trusted, and says everything that is wrong at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import pipelines.instruments.catalogue as catalogue
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue, read_catalogue
from pipelines.problems import ExitCode, KapError
from tests.score_rows import answers, row, scored

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


def test_the_shipped_catalogue_has_every_instrument() -> None:
    listed = """
        phq9 phq8 gad7 pcl5 caps5 madrs madrs_s qids_sr16 bdi_ii hamd17 hama ybocs oci_r audit audit_c dast10 bam peg
        bpi_severity bpi_interference promis_pi4a promis29 who5 wsas cssrs_screen cadss cadss6 meq30 ebi cgi_s cgi_i
        sds isi eq5d5l pct_days_abstinent_30
    """
    assert sorted(load_catalogue().instruments) == sorted(listed.split())


# A made-up form: no code knows it, and nothing is needed to score it but this one file.
MADE_UP = """
id = "made_up"
name = "Made-up form of four items"
construct = "none"
respondent = "self"
sources = ["nobody 1900"]
items = { count = 4, range = [1, 5], reversed = [2], source = "nobody 1900", source_status = "primary" }
recall = { days = 7, source = "nobody 1900", source_status = "primary" }
interval = { minimum_days = 7, warn_below_days = 3, source = "nobody 1900", source_status = "primary" }
licence = { status = "none", holder = "nobody", ship_item_text = "no", source = "nobody 1900", source_status = "primary" }

[[scales]]
id = "made_up"
name = "Made-up"
direction = "lower_is_better"
scoring = { combine = "mean", factor = 2, minimum = 2, maximum = 10, step = "1/2", source = "nobody 1900", source_status = "primary" }
missing = { max_missing = 1, method = "mean_of_answered", source = "nobody 1900", source_status = "primary" }

[[scales]]
id = "made_up_alarm"
name = "Made-up alarm"
direction = "lower_is_better"
role = "category"
missing = { max_missing = 0, method = "none", source = "nobody 1900", source_status = "primary" }
scoring = { combine = "highest_level", minimum = 0, maximum = 1, step = 1, levels = [
  { score = 1, label = "two at 4", conditions = [{ items = [1, 3, 4], at_least = 4, needed = 2 }] },
], source = "nobody 1900", source_status = "primary" }
"""  # noqa: E501


def test_a_new_instrument_is_one_file_and_no_code(tmp_path: Path) -> None:
    (tmp_path / "made_up.toml").write_text(MADE_UP, encoding="utf-8")
    frame = scored(
        # 5, 1 (reversed: 5), 4, 2 -> 2 x 16 / 4 = 8; without the last 2 x 14 / 3; without two none.
        [
            row("made_up", **answers(5, 1, 4, 2)),
            row("made_up", **answers(5, 1, 4, None)),
            row("made_up", **answers(5, 1, None, None)),
            row("made_up", **answers(5, 5, 1, 1)),
        ],
        catalogue=read_catalogue(tmp_path),
    )
    scores = frame.set_index(["row_number", "scale"])["score"]
    assert scores[1, "made_up"] == 8
    assert scores[2, "made_up"] == 9.333333
    assert scores.isna()[[(3, "made_up"), (2, "made_up_alarm"), (3, "made_up_alarm")]].all()
    assert (scores[1, "made_up_alarm"], scores[4, "made_up_alarm"]) == (1, 0)


def test_a_level_a_part_or_a_domain_without_a_citation_is_refused_too(tmp_path: Path) -> None:
    uncited = "] }".join(MADE_UP.rsplit('], source = "nobody 1900", source_status = "primary" }', 1))
    assert _problems(tmp_path, made_up=uncited) == [
        (catalogue.UNCITED, "made_up.toml", "scales.1.scoring.source"),
        (catalogue.UNCITED, "made_up.toml", "scales.1.scoring.source_status"),
    ]


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
    "a safety item outside the form": ("hamd17", "item = 3\n", "item = 18\n", "scales.hamd17.safety_items"),
    "an answer beyond the item's range": ("audit", "9 = [0, 2, 4]", "9 = [0, 2, 6]", "items.legal"),
    "a skip over an item that is none": ("cssrs_screen", "items = [7] }", "items = [8] }", "items.skips"),
    "a level left out": ("cssrs_screen", "score = 2", "score = 1", "scales.cssrs_screen.scoring.levels"),
    "a condition that cannot hold": (
        "pcl5", "items = [6, 7], at_least = 2, needed = 1", "items = [6, 7], at_least = 2, needed = 3",
        "scales.pcl5_provisional_diagnosis.scoring.levels",
    ),
    "an item named twice": (
        "cssrs_screen", "items = [4, 5, 7]", "items = [4, 4, 7]",
        "scales.cssrs_screen.scoring.levels",
    ),
    "a verdict beyond yes and no": ("meq30", "maximum = 1\n", "maximum = 2\n", "scales.meq30_complete.scoring"),
    "a raw form that ends elsewhere": (
        "who5", "minimum = 0\nmaximum = 25", "minimum = 1\nmaximum = 25",
        "scales.who5.raw_form",
    ),
    "a part of no scale": ("meq30", "meq30_mystical = 45", "meq30_mystic = 45", "scales.meq30_complete.scoring.parts"),
    "a cut beyond its part": ("meq30", "neffability = 9", "neffability = 16", "scales.meq30_complete.scoring.parts"),
    "a table for a sum": ("eq5d5l", 'combine = "delivered"', 'combine = "sum"', "scales.eq5d5l.scoring"),
    "a mean prorated as a sum": (
        "bpi_interference", "mean_of_answered", "person_mean_round", "scales.bpi_interference.missing.method",
    ),
    "a guard of no scale": ("bam", 'scales = ["bam_use"]', 'scales = ["bam_used"]', "version_guards"),
    "a look-alike within its own range": ("ybocs", "maximum = 50", "maximum = 39", "version_guards"),
    "a look-alike with one end": ("pcl5", "minimum = 17\n", "", "version_guards"),
    "a look-alike under its own name": ("who5", 'forms = ["raw"]', 'forms = ["index"]', "version_guards"),
    "an item not applicable that is none": ("wsas", "item = 1\n", "item = 6\n", "not_applicable"),
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
        assert set(items) <= {
            *("count", "range", "ranges", "reversed", "legal", "skips"),
            *("note", "source", "source_status"),
        }


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
        # 33 forms with a score of their own id, and parts: PCL-5 5, Y-BOCS 2, OCI-R 6, BAM 3, PROMIS 4a 1, PROMIS-29
        # 2 x 7 + 1, MEQ-30 5, EQ-VAS 1. A row may carry the id of the BAM and of the PROMIS-29 as well.
        assert engine.value("SELECT count(*) FROM scale_definitions") == 33 + 38
        assert engine.value("SELECT count(*) FROM scoring_rules") == 33 + 38
        assert engine.value("SELECT count(*) FROM scale_limits") == 33 + 38 + 2
        assert engine.value("SELECT item_groups FROM scoring_rules WHERE scale = 'qids_sr16'")[0] == [1, 2, 3, 4]
        assert engine.value("SELECT item_maximum[4] FROM scale_limits WHERE scale = 'hamd17'") == 2
        assert engine.value("SELECT item_legal[10] FROM scale_limits WHERE scale = 'audit'") == [0, 2, 4]
        assert engine.value("SELECT other_maximum FROM version_guards WHERE scale = 'bam_use'") == 90
        # Neither a level nor a verdict is a total; a T-score has one, and no answers of the PROMIS-29 go by its id.
        assert engine.rows("SELECT accepts_total, total_maximum FROM scale_limits WHERE scale = 'cssrs_screen'") == [
            (False, None)
        ]
        assert engine.rows("SELECT n_items, total_maximum FROM scale_limits WHERE scale = 'promis29_fatigue'") == [
            (0, 75.8)
        ]
        # A subscale keeps the numbers of its form: item 1 is none of its own.
        assert engine.value("SELECT item_minimum[1] FROM scale_limits WHERE scale = 'bam_use'") is None
    assert types["scoring_rules"]["item_groups"] == "INTEGER[][]"
    assert types["scoring_rules"]["reversed"] == "INTEGER[]"
    assert types["scoring_rules"]["parts"] == "STRUCT(scale VARCHAR, cut DOUBLE)[]"
    assert types["scoring_rules"]["item_legal"] == "DOUBLE[][]"
    assert types["scale_limits"]["item_minimum"] == "DOUBLE[]"
    assert types["scale_definitions"]["first_followup_day"] == "INTEGER"
    assert types["scale_definitions"]["caseness_value_female"] == "DOUBLE"


def test_what_says_nothing_of_a_score_is_no_rule_on_it() -> None:
    rules = load_catalogue().scale_definitions().set_index("scale")
    # A level reached is no change (SDS, CGI-I); a cut on any one item is none on the total (SDS); an acute effect is
    # neither better nor worse; a form that both use has no respondent of its own.
    assert rules.loc[["sds", "cgi_i"], "response_value"].isna().all()
    assert rules.loc[["sds", "cssrs_screen"], "caseness_value"].isna().all()
    assert rules.loc[["cadss", "meq30", "ebi"], "direction"].isna().all()
    assert rules.isna().loc["cssrs_screen", "own_respondent"]
    assert rules["role"].value_counts().to_dict() == {
        "outcome": 45, "part": 12, "acute": 8, "screen": 2, "category": 3, "change": 1,
    }  # fmt: skip


def test_every_cited_fact_can_be_listed_with_its_source() -> None:
    facts = load_catalogue().facts()
    assert len(facts) > 150
    assert (facts["source"].str.len() > 0).all()
    found = facts[(facts["scale"] == "bam_use") & (facts["fact"] == "remission")].iloc[0]
    assert found["stated"] == "op <=; value 0"
    stated = facts.set_index(["scale", "fact"])["stated"]
    assert stated["pcl5_provisional_diagnosis", "scoring"].endswith(
        "levels 1 (criteria met): 1 of items 1, 2, 3, 4, 5 at 2 or more and 1 of items 6, 7 at 2 or more and "
        "2 of items 8, 9, 10, 11, 12, 13, 14 at 2 or more and 2 of items 15, 16, 17, 18, 19, 20 at 2 or more"
    )
    assert (
        "skips 3, 4, 5 after the lowest answer to 2, 7 after the lowest answer to 6" in stated["cssrs_screen", "items"]
    )
    assert stated["wsas", "recall"] == "none"
