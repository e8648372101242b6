"""What the catalogue says of each scale, as a clinician would write it down, and what must hold for every entry."""

from __future__ import annotations

import pytest

from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.consistency import has_valid_check_digit
from pipelines.instruments.model import Band, Cited, Cut, Instrument, Scale
from pipelines.vocabulary import PRIMARY_SCALES, SCALE_FORMS

CATALOGUE = load_catalogue()
SCALES = list(CATALOGUE.scales.values())
BANDED = [scale for scale in SCALES if scale.bands]

# scale | range | better | response | remission | caseness | reliable change | alpha. `-` = no publication gives one.
# `level` = a score reached; `any item` = a cut on single answers. Parts of a form have a range and a direction only.
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
phq8           | 0-24  | lower  | 50 pct    | < 5   | >= 10 | -  | 0.892
caps5          | 0-80  | lower  | 30 pct    | <= 8  | -     | 13 | -
madrs_s        | 0-54  | lower  | 50 pct    | <= 12 | >= 13 | -  | 0.84
hama           | 0-56  | lower  | 50 pct    | <= 7  | >= 18 | -  | -
oci_r          | 0-72  | lower  | 40 pct    | <= 8  | >= 21 | 16 | 0.83
audit          | 0-40  | lower  | -         | < 8   | >= 8  | -  | -
dast10         | 0-10  | lower  | -         | <= 2  | >= 3  | -  | -
bpi_severity   | 0-10  | lower  | 30 pct    | -     | -     | -  | -
bpi_interference | 0-10 | lower | 30 pct    | -     | -     | -  | -
promis_pi4a    | 41.6-75.6 | lower | -      | -     | >= 60 | -  | -
wsas           | 0-40  | lower  | -         | < 10  | >= 10 | -  | 0.7
cssrs_screen   | 0-3   | lower  | -         | -     | >= 1 any item | - | -
cadss          | 0-92  | acute_effect | -   | -     | > 4   | -  | 0.937
cadss6         | 0-24  | acute_effect | -   | -     | -     | -  | -
meq30          | 0-150 | acute_effect | -   | -     | -     | -  | -
ebi            | 0-600 | acute_effect | -   | -     | -     | -  | 0.932
cgi_s          | 1-7   | lower  | 2 points  | <= 2  | >= 4  | -  | -
cgi_i          | 1-7   | lower  | 2 level   | <= 1  | -     | -  | -
sds            | 0-30  | lower  | 12 level  | <= 6  | >= 5 any item | - | -
isi            | 0-28  | lower  | 8 points  | < 8   | >= 15 | -  | 0.9
eq5d5l         | -0.594-1 | higher | -      | -     | -     | -  | -
eq5d5l_vas     | 0-100 | higher | -         | -     | -     | -  | -
pct_days_abstinent_30 | 0-100 | higher | -  | -     | -     | -  | -
"""

# scale | range | better: parts of a form and verdicts on it, which have no thresholds of their own.
PARTS = """
pcl5_b 0-20 lower, pcl5_c 0-8 lower, pcl5_d 0-28 lower, pcl5_e 0-24 lower, pcl5_provisional_diagnosis 0-1 lower
ybocs_obsessions 0-20 lower, ybocs_compulsions 0-20 lower
oci_r_hoarding 0-12 lower, oci_r_checking 0-12 lower, oci_r_ordering 0-12 lower
oci_r_neutralizing 0-12 lower, oci_r_washing 0-12 lower, oci_r_obsessing 0-12 lower
promis_pi4a_raw 4-20 lower
promis29_physical_function 22.5-57 higher, promis29_physical_function_raw 4-20 higher
promis29_anxiety 40.3-81.6 lower, promis29_anxiety_raw 4-20 lower
promis29_depression 41-79.4 lower, promis29_depression_raw 4-20 lower
promis29_fatigue 33.7-75.8 lower, promis29_fatigue_raw 4-20 lower
promis29_sleep_disturbance 32-73.3 lower, promis29_sleep_disturbance_raw 4-20 lower
promis29_social_roles 27.5-64.2 higher, promis29_social_roles_raw 4-20 higher
promis29_pain_interference 41.6-75.6 lower, promis29_pain_interference_raw 4-20 lower
promis29_pain_intensity 0-10 lower
meq30_mystical 0-75 acute_effect, meq30_positive_mood 0-30 acute_effect, meq30_transcendence 0-30 acute_effect
meq30_ineffability 0-15 acute_effect, meq30_complete 0-1 acute_effect
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
phq8      | 0 minimal, 4 minimal, 5 mild, 9 mild, 10 moderate, 14 moderate, 15 moderately_severe, 19 moderately_severe, 20 severe, 24 severe
madrs_s   | 0 none, 12 none, 13 mild, 19 mild, 20 moderate, 34 moderate, 35 severe, 54 severe
hama      | 0 mild, 17 mild, 18 mild_to_moderate, 24 mild_to_moderate, 25 moderate_to_severe, 30 moderate_to_severe, 31 very_severe, 56 very_severe
oci_r     | 0 mild, 15 mild, 16 moderate, 27 moderate, 28 severe, 72 severe
audit     | 0 zone_I, 7 zone_I, 8 zone_II, 15 zone_II, 16 zone_III, 19 zone_III, 20 zone_IV, 40 zone_IV
dast10    | 0 none, 1 low, 2 low, 3 moderate, 5 moderate, 6 substantial, 8 substantial, 9 severe, 10 severe
bpi_severity | 0 mild, 4 mild, 4.25 moderate, 6.75 moderate, 7 severe, 10 severe
promis_pi4a | 41.6 normal, 54.9 normal, 55 mild, 59.9 mild, 60 moderate, 69.9 moderate, 70 severe, 75.6 severe
wsas      | 0 subclinical, 9 subclinical, 10 significant, 20 significant, 21 moderately_severe, 40 moderately_severe
cgi_s     | 1 normal, 2 borderline, 3 mild, 4 moderate, 5 marked, 6 severe, 7 extreme
cgi_i     | 1 very_much_improved, 2 much_improved, 3 minimally_improved, 4 no_change, 5 minimally_worse, 6 much_worse, 7 very_much_worse
isi       | 0 none, 7 none, 8 subthreshold, 14 subthreshold, 15 moderate, 21 moderate, 22 severe, 28 severe
"""  # noqa: E501

# What rests on no source, or on a third party only, is said so: scale.fact -> status.
MARKED = """
phq9.missing: secondary
gad7.missing: unverified
gad7.reliability: secondary
madrs.caseness: unverified
madrs.recall: unverified
qids_sr16.missing: unverified
qids_sr16.safety_items: unverified
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
phq8.missing: unverified
phq8.remission: unverified
caps5.items: secondary
madrs_s.scoring: unverified
madrs_s.bands: unverified
hama.caseness: unverified
oci_r.caseness: secondary
oci_r_washing.scoring: secondary
audit.items: secondary
dast10.remission: unverified
bpi_severity.missing: unverified
bpi_interference.missing: secondary
bpi_interference.response: unverified
promis_pi4a.scoring: secondary
promis_pi4a.caseness: project_choice
promis_pi4a_raw.missing: unverified
promis29_sleep_disturbance_raw.scoring: unverified
wsas.meaningful_change: unverified
cssrs_screen.licence: unverified
cssrs_screen.scoring: secondary
cadss.scoring: unverified
cadss6.items: unverified
meq30_complete.scoring: secondary
ebi.licence: unverified
cgi_s.response: unverified
cgi_i.remission: unverified
sds.response: unverified
sds.not_applicable: unverified
isi.recall: unverified
eq5d5l.recall: unverified
pct_days_abstinent_30.recall: project_choice
"""


def _rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def _plain(number: float | None) -> str:
    return "-" if number is None else f"{number:g}"


def _band(scale: Scale, score: float) -> Band:
    (found,) = [band for band in scale.bands if band.minimum <= score <= band.maximum]
    return found


def test_the_rules_in_force_are_those_of_the_publications() -> None:
    def cut(found: Cut | None) -> str:
        if found is None:
            return "-"
        return f"{found.op} {found.value:g}" + (" any item" if found.applies_to == "any_item" else "")

    def row(scale: Scale) -> list[str]:
        response, remission, caseness = scale.response, scale.remission, scale.caseness
        change = scale.default_reliable_change
        return [
            scale.id,
            f"{scale.scoring.minimum:g}-{scale.scoring.maximum:g}",
            scale.direction.removesuffix("_is_better"),
            f"{response.value:g} {response.unit}" if response else "-",
            cut(remission),
            cut(caseness),
            _plain(change.value if change else None),
            _plain(scale.alpha),
        ]

    nothing = ["-"] * 5
    parts = [part.split() for line in PARTS.strip().splitlines() for part in line.split(", ")]
    assert sorted(map(row, SCALES)) == sorted([*_rows(RULES_IN_FORCE), *([*part, *nothing] for part in parts)])


def test_a_score_on_either_side_of_an_edge_is_in_its_band() -> None:
    for scale_id, edges in _rows(BANDS):
        for edge in edges.split(", "):
            score, label = edge.split()
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
    assert all(_band(scale, score) for score in _scores(scale))


def _scores(scale: Scale) -> list[float]:
    """Whole and quarter points within the range; tenths on a T metric."""
    per_point = 10 if scale.scoring.step == 0.1 else 4 if scale.scoring.step == 0.25 else 1
    low, high = (round(end * per_point) for end in (scale.scoring.minimum, scale.scoring.maximum))
    return [score / per_point for score in range(low, high + 1)]


# Their caseness is a cut on single answers, or there is none.
NO_CASENESS = {"caps5", "cgi_i", "sds"}
REMITTING = [scale for scale in SCALES if scale.remission and scale.id not in NO_CASENESS]


@pytest.mark.parametrize("scale", REMITTING, ids=lambda scale: scale.id)
def test_remission_excludes_caseness(scale: Scale) -> None:
    assert scale.remission is not None
    assert scale.caseness is not None
    compare = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__}
    for score in _scores(scale):
        remitted = compare[scale.remission.op](score, scale.remission.value)
        case = compare[scale.caseness.op](score, scale.caseness.value)
        assert not (remitted and case)


def test_every_loinc_code_has_a_valid_check_digit() -> None:
    codes = [
        code for instrument in CATALOGUE.instruments.values() if instrument.loinc for code in instrument.loinc.codes
    ]
    # PHQ-9 12, GAD-7 9, PHQ-8 8, AUDIT-C 5, C-SSRS 3, PCL-5 2, PEG 2, AUDIT 2, DAST-10 2, BDI-II 1, PROMIS 4a 1.
    assert len(codes) == 47
    # The total of the PHQ-9 is none of the PHQ-8, whatever public code says.
    assert codes.count("44261-6") == 1
    assert [code for code in codes if not has_valid_check_digit(code)] == []


@pytest.mark.parametrize("code", ["89708-7", "91006-2", "96899-5"])
def test_codes_seen_wrong_in_public_repositories_fail_the_check_digit(code: str) -> None:
    assert not has_valid_check_digit(code)


def test_every_primary_scale_is_one_of_the_catalogue_and_followed_over_time() -> None:
    listed = {scale for of_condition in PRIMARY_SCALES.values() for scale in of_condition}
    assert {CATALOGUE.scales[scale].role for scale in listed} == {"outcome"}


# What is not followed over time, and why. Everything else is an outcome scale.
ROLES = {
    "screen": "audit dast10",
    "acute": "cadss cadss6 ebi meq30 meq30_mystical meq30_positive_mood meq30_transcendence meq30_ineffability",
    "change": "cgi_i",
    "category": "cssrs_screen pcl5_provisional_diagnosis meq30_complete",
    "part": """pcl5_b pcl5_c pcl5_d pcl5_e ybocs_obsessions ybocs_compulsions oci_r_hoarding oci_r_checking
        oci_r_ordering oci_r_neutralizing oci_r_washing oci_r_obsessing""",
}


def test_what_is_no_outcome_says_what_it_is() -> None:
    found = {role: {scale.id for scale in SCALES if scale.role == role} for role in ROLES}
    assert found == {role: set(listed.split()) for role, listed in ROLES.items()}


# The look-alikes of clinical.md sections 0.1 and 1.4, as the catalogue names them to the guards:
# scale | own scores | the other one's, or none where both have the same | what declares it.
LOOK_ALIKES = """
who5 | 0 to 100 | 0 to 25 | raw
peg | 0 to 10 | 0 to 30 | raw sum
ybocs | 0 to 40 | 0 to 50 | ybocs_ii
pcl5 | 0 to 80 | 17 to 85 | pcl_dsm_iv
bam_use | 0 to 12 | 0 to 90 | continuous
bam_risk | 0 to 24 | 0 to 180 | continuous
bam_protective | 0 to 24 | 0 to 180 | continuous
promis_pi4a | 41.6 to 75.6 | 4 to 20 | raw sum
promis_pi4a_raw | 4 to 20 | 41.6 to 75.6 | t_score
bdi_ii | 0 to 63 | none | bdi_i
ebi | 0 to 600 | 0 to 100 | mean
madrs_s | 0 to 54 | 0 to 27 | half_steps
pct_days_abstinent_30 | 0 to 100 | 0 to 30 | raw days
oci_r | 0 to 72 | 0 to 168 | oci_42
audit | 0 to 40 | none | audit_c
audit_c | 0 to 12 | 0 to 40 | audit
hamd17 | 0 to 52 | 0 to 54 | hamd_longer
"""


def test_look_alike_forms_are_guarded() -> None:
    guarded = [
        (CATALOGUE.scales[scale], guard)
        for form in CATALOGUE.instruments.values()
        for guard in form.version_guards
        for scale in guard.scales or (form.id,)
        if form.id != "promis29"
    ]
    found = [
        [
            scale.id,
            f"{scale.scoring.minimum:g} to {scale.scoring.maximum:g}",
            "none" if guard.minimum is None else f"{guard.minimum:g} to {guard.maximum:g}",
            " ".join(guard.forms),
        ]
        for scale, guard in guarded
    ]
    assert sorted(found) == sorted(_rows(LOOK_ALIKES))


def test_every_domain_of_the_promis_29_is_guarded_both_ways() -> None:
    guards = CATALOGUE.instruments["promis29"].version_guards
    domains = {scale.id for scale in CATALOGUE.instruments["promis29"].scales} - {"promis29_pain_intensity"}
    assert {scale for guard in guards for scale in guard.scales} == domains


def test_every_word_of_scale_form_is_of_a_scale_and_means_one_thing_there() -> None:
    taken = set()
    for form in CATALOGUE.instruments.values():
        for scale in form.scales:
            raw = set(scale.raw_form.forms if scale.raw_form else ())
            refused = {
                word
                for guard in form.version_guards
                if scale.id in (guard.scales or (form.id,))
                for word in guard.forms
            } - raw
            assert not set(scale.declared_own) & (raw | refused), scale.id
            taken |= {*scale.declared_own, *raw, *refused}
    assert taken == set(SCALE_FORMS)


def test_forms_are_converted_where_a_factor_is_given_and_nowhere_else() -> None:
    assert {scale.id for scale in SCALES if scale.raw_form} == {"who5", "peg", "pct_days_abstinent_30", "ebi"}
    assert CATALOGUE.scales["promis_pi4a_raw"].scoring.maximum < CATALOGUE.scales["promis_pi4a"].scoring.minimum
