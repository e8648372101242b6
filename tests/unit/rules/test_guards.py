"""The version guards: which delivered totals are told to be another form's or version's, and which are believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engine import Engine, load_sql
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules import evaluation
from pipelines.rules.version_guards import RULES, guarded_scales

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as made:
        CATALOGUE.define_in(made)
        made.define("pending_deliveries", pd.DataFrame({"receipt": [1]}))
        yield made


def told(engine: Engine, scale: str, totals: Iterable[float], form: str | None = None, **columns: object) -> set[str]:
    """Codes of the guards that speak of one delivery with these totals of a scale."""
    listed = list(totals)
    scores = {"receipt": 1, "scale": scale, "total": listed, "is_mended": False} | columns
    forms = pd.Series([form] * len(listed), dtype="object")
    engine.define("candidate_scores", pd.DataFrame(scores | {"scale_form": forms}).astype({"total": "float64"}))
    engine.execute("ALTER TABLE candidate_scores ALTER scale_form TYPE VARCHAR")
    engine.materialise("guards", load_sql(evaluation.__file__, "guards"))
    return {
        rule.code
        for rule in RULES
        for _, guarded in rule.applies
        if guarded == scale and engine.value(f"SELECT max({rule.flag_sql(scale)}) FROM guards") == 1
    }


@pytest.mark.parametrize(
    ("totals", "speaks"),
    [
        ([8, 12, 16, 20, 24], False),  # none over 25, but all multiples of 4: the index of people who are unwell
        ([8, 12, 16, 20, 21], True),  # five, none over 25, one that no index can be: it must be declared
        ([8, 12, 16, 21], False),  # four may be low index values and a slip
        ([8, 12, 16, 20, 28], False),  # one over 25: the index
        ([0, 8, 12, 16, 21], False),  # nought is nought in either form: four that may be low index values
        ([9, 13, 18, 40, 60], True),  # three that are no multiple of 4
        ([9, 13, 40, 60, 80], False),  # two slips, quarantined as rows
        ([9, 13, 18] + [40] * 57, True),  # 3 of 60 = 5 %
        ([9, 13, 18] + [40] * 58, False),  # under 5 %
        ([50.4, 61.3, 77.5, 40, 60], False),  # no multiples of 4, but no raw sums either: rows, not a version
    ],
)
def test_undeclared_who_5_totals_that_may_be_raw_stop_the_delivery(
    engine: Engine, totals: list[float], speaks: bool
) -> None:
    assert told(engine, "who5", totals) == ({"KAP-D06"} if speaks else set())


@pytest.mark.parametrize("form", ["raw", "index", "own"])
def test_a_declared_form_is_believed(engine: Engine, form: str) -> None:
    assert told(engine, "who5", [8, 12, 16, 20, 21], form) == set()


# What may be the scale's own and another form's alike, from ten totals on.
EITHER = {
    "twelve low WHO-5 indices": ("who5", [0, 4, 8, 12, 16, 20, 24] * 2),
    "low percentages of 30 days, rounded to whole numbers": ("pct_days_abstinent_30", [3, 7, 10, 13, 17] * 2),
    "ten EBI totals of at most 100": ("ebi", [10, 20, 35, 47, 58] * 2),
    "80 whole PEG totals, none over 10": ("peg", [1 + number % 10 for number in range(80)]),
}


@pytest.mark.parametrize("case", EITHER)
def test_totals_that_may_be_of_either_form_are_flagged_and_taken_in(engine: Engine, case: str) -> None:
    scale, totals = EITHER[case]
    assert told(engine, scale, totals) == {"KAP-D08"}
    assert told(engine, scale, totals, "own") == set()
    assert told(engine, scale, [total for total in totals if total][:9]) == set()


def test_one_peg_total_with_a_third_tells_means(engine: Engine) -> None:
    assert told(engine, "peg", [*[4] * 20, 3.33]) == set()


# scale | totals of the look-alike, as its publication counts them | the guard that speaks.
LOOK_ALIKES = {
    "Y-BOCS-II, which reaches 50": ("ybocs", [45, 44, 43, 20, 21, 22], "KAP-D04"),
    "the DSM-IV PCL above 80": ("pcl5", [81, 85, 83, 40], "KAP-D04"),
    "the OCI of 42 items, which reaches 168": ("oci_r", [120, 75, 99, 60], "KAP-D04"),
    "the BAM-R's days of use, to 90": ("bam_use", [30, 45, 60, 10], "KAP-D04"),
    "the BAM-R's risk, to 180": ("bam_risk", [60, 90, 100, 20], "KAP-D04"),
    "the BAM-R's protection, to 180": ("bam_protective", [60, 90, 100, 20], "KAP-D04"),
    "the AUDIT in place of the AUDIT-C": ("audit_c", [18, 25, 30, 9], "KAP-D04"),
    "a HAM-D of more items": ("hamd17", [53, 54, 53, 30], "KAP-D04"),
    "the sum of the PEG's three answers": ("peg", [25, 24, 23, 5, 6, 7], "KAP-D05"),
    "raw sums in place of a T-score": ("promis_pi4a", [12, 14, 16, 18], "KAP-D05"),
    "T-scores in place of a raw sum": ("promis_pi4a_raw", [56.3, 61.2, 64.7, 55.6], "KAP-D05"),
    "raw sums in place of a PROMIS-29 T-score": ("promis29_fatigue", [12, 14, 16, 18], "KAP-D05"),
    "T-scores in place of a PROMIS-29 raw sum": ("promis29_anxiety_raw", [56.3, 61.2, 64.7], "KAP-D05"),
    "the mean of the EBI's six items": ("ebi", [48.3, 51.7, 60, 72.5, 33.3], "KAP-D06"),
    "days abstinent of 30 in place of percent": ("pct_days_abstinent_30", [3, 8, 15, 22, 30], "KAP-D06"),
    "half steps of an earlier MADRS-S": ("madrs_s", [10.5, 12, 14.5, 17, 20.5], "KAP-D06"),
    "fifty MADRS-S totals, none above 27": ("madrs_s", [number % 28 for number in range(50)], "KAP-D08"),
    "fifty PCL-5 totals, none under 17": ("pcl5", [17 + number for number in range(50)], "KAP-D08"),
    "a BDI of unnamed edition": ("bdi_ii", [21], "KAP-D09"),
    "an AUDIT that may be an AUDIT-C": ("audit", [9], "KAP-D09"),
}
# What each scale gives itself, over its whole range.
CLEAN = {
    "who5": [0, 20, 28, 52, 100],
    "peg": [0, 3.33, 6.7, 10],
    "ybocs": [0, 20, 35, 40],
    "pcl5": [10, *range(17, 81)],
    "oci_r": [0, 30, 72],
    "bam_use": [0, 4, 12],
    "bam_risk": [0, 12, 24],
    "bam_protective": [0, 12, 24],
    "audit_c": [0, 6, 12],
    "hamd17": [0, 26, 52],
    "promis_pi4a": [41.6, 57.1, 75.6],
    "promis_pi4a_raw": [4, 12, 20],
    "promis29_fatigue": [33.7, 52, 75.8],
    "promis29_anxiety_raw": [4, 12, 20],
    "ebi": [0, 250, 333, 480, 600],
    "pct_days_abstinent_30": [0, 3.33, 46.67, 80, 100],
    "madrs_s": [*range(0, 55)],
}


@pytest.mark.parametrize("case", LOOK_ALIKES)
def test_a_delivery_of_the_look_alike_is_told(engine: Engine, case: str) -> None:
    scale, totals, code = LOOK_ALIKES[case]
    assert told(engine, scale, totals) == {code}


@pytest.mark.parametrize("scale", CLEAN)
def test_a_scales_own_totals_over_its_whole_range_are_believed(engine: Engine, scale: str) -> None:
    assert told(engine, scale, CLEAN[scale] * 3) == set()


def test_every_guard_has_a_delivery_that_it_tells() -> None:
    domains = {scale.id for scale, _ in guarded_scales() if scale.id.startswith("promis29_")}
    tried = {scale for scale, _, _ in LOOK_ALIKES.values()} | domains
    assert {scale for rule in RULES for _, scale in rule.applies} == tried | {"who5"}


def test_what_is_declared_to_be_own_is_never_taken_for_a_look_alike_within_its_range(engine: Engine) -> None:
    assert told(engine, "pcl5", [17 + number for number in range(50)], "own") == set()
    assert told(engine, "bdi_ii", [21], "own") == set()
    # But no declaration makes 45 a Y-BOCS total.
    assert told(engine, "ybocs", [45, 44, 43, 20], "own") == {"KAP-D04"}


def test_a_declared_sum_is_judged_by_the_range_of_the_sum(engine: Engine) -> None:
    assert told(engine, "peg", [25, 24, 23, 5, 6, 7], "sum") == set()
    assert told(engine, "peg", [25, 24, 23, 5, 6, 7], "raw") == set()
    assert told(engine, "peg", [25, 24, 23, 5, 6, 7], "mean") == {"KAP-D05"}


def test_a_corrected_delivery_is_not_told_again(engine: Engine) -> None:
    assert told(engine, "ybocs", [45, 44, 43], is_mended=True) == set()


@pytest.mark.parametrize(
    ("beyond_n", "own_n", "speaks"),
    [(1, 0, False), (1, 20, False), (2, 0, True), (2, 98, True), (2, 198, True), (2, 199, False)],
)
def test_two_totals_beyond_the_range_make_a_version(engine: Engine, beyond_n: int, own_n: int, speaks: bool) -> None:
    assert told(engine, "ybocs", [45] * beyond_n + [20] * own_n) == ({"KAP-D04"} if speaks else set())


@pytest.mark.parametrize(
    ("totals", "form", "speaks"),
    [
        ([*range(17, 57), 83], None, True),  # none below 17: the DSM-IV PCL
        ([*range(10, 50), 83], None, False),  # some below: a slip, quarantined as a row
        ([*range(10, 50), 83, 84], None, True),
        ([*range(17, 57), 83], "own", False),  # declared to be the PCL-5: a slip
        ([*range(17, 57), 83, 84], "own", True),
        ([83], None, False),  # alone it tells nothing
        ([*range(17, 57), 86], None, False),  # beyond both
    ],
)
def test_one_total_beyond_is_enough_where_none_lies_below_the_other_versions_lowest(
    engine: Engine, totals: list[int], form: str | None, speaks: bool
) -> None:
    assert ("KAP-D04" in told(engine, "pcl5", totals, form)) == speaks


@pytest.mark.parametrize(("beyond_n", "own_n", "speaks"), [(2, 0, False), (3, 57, True), (3, 58, False), (4, 76, True)])
def test_three_totals_beyond_the_range_and_a_twentieth_of_all_make_a_form(
    engine: Engine, beyond_n: int, own_n: int, speaks: bool
) -> None:
    assert told(engine, "peg", [25] * beyond_n + [3.3] * own_n) == ({"KAP-D05"} if speaks else set())


@given(data=st.data(), scale=st.sampled_from(["ybocs", "oci_r", "audit_c", "hamd17", "bam_use", "bam_risk"]))
def test_totals_of_a_scale_whose_look_alike_only_reaches_further_are_always_believed(
    engine: Engine, data: st.DataObject, scale: str
) -> None:
    highest = int(CATALOGUE.scales[scale].scoring.maximum)
    totals = data.draw(st.lists(st.integers(0, highest), min_size=1, max_size=80))
    assert told(engine, scale, totals) == set()


@given(totals=st.lists(st.integers(0, 30), min_size=5, max_size=60))
def test_the_guards_of_the_peg_speak_when_and_only_when_sums_exceed_ten_or_all_are_whole(
    engine: Engine, totals: list[int]
) -> None:
    beyond_n = sum(total > 10 for total in totals)
    sums = {"KAP-D05"} if beyond_n >= 3 and beyond_n / len(totals) >= 0.05 else set()
    whole = {"KAP-D08"} if sum(0 < total <= 10 for total in totals) >= 10 else set()
    assert told(engine, "peg", totals) == sums | whole
