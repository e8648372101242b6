"""How each instrument is scored, in tables a clinician can check against the publication named beside them.

`-` = the item is not answered. Every expected score was worked out by hand from the published rule.
"""

from __future__ import annotations

import pytest

from tests.score_rows import answers, row, scored, scored_one

# instrument | answers to items 1, 2, ... | score | prorated
WORKED = """
# PHQ-9: nine items 0 to 3, summed (Kroenke 2001).
phq9 | 0 0 0 0 0 0 0 0 0 | 0 | no
phq9 | 3 3 3 3 3 3 3 3 3 | 27 | no
phq9 | 2 1 3 0 1 2 0 1 0 | 10 | no
# Up to two unanswered count as the mean of the answered (Arrieta 2017): 8 x 9 / 8 = 9; 10 x 9 / 8 = 11.25 -> 11.
phq9 | 1 1 1 1 1 1 1 1 - | 9 | yes
phq9 | 2 2 2 1 1 1 1 - 0 | 11 | yes
# Rounding, half away from zero: 4 x 9 / 8 = 4.5 -> 5; 12 x 9 / 8 = 13.5 -> 14; 7 x 9 / 7 = 9; 8 x 9 / 7 = 10.29 -> 10.
phq9 | 1 1 1 1 0 0 0 0 - | 5 | yes
phq9 | 3 3 3 3 0 0 0 0 - | 14 | yes
phq9 | 1 1 1 1 1 1 1 - - | 9 | yes
phq9 | 2 1 1 1 1 1 1 - - | 10 | yes
phq9 | 1 1 1 1 1 1 - - - | too_many_items_missing | no
# GAD-7: seven items 0 to 3, summed (Spitzer 2006); proration as the PHQ-9's, without a source of its own.
gad7 | 0 0 0 0 0 0 0 | 0 | no
gad7 | 3 3 3 3 3 3 3 | 21 | no
gad7 | 1 2 3 0 1 2 3 | 12 | no
# 3 x 7 / 6 = 3.5 -> 4; 9 x 7 / 5 = 12.6 -> 13.
gad7 | 1 1 1 0 0 0 - | 4 | yes
gad7 | 3 3 3 0 0 - - | 13 | yes
gad7 | 1 1 1 1 - - - | too_many_items_missing | no
# PCL-5: twenty items 0 to 4, summed (Blevins 2015); no published missing-item rule.
pcl5 | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
pcl5 | 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 | 80 | no
pcl5 | 0 1 2 3 4 0 1 2 3 4 0 1 2 3 4 0 1 2 3 4 | 40 | no
pcl5 | 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 - | too_many_items_missing | no
# MADRS: ten items 0 to 6, summed.
madrs | 0 0 0 0 0 0 0 0 0 0 | 0 | no
madrs | 6 6 6 6 6 6 6 6 6 6 | 60 | no
madrs | 4 4 3 4 2 3 4 4 3 2 | 33 | no
madrs | 4 4 3 4 - 3 4 4 3 2 | too_many_items_missing | no
# QIDS-SR16: highest of 1-4, of 6-9, of 15-16, and six single items (Rush 2003). 3+1+2+1+1+0+2+1+2 = 13.
qids_sr16 | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
qids_sr16 | 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 | 27 | no
qids_sr16 | 3 2 0 1 1 - 2 1 - 1 1 0 2 1 0 2 | 13 | no
qids_sr16 | 1 2 3 0 2 1 - - 3 1 0 0 1 2 1 - | 13 | no
# One answered item is enough for a domain; a domain without any is missing.
qids_sr16 | - - 2 - 1 - - 1 - 1 1 0 1 1 - 0 | 8 | no
qids_sr16 | - - - - 1 1 - 1 - 1 1 0 1 1 0 0 | too_many_items_missing | no
qids_sr16 | 1 1 1 1 1 - - - - 1 1 0 1 1 0 0 | too_many_items_missing | no
qids_sr16 | 1 1 1 1 1 1 - 1 - 1 1 - 1 1 0 0 | too_many_items_missing | no
# BDI-II: twenty-one items 0 to 3, summed.
bdi_ii | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
bdi_ii | 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 | 63 | no
bdi_ii | 1 2 1 2 1 2 1 2 0 2 1 2 1 2 1 3 1 3 1 2 1 | 32 | no
bdi_ii | 1 2 1 2 1 2 1 2 0 2 1 2 1 2 1 3 1 3 1 2 - | too_many_items_missing | no
# HAM-D17: nine items 0 to 4, eight (4-6, 12-14, 16, 17) 0 to 2; 9 x 4 + 8 x 2 = 52.
hamd17 | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
hamd17 | 4 4 4 2 2 2 4 4 4 4 4 2 2 2 4 2 2 | 52 | no
hamd17 | 3 2 1 1 1 1 3 1 1 2 1 1 1 0 1 0 0 | 20 | no
hamd17 | 4 4 4 3 2 2 4 4 4 4 4 2 2 2 4 2 2 | item_out_of_range | no
hamd17 | 3 2 1 1 1 1 3 1 1 2 1 1 1 0 1 0 - | too_many_items_missing | no
# Y-BOCS: ten severity items 0 to 4, summed (Goodman 1989).
ybocs | 0 0 0 0 0 0 0 0 0 0 | 0 | no
ybocs | 4 4 4 4 4 4 4 4 4 4 | 40 | no
ybocs | 3 2 3 2 3 2 3 2 3 2 | 25 | no
ybocs | 5 2 3 2 3 2 3 2 3 2 | item_out_of_range | no
ybocs | 3 2 3 2 3 2 3 2 3 - | too_many_items_missing | no
# PEG: mean of three items 0 to 10 (Krebs 2009). 17 / 3 = 5.666667; 1 / 3 = 0.333333.
peg | 0 0 0 | 0 | no
peg | 10 10 10 | 10 | no
peg | 5 6 6 | 5.666667 | no
peg | 1 0 0 | 0.333333 | no
peg | 5 6 - | too_many_items_missing | no
# WHO-5: sum of five items 0 to 5, times 4 (Topp 2015).
who5 | 0 0 0 0 0 | 0 | no
who5 | 5 5 5 5 5 | 100 | no
who5 | 3 2 3 2 3 | 52 | no
who5 | 3 2 3 2 - | too_many_items_missing | no
# AUDIT-C: three items 0 to 4, summed (Bush 1998).
audit_c | 0 0 0 | 0 | no
audit_c | 4 4 4 | 12 | no
audit_c | 4 2 1 | 7 | no
audit_c | 4 2 - | too_many_items_missing | no
"""


def _table(text: str) -> list[list[str]]:
    lines = (line.strip() for line in text.splitlines())
    return [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]


def _answers(cell: str) -> dict[str, float | None]:
    return answers(*(None if word == "-" else float(word) for word in cell.split()))


def test_the_worked_answers_give_the_worked_scores() -> None:
    table = _table(WORKED)
    frame = scored([row(scale, **_answers(given)) for scale, given, _, _ in table])
    got = [
        [why if isinstance(why, str) else f"{score:.6f}".rstrip("0").rstrip("."), "yes" if prorated else "no"]
        for score, why, prorated in zip(frame["score"], frame["why_absent"], frame["prorated"], strict=True)
    ]
    expected = [[score, prorated] for _, _, score, prorated in table]
    wrong = [(line, found) for line, found, wanted in zip(table, got, expected, strict=True) if found != wanted]
    assert wrong == []


def test_every_scale_of_the_catalogue_has_worked_answers() -> None:
    from pipelines.instruments.catalogue import load_catalogue

    shown = {line[0] for line in _table(WORKED)} | {"bam_use", "bam_risk", "bam_protective"}
    assert shown == set(load_catalogue().scales)


# A BAM form gives three scores: use = 4+5+6, risk = 1+2+3+8+11+15, protective = 9+10+12+13+14+16 (BAM manual, VA).
BAM = {
    "complete": ("1 2 3 4 0 2 1 1 3 4 0 2 1 4 2 3 1", {"bam_use": 6, "bam_risk": 9, "bam_protective": 17}),
    "a use item missing": ("1 2 3 4 - 2 1 1 3 4 0 2 1 4 2 3 1", {"bam_risk": 9, "bam_protective": 17}),
    "unscored items 7 and 17 missing": (
        "1 2 3 4 0 2 - 1 3 4 0 2 1 4 2 3 -",
        {"bam_use": 6, "bam_risk": 9, "bam_protective": 17},
    ),
    "use items alone": ("- - - 0 0 0", {"bam_use": 0}),
}


@pytest.mark.parametrize("form", BAM)
def test_a_bam_form_gives_three_scores_each_with_its_own_missing_rule(form: str) -> None:
    given, expected = BAM[form]
    frame = scored([row("bam", **_answers(given))])
    assert list(frame["scale"]) == ["bam_protective", "bam_risk", "bam_use"]
    assert set(frame["source_scale"]) == {"bam"}
    assert frame.dropna(subset=["score"]).set_index("scale")["score"].to_dict() == expected
    assert frame.loc[frame["score"].isna(), "why_absent"].isin(["too_many_items_missing", "no_answers"]).all()


def test_the_bam_has_no_total_of_its_own_but_a_subscale_has() -> None:
    frame = scored([row("bam", total=7)])
    assert len(frame) == 3
    assert frame["score"].isna().all()
    assert set(frame["why_absent"]) == {"no_total_of_its_own"}
    use = scored_one("bam_use", total=7)
    assert (use["score"], use["from_total"], use["items_used"]) == (7, True, None)


# What is said of the safety item: PHQ-9 and BDI-II item 9 from 1, QIDS 12 from 1, MADRS 10 from 2, HAM-D 3 from 1.
SAFETY = """
phq9 | 1 1 1 1 1 1 1 1 0 | answered | not positive
phq9 | 1 1 1 1 1 1 1 1 1 | answered | positive
phq9 | 1 1 1 1 1 1 1 1 - | unanswered | unknown
phq9 | - - - - - - - - 2 | answered | positive
bdi_ii | 0 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 | answered | positive
madrs | 0 0 0 0 0 0 0 0 0 1 | answered | not positive
madrs | 0 0 0 0 0 0 0 0 0 2 | answered | positive
hamd17 | 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | answered | positive
qids_sr16 | 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0 | answered | positive
qids_sr16 | 0 0 0 0 0 0 0 0 0 0 0 - 0 0 0 0 | unanswered | unknown
gad7 | 0 0 0 0 0 0 0 | unknown | unknown
"""


def test_the_safety_item_is_never_filled_in_and_its_absence_is_flagged() -> None:
    said = {True: "unanswered", False: "answered", None: "unknown"}
    positive = {True: "positive", False: "not positive", None: "unknown"}
    for scale, given, is_answered, is_positive in _table(SAFETY):
        result = scored_one(scale, **_answers(given))
        assert said[result["safety_item_unanswered"]] == is_answered, (scale, given)
        assert positive[result["safety_item_positive"]] == is_positive, (scale, given)


def test_phq9_without_item_9_is_prorated_and_flagged() -> None:
    result = scored_one("phq9", **answers(2, 2, 2, 2, 2, 2, 2, 2, None))
    assert (result["score"], result["prorated"], result["items_used"]) == (18, True, 8)
    assert result["safety_item_unanswered"]
    assert result["safety_item_positive"] is None


# scale | stored total | form | score or reason
TOTALS = """
phq9 | 27 | index | 27
phq9 | 28 | index | total_out_of_range
who5 | 52 | index | 52
who5 | 13 | raw | 52
who5 | 25 | raw | 100
who5 | 26 | raw | total_out_of_range
peg | 5.6666667 | index | 5.666667
peg | 17 | raw | 5.666667
peg | 17 | index | total_out_of_range
ybocs | 41 | index | total_out_of_range
pcl5 | 33 | raw | 33
"""


def test_a_stored_total_is_taken_when_no_item_is_answered() -> None:
    for scale, total, form, expected in _table(TOTALS):
        result = scored_one(scale, total=float(total), scale_form=form)
        found = result["why_absent"] or f"{result['score']:g}"
        assert found == (f"{float(expected):g}" if expected[0].isdigit() else expected), (scale, total, form)
        assert result["from_total"] == (result["score"] is not None)
        assert result["items_used"] is None
        assert not result["prorated"]
