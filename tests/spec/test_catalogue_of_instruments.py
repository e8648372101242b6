"""What the catalogue says of each scale, as a clinician would write it down, and what must hold for every entry."""

from __future__ import annotations

import pytest

from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.consistency import has_valid_check_digit
from pipelines.instruments.model import Band, Cited, Instrument, Scale
from pipelines.vocabulary import PRIMARY_SCALES

CATALOGUE = load_catalogue()
SCALES = list(CATALOGUE.scales.values())
BANDED = [scale for scale in SCALES if scale.bands]

# scale | range | better | response | remission | caseness | reliable change | alpha. `-` = no publication gives one.
# PHQ-9, GAD-7: Kroenke 2001, Spitzer 2006, NHS Talking Therapies. PCL-5: Marx 2022, NCPTSD. MADRS, HAM-D17: Sheehan
# 2011. QIDS: ids-qids.org. Y-BOCS: Mataix-Cols 2016. PEG: Krebs 2009. WHO-5: Topp 2015. AUDIT-C: Bush 1998.
RULES_IN_FORCE = """
phq9           | 0-27  | lower  | 50 pct    | < 5   | >= 10 | 6  | 0.89
gad7           | 0-21  | lower  | 50 pct    | < 5   | >= 8  | 4  | 0.92
pcl5           | 0-80  | lower  | 10 points | <= 28 | >= 33 | 15 | 0.94
madrs          | 0-60  | lower  | 50 pct    | <= 10 | >= 20 | -  | 0.86
qids_sr16      | 0-27  | lower  | 50 pct    | <= 5  | >= 6  | -  | 0.86
bdi_ii         | 0-63  | lower  | 50 pct    | <= 13 | >= 14 | -  | 0.93
hamd17         | 0-52  | lower  | 50 pct    | <= 7  | >= 8  | -  | -
ybocs          | 0-40  | lower  | 35 pct    | <= 12 | >= 16 | -  | 0.89
peg            | 0-10  | lower  | 30 pct    | -     | >= 4  | -  | 0.73
who5           | 0-100 | higher | 10 points | > 50  | <= 50 | 10 | -
audit_c        | 0-12  | lower  | -         | -     | >= 4  | -  | -
bam_use        | 0-12  | lower  | -         | <= 0  | >= 1  | -  | -
bam_risk       | 0-24  | lower  | -         | -     | >= 12 | -  | -
bam_protective | 0-24  | higher | -         | -     | <= 12 | -  | -
"""

# scale | score | band: both sides of every edge.
BANDS = """
phq9      | 0 minimal, 4 minimal, 5 mild, 9 mild, 10 moderate, 14 moderate, 15 moderately_severe, 19 moderately_severe, 20 severe, 27 severe
gad7      | 0 minimal, 4 minimal, 5 mild, 9 mild, 10 moderate, 14 moderate, 15 severe, 21 severe
madrs     | 0 absent, 6 absent, 7 mild, 19 mild, 20 moderate, 34 moderate, 35 severe, 60 severe
qids_sr16 | 0 none, 5 none, 6 mild, 10 mild, 11 moderate, 15 moderate, 16 severe, 20 severe, 21 very_severe, 27 very_severe
bdi_ii    | 0 minimal, 13 minimal, 14 mild, 19 mild, 20 moderate, 28 moderate, 29 severe, 63 severe
hamd17    | 0 none, 7 none, 8 mild, 16 mild, 17 moderate, 23 moderate, 24 severe, 52 severe
ybocs     | 0 subclinical, 7 subclinical, 8 mild, 15 mild, 16 moderate, 23 moderate, 24 severe, 31 severe, 32 extreme, 40 extreme
who5      | 0 likely_depression_screen, 28 likely_depression_screen, 29 poor, 50 poor, 51 adequate, 100 adequate
"""  # noqa: E501

# What rests on no source, or on a third party only, is said so: scale.fact -> status.
MARKED = """
phq9.missing: secondary
gad7.missing: unverified
gad7.reliability: secondary
madrs.caseness: unverified
madrs.recall: unverified
qids_sr16.missing: unverified
qids_sr16.safety_item: unverified
bdi_ii.missing: unverified
bdi_ii.remission: unverified
bdi_ii.loinc: secondary
hamd17.caseness: secondary
hamd17.recall: unverified
ybocs.caseness: secondary
peg.caseness: unverified
peg.response: secondary
peg.loinc: secondary
who5.licence: secondary
audit_c.caseness: secondary
audit_c.interval: unverified
audit_c.first_follow_up: project_choice
bam.licence: unverified
"""


def _rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def _plain(number: float | None) -> str:
    return "-" if number is None else f"{number:g}"


def _band(scale: Scale, score: float) -> Band:
    (found,) = [band for band in scale.bands if band.minimum <= score <= band.maximum]
    return found


def test_the_rules_in_force_are_those_of_the_publications() -> None:
    def row(scale: Scale) -> list[str]:
        response, remission, caseness = scale.response, scale.remission, scale.caseness
        change = scale.default_reliable_change
        return [
            scale.id,
            f"{scale.scoring.minimum:g}-{scale.scoring.maximum:g}",
            scale.direction.removesuffix("_is_better"),
            f"{response.value:g} {response.unit}" if response else "-",
            f"{remission.op} {remission.value:g}" if remission else "-",
            f"{caseness.op} {caseness.value:g}" if caseness else "-",
            _plain(change.value if change else None),
            _plain(scale.alpha),
        ]

    assert sorted(map(row, SCALES)) == sorted(_rows(RULES_IN_FORCE))


def test_a_score_on_either_side_of_an_edge_is_in_its_band() -> None:
    for scale_id, edges in _rows(BANDS):
        for edge in edges.split(", "):
            score, label = edge.split(" ")
            assert _band(CATALOGUE.scales[scale_id], float(score)).label == label, (scale_id, score)
    assert {scale.id for scale in BANDED} == {scale_id for scale_id, _ in _rows(BANDS)}


def test_audit_c_has_cut_offs_by_sex_and_no_follow_up_before_day_90() -> None:
    caseness = CATALOGUE.scales["audit_c"].caseness
    assert caseness is not None
    assert (caseness.male, caseness.female) == (4, 3)
    first = CATALOGUE.instruments["audit_c"].first_follow_up
    assert first is not None
    assert first.day == 90


def test_peg_moves_in_thirds_of_a_point_and_who5_in_fours() -> None:
    assert CATALOGUE.scales["peg"].scoring.step == pytest.approx(1 / 3)
    assert CATALOGUE.scales["who5"].scoring.step == 4


def test_alternative_thresholds_are_kept_beside_the_default() -> None:
    def changes(scale_id: str) -> dict[float, bool]:
        return {entry.value: entry.default for entry in CATALOGUE.scales[scale_id].reliable_change}

    assert changes("pcl5") == {15: True, 18: False, 5: False}
    assert changes("gad7") == {4: True, 6: False}


@pytest.mark.parametrize("scale", [scale for scale in SCALES if scale.reliable_change_inputs], ids=lambda s: s.id)
def test_published_reliable_change_indices_follow_from_their_inputs(scale: Scale) -> None:
    # Jacobson and Truax 1991: 1.96 x SD x sqrt(2) x sqrt(1 - r).
    for entry in scale.reliable_change_inputs:
        assert 1.96 * entry.sd * 2**0.5 * (1 - entry.r) ** 0.5 == pytest.approx(entry.rci95, abs=0.01)


@pytest.mark.parametrize("marked", MARKED.strip().splitlines())
def test_what_has_no_publication_behind_it_is_marked(marked: str) -> None:
    place, status = marked.split(": ")
    owner, name = place.split(".")
    statuses = {
        fact.source_status for instrument in CATALOGUE.instruments.values() for fact in _facts(instrument, owner, name)
    }
    assert statuses == {status}


def _facts(instrument: Instrument, owner: str, name: str) -> list[Cited]:
    return [fact for found_owner, found_name, fact in instrument.facts() if (found_owner, found_name) == (owner, name)]


@pytest.mark.parametrize("instrument", CATALOGUE.instruments.values(), ids=lambda instrument: instrument.id)
def test_every_fact_has_a_citation(instrument: Instrument) -> None:
    facts = list(instrument.facts())
    assert len(facts) >= 5
    assert all(fact.source and fact.source_status for _, _, fact in facts)
    # A fact without a source says so in its citation, too.
    for _, name, fact in facts:
        if fact.source_status == "unverified":
            assert fact.source.startswith("none") or "(not opened)" in fact.source, name


@pytest.mark.parametrize("scale", BANDED, ids=lambda scale: scale.id)
def test_bands_cover_every_legal_score_exactly_once(scale: Scale) -> None:
    scores = range(int(scale.scoring.minimum), int(scale.scoring.maximum) + 1)
    assert all(_band(scale, score) for score in scores)


@pytest.mark.parametrize("scale", [scale for scale in SCALES if scale.remission], ids=lambda scale: scale.id)
def test_remission_excludes_caseness(scale: Scale) -> None:
    assert scale.remission is not None
    assert scale.caseness is not None
    compare = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__}
    for score in map(float, range(int(scale.scoring.minimum), int(scale.scoring.maximum) + 1)):
        remitted = compare[scale.remission.op](score, scale.remission.value)
        case = compare[scale.caseness.op](score, scale.caseness.value)
        assert not (remitted and case)


def test_every_loinc_code_has_a_valid_check_digit() -> None:
    codes = [
        code for instrument in CATALOGUE.instruments.values() if instrument.loinc for code in instrument.loinc.codes
    ]
    # PHQ-9 11, GAD-7 9, AUDIT-C 5, PCL-5 2, PEG 2, BDI-II 1.
    assert len(codes) == 30
    assert [code for code in codes if not has_valid_check_digit(code)] == []


@pytest.mark.parametrize("code", ["89708-7", "91006-2", "96899-5"])
def test_codes_seen_wrong_in_public_repositories_fail_the_check_digit(code: str) -> None:
    assert not has_valid_check_digit(code)


def test_the_scales_of_this_version_include_a_primary_scale_for_every_condition() -> None:
    assert all(set(listed) & set(CATALOGUE.scales) for listed in PRIMARY_SCALES.values())
