"""How each instrument is scored, in tables a clinician can check against the publication named beside them.

`-` = the item is not answered. Every expected score was worked out by hand from the published rule.
"""

from __future__ import annotations

from typing import Any

from pipelines.instruments.catalogue import load_catalogue
from tests.score_rows import answers, row, scored, scored_one
from tests.worked_tables import answered, table

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
# PHQ-8: the first eight of the PHQ-9 (Kroenke 2009); proration carried over. 7 x 8 / 7 = 8; 8 x 8 / 6 = 10.67 -> 11.
phq8 | 0 0 0 0 0 0 0 0 | 0 | no
phq8 | 3 3 3 3 3 3 3 3 | 24 | no
phq8 | 2 1 3 0 1 2 0 1 | 10 | no
phq8 | 1 1 1 1 1 1 1 - | 8 | yes
phq8 | 2 2 1 1 1 1 - - | 11 | yes
phq8 | 1 1 1 1 1 - - - | too_many_items_missing | no
# CAPS-5: twenty items 0 to 4, summed (Weathers 2015 forms).
caps5 | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
caps5 | 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 | 80 | no
caps5 | 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 | 30 | no
caps5 | 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 - | too_many_items_missing | no
# MADRS-S: nine items 0 to 6, summed.
madrs_s | 0 0 0 0 0 0 0 0 0 | 0 | no
madrs_s | 6 6 6 6 6 6 6 6 6 | 54 | no
madrs_s | 4 3 2 3 4 2 3 1 0 | 22 | no
madrs_s | 4 3 2 3 4 2 3 1 - | too_many_items_missing | no
# HAM-A: fourteen items 0 to 4, summed (Hamilton 1959).
hama | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
hama | 4 4 4 4 4 4 4 4 4 4 4 4 4 4 | 56 | no
hama | 1 2 3 0 1 2 3 0 1 2 3 0 1 2 | 21 | no
hama | 1 2 3 0 1 2 3 0 1 2 3 0 1 - | too_many_items_missing | no
# OCI-R: eighteen items 0 to 4, summed (Foa 2002).
oci_r | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
oci_r | 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 | 72 | no
oci_r | 0 1 2 3 4 0 0 1 2 3 4 0 0 1 2 3 4 1 | 31 | no
oci_r | 0 1 2 3 4 0 0 1 2 3 4 0 0 1 2 3 4 - | too_many_items_missing | no
# AUDIT: ten items 0 to 4, the last two 0, 2 or 4 only (Babor 2001).
audit | 0 0 0 0 0 0 0 0 0 0 | 0 | no
audit | 4 4 4 4 4 4 4 4 4 4 | 40 | no
audit | 3 2 1 0 1 0 1 0 2 4 | 14 | no
audit | 3 2 1 0 1 0 1 0 3 4 | item_out_of_range | no
audit | 3 2 1 0 1 0 1 0 2 1 | item_out_of_range | no
audit | 3 3 1 0 1 0 1 0 2 - | too_many_items_missing | no
# DAST-10: ten answers no (0) or yes (1); item 3 turns round: no = 1 (Skinner 1982).
dast10 | 0 0 1 0 0 0 0 0 0 0 | 0 | no
dast10 | 1 1 0 1 1 1 1 1 1 1 | 10 | no
dast10 | 0 0 0 0 0 0 0 0 0 0 | 1 | no
dast10 | 1 1 1 0 0 1 0 0 1 0 | 4 | no
dast10 | 1 1 - 0 0 1 0 0 1 0 | too_many_items_missing | no
# BPI severity: mean of four items 0 to 10. 21 / 4 = 5.25.
bpi_severity | 0 0 0 0 | 0 | no
bpi_severity | 10 10 10 10 | 10 | no
bpi_severity | 7 3 6 5 | 5.25 | no
bpi_severity | 7 3 6 - | too_many_items_missing | no
# BPI interference: mean of seven items 0 to 10, of four at least (ePPOC). 31 / 7; 23 / 4 = 5.75; 18 / 5 = 3.6.
bpi_interference | 0 0 0 0 0 0 0 | 0 | no
bpi_interference | 10 10 10 10 10 10 10 | 10 | no
bpi_interference | 4 5 6 8 3 2 3 | 4.428571 | no
bpi_interference | 4 5 6 8 - - - | 5.75 | yes
bpi_interference | 4 - 6 - 3 2 3 | 3.6 | yes
bpi_interference | 4 5 6 - - - - | too_many_items_missing | no
# PROMIS 4a, the raw sum: four items 1 to 5. Half answered are enough: 7 x 4 / 2 = 14; 10 x 4 / 3 = 13.33 -> 13.
promis_pi4a_raw | 1 1 1 1 | 4 | no
promis_pi4a_raw | 5 5 5 5 | 20 | no
promis_pi4a_raw | 3 4 2 5 | 14 | no
promis_pi4a_raw | 3 4 - - | 14 | yes
promis_pi4a_raw | 3 4 3 - | 13 | yes
promis_pi4a_raw | 3 - - - | too_many_items_missing | no
# WSAS: five items 0 to 8, summed (Mundt 2002); without work no score, since four items reach 32 only.
wsas | 0 0 0 0 0 | 0 | no
wsas | 8 8 8 8 8 | 40 | no
wsas | 6 3 4 2 5 | 20 | no
wsas | - 3 4 2 5 | too_many_items_missing | no
# CADSS and CADSS-6: items 0 to 4, summed.
cadss | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
cadss | 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 | 92 | no
cadss | 1 0 2 0 0 3 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 1 0 | 10 | no
cadss | 1 0 2 0 0 3 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 1 - | too_many_items_missing | no
cadss6 | 0 0 0 0 0 0 | 0 | no
cadss6 | 4 4 4 4 4 4 | 24 | no
cadss6 | 1 0 3 1 2 1 | 8 | no
cadss6 | 1 0 3 1 2 - | too_many_items_missing | no
# MEQ-30: thirty items 0 to 5, summed (Barrett 2015).
meq30 | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | 0 | no
meq30 | 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 | 150 | no
meq30 | 1 2 3 4 5 1 2 3 4 5 1 2 3 4 5 1 2 3 4 5 1 2 3 4 5 1 2 3 4 5 | 90 | no
meq30 | 1 2 3 4 5 1 2 3 4 5 1 2 3 4 5 1 2 3 4 5 1 2 3 4 5 1 2 3 4 - | too_many_items_missing | no
# EBI: six marks from 0 to 100, summed (Roseman 2019).
ebi | 0 0 0 0 0 0 | 0 | no
ebi | 100 100 100 100 100 100 | 600 | no
ebi | 75 20 0 64 33 8 | 200 | no
ebi | 75 20 0 64 33 - | too_many_items_missing | no
# CGI: one rating from 1 to 7 (Guy 1976); 0 = not assessed is no rating.
cgi_s | 1 | 1 | no
cgi_s | 7 | 7 | no
cgi_s | 0 | item_out_of_range | no
cgi_s | - | no_answers | no
cgi_i | 1 | 1 | no
cgi_i | 7 | 7 | no
cgi_i | 0 | item_out_of_range | no
cgi_i | - | no_answers | no
# SDS: three items 0 to 10, summed; no total without work or school.
sds | 0 0 0 | 0 | no
sds | 10 10 10 | 30 | no
sds | 6 2 4 | 12 | no
sds | - 2 4 | too_many_items_missing | no
# ISI: seven items 0 to 4, summed (Morin 2011); all seven are needed.
isi | 0 0 0 0 0 0 0 | 0 | no
isi | 4 4 4 4 4 4 4 | 28 | no
isi | 3 2 1 3 2 2 1 | 14 | no
isi | 3 2 1 3 2 2 - | too_many_items_missing | no
# C-SSRS screener: 0 none, 1 low (1 or 2), 2 moderate (3, or 6 ever), 3 high (4, 5, or 6 within three months = item 7).
# Items 3 to 5 are not asked after a no to 2, item 7 not after a no to 6.
cssrs_screen | 0 0 - - - 0 - | 0 | no
cssrs_screen | 1 0 - - - 0 - | 1 | no
cssrs_screen | 1 1 0 0 0 0 - | 1 | no
cssrs_screen | 1 1 1 0 0 0 - | 2 | no
cssrs_screen | 0 0 - - - 1 0 | 2 | no
cssrs_screen | 1 1 0 1 0 0 - | 3 | no
cssrs_screen | 1 1 1 1 1 0 - | 3 | no
cssrs_screen | 0 0 - - - 1 1 | 3 | no
cssrs_screen | 1 1 - 0 0 0 - | too_many_items_missing | no
cssrs_screen | 0 0 - - - 1 - | too_many_items_missing | no
cssrs_screen | 0 - - - - 0 - | too_many_items_missing | no
# From items there is no T-score and no index: the tables may not be shipped.
promis_pi4a | 3 4 2 5 | table_not_licensed | no
eq5d5l | 1 1 1 1 1 | table_not_licensed | no
eq5d5l | 5 5 5 5 5 | table_not_licensed | no
eq5d5l | - - - - - | no_answers | no
"""


def test_the_worked_answers_give_the_worked_scores() -> None:
    worked = table(WORKED)
    frame = scored([row(scale, **answered(given)) for scale, given, _, _ in worked])
    frame = frame[frame["scale"] == frame["source_scale"]]
    got = [
        [why if isinstance(why, str) else f"{score:.6f}".rstrip("0").rstrip("."), "yes" if prorated else "no"]
        for score, why, prorated in zip(frame["score"], frame["why_absent"], frame["prorated"], strict=True)
    ]
    expected = [[score, prorated] for _, _, score, prorated in worked]
    wrong = [(line, found) for line, found, wanted in zip(worked, got, expected, strict=True) if found != wanted]
    assert wrong == []


def test_every_form_with_a_score_has_workedanswered() -> None:
    forms = {scale for scale in load_catalogue().scales if scale in load_catalogue().instruments}
    # A percentage of days has no answers; its stored values are below.
    assert {line[0] for line in table(WORKED)} - {"promis_pi4a_raw"} == forms - {"pct_days_abstinent_30"}


# What is said of the safety item: PHQ-9 and BDI-II item 9 from 1, QIDS 12 from 1, MADRS 10 from 2, HAM-D 3 from 1,
# MADRS-S 9 from 2, C-SSRS 4 to 6 (7 = the recent part of 6): one yes is enough, not asked by design is no.
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
madrs_s | 0 0 0 0 0 0 0 0 1 | answered | not positive
madrs_s | 0 0 0 0 0 0 0 0 2 | answered | positive
cssrs_screen | 1 1 1 0 0 0 - | answered | not positive
cssrs_screen | 0 0 - - - 0 - | answered | not positive
cssrs_screen | 1 1 0 1 0 0 - | answered | positive
cssrs_screen | 1 1 0 0 1 0 - | answered | positive
cssrs_screen | 0 0 - - - 1 0 | answered | positive
cssrs_screen | 1 1 0 1 - 0 - | unanswered | positive
cssrs_screen | 1 1 0 0 - 0 - | unanswered | unknown
"""


def test_the_safety_item_is_never_filled_in_and_its_absence_is_flagged() -> None:
    said: dict[Any, str] = {True: "unanswered", False: "answered", None: "unknown"}
    positive: dict[Any, str] = {True: "positive", False: "not positive", None: "unknown"}
    worked = table(SAFETY)
    frame = scored([row(scale, **answered(given)) for scale, given, _, _ in worked]).astype(object)
    frame = frame.where(frame.notna(), None)
    for line, found in zip(worked, frame.itertuples(), strict=True):
        assert [said[found.safety_item_unanswered], positive[found.safety_item_positive]] == line[2:], line


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
pcl5 | 85 | index | total_out_of_range
bam_use | 13 | index | total_out_of_range
promis_pi4a | 55.6 | index | 55.6
promis_pi4a | 41.6 | index | 41.6
promis_pi4a | 75.6 | index | 75.6
promis_pi4a | 15 | index | total_out_of_range
promis_pi4a | 15 | raw | total_out_of_range
promis_pi4a_raw | 15 | raw | 15
promis29_fatigue | 33.7 | index | 33.7
promis29_fatigue | 20 | index | total_out_of_range
promis29_fatigue_raw | 20 | raw | 20
eq5d5l | -0.594 | index | -0.594
eq5d5l | 1 | index | 1
eq5d5l | 1.001 | index | total_out_of_range
eq5d5l_vas | 100 | index | 100
pct_days_abstinent_30 | 0 | index | 0
pct_days_abstinent_30 | 100 | index | 100
pct_days_abstinent_30 | 46.67 | index | 46.67
pct_days_abstinent_30 | 15 | raw | 50
pct_days_abstinent_30 | 31 | raw | total_out_of_range
pct_days_abstinent_30 | 15 | days | 50
peg | 15 | sum | 5
peg | 9 | mean | 9
ebi | 50 | mean | 300
ebi | 101 | mean | total_out_of_range
eq5d5l | -0.285 | own | -0.285
cssrs_screen | 3 | index | no_total_of_its_own
pcl5_provisional_diagnosis | 1 | index | no_total_of_its_own
"""


def test_a_stored_total_is_taken_when_no_item_is_answered() -> None:
    stored = table(TOTALS)
    frame = scored([row(scale, total=float(total), scale_form=form) for scale, total, form, _ in stored])
    assert len(frame) == len(stored)
    for line, found in zip(stored, frame.itertuples(), strict=True):
        expected = line[-1]
        if expected[0].isalpha():
            assert (found.why_absent, found.from_total) == (expected, False), line
        else:
            assert (found.score, found.from_total) == (float(expected), True), line
    assert frame["items_used"].isna().all()
    assert not frame["prorated"].any()
