"""What a form gives beside its total: clusters, subscales, verdicts, and what only a delivered score can tell.

`-` = the item is not answered, or the part has no score. Every expected score was worked out by hand.
"""

from __future__ import annotations

import pytest

from pipelines.instruments.catalogue import load_catalogue
from tests.score_rows import answers, row, scored, scored_one
from tests.worked_tables import answered, table

# form | answers to items 1, 2, ... | its parts and what they score. `-` = absent.
PARTS = """
# PCL-5: B = 1-5, C = 6-7, D = 8-14, E = 15-20; provisional diagnosis from 2 on: one B, one C, two D, two E (NCPTSD).
pcl5 | 0 1 2 3 4 0 1 2 3 4 0 1 2 3 4 0 1 2 3 4 | b 10, c 1, d 15, e 14, provisional_diagnosis 0
pcl5 | 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 | b 20, c 8, d 28, e 24, provisional_diagnosis 1
pcl5 | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 | b 0, c 0, d 0, e 0, provisional_diagnosis 0
pcl5 | 2 0 0 0 0 2 0 2 2 0 0 0 0 0 2 2 0 0 0 0 | b 2, c 2, d 4, e 4, provisional_diagnosis 1
pcl5 | 1 1 1 1 1 2 0 2 2 0 0 0 0 0 2 2 0 0 0 0 | b 5, c 2, d 4, e 4, provisional_diagnosis 0
pcl5 | 2 0 0 0 0 1 1 2 2 0 0 0 0 0 2 2 0 0 0 0 | b 2, c 2, d 4, e 4, provisional_diagnosis 0
pcl5 | 2 0 0 0 0 2 0 4 1 1 1 1 1 1 2 2 0 0 0 0 | b 2, c 2, d 10, e 4, provisional_diagnosis 0
pcl5 | 2 0 0 0 0 2 0 2 2 0 0 0 0 0 4 1 1 1 1 1 | b 2, c 2, d 4, e 9, provisional_diagnosis 0
pcl5 | 2 0 0 0 0 2 - 2 2 0 0 0 0 0 2 2 0 0 0 0 | b 2, c -, d 4, e 4, provisional_diagnosis -
# Y-BOCS: obsessions 1-5, compulsions 6-10 (Goodman 1989).
ybocs | 3 2 3 2 3 2 3 2 3 2 | obsessions 13, compulsions 12
ybocs | 4 4 4 4 4 4 4 4 4 4 | obsessions 20, compulsions 20
ybocs | 0 0 0 0 0 0 0 0 0 - | obsessions 0, compulsions -
# OCI-R: every sixth item (NovoPsych, measurely).
oci_r | 0 1 2 3 4 0 0 1 2 3 4 0 0 1 2 3 4 1 | hoarding 0, checking 3, ordering 6, neutralizing 9, washing 12, obsessing 1
oci_r | 0 1 2 3 4 - 0 1 2 3 4 0 0 1 2 3 4 1 | hoarding 0, checking 3, ordering 6, neutralizing 9, washing 12, obsessing -
# PROMIS-29: seven domains of four, each a raw sum from 4 to 20, and one item from 0 to 10. No T-score from items.
promis29 | 1 2 3 4 1 1 1 1 5 5 5 5 2 2 2 2 3 3 3 3 5 4 4 5 1 2 2 1 7 | physical_function_raw 10, anxiety_raw 4, depression_raw 20, fatigue_raw 8, sleep_disturbance_raw 12, social_roles_raw 18, pain_interference_raw 6, pain_intensity 7, physical_function -, anxiety -, depression -, fatigue -, sleep_disturbance -, social_roles -, pain_interference -
promis29 | 1 1 1 - 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 - | physical_function_raw -, anxiety_raw 4, depression_raw 4, fatigue_raw 4, sleep_disturbance_raw 4, social_roles_raw 4, pain_interference_raw 4, pain_intensity -, physical_function -, anxiety -, depression -, fatigue -, sleep_disturbance -, social_roles -, pain_interference -
# BAM: use = 4-6, risk = 1-3, 8, 11, 15, protective = 9, 10, 12-14, 16 (BAM manual, VA).
bam | 1 2 3 4 0 2 1 1 3 4 0 2 1 4 2 3 1 | use 6, risk 9, protective 17
# Which items of the MEQ-30 make a subscale is not in the sources at hand.
meq30 | 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 | mystical -, positive_mood -, transcendence -, ineffability -, complete -
# The mark of the EQ-VAS is no item.
eq5d5l | 1 2 1 1 3 | vas -
promis_pi4a | 3 4 2 5 | raw 14
"""  # noqa: E501


def test_a_form_gives_its_parts_each_with_its_own_missing_rule() -> None:
    worked = table(PARTS)
    frame = scored([row(form, **answered(given)) for form, given, _ in worked])
    for number, (form, _, parts) in enumerate(worked, 1):
        own = frame[(frame["row_number"] == number) & (frame["scale"] != form)].set_index("scale")
        expected = {f"{form}_{name}": score for name, score in (part.split() for part in parts.split(", "))}
        got = {scale: "-" if score != score else f"{score:g}" for scale, score in own["score"].items()}
        assert got == expected, number
        assert own["why_absent"].isna().equals(own["score"].notna())


def test_every_part_of_a_form_has_workedanswered() -> None:
    shown = {f"{form}_{part.split()[0]}" for form, _, parts in table(PARTS) for part in parts.split(", ")}
    assert shown == set(load_catalogue().scales) - set(load_catalogue().instruments)


def test_what_cannot_be_scored_from_items_says_why() -> None:
    frame = scored([row("promis29", item_05=3), row("meq30", item_01=3), row("eq5d5l", item_01=3)])
    why = frame.set_index("scale")["why_absent"].to_dict()
    assert why["promis29_anxiety"] == why["eq5d5l"] == "table_not_licensed"
    assert why["meq30_ineffability"] == "items_not_assigned"
    assert why["eq5d5l_vas"] == "no_answers"


def test_a_delivered_index_stands_beside_the_answers_it_was_made_from() -> None:
    frame = scored([row("eq5d5l", total=0.81, **answers(1, 1, 2, 1, 2))]).set_index("scale")
    assert (frame.loc["eq5d5l", "score"], frame.loc["eq5d5l", "from_total"]) == (0.81, True)


def test_a_stored_total_says_nothing_of_the_parts() -> None:
    for scale in ("pcl5", "ybocs", "oci_r", "promis_pi4a", "eq5d5l"):
        assert list(scored([row(scale, total=1)])["scale"]) == [scale]


# MEQ-30: complete = 60 % or more on each subscale: 45 of 75, 18 of 30, 18 of 30, 9 of 15 (two public implementations).
COMPLETE = {
    "all at 60 %": ((45, 18, 18, 9), 1, None),
    "all at the maximum": ((75, 30, 30, 15), 1, None),
    "mystical one short": ((44, 30, 30, 15), 0, None),
    "positive mood one short": ((75, 17, 30, 15), 0, None),
    "transcendence one short": ((75, 30, 17, 15), 0, None),
    "ineffability one short": ((75, 30, 30, 8), 0, None),
    "a subscale not delivered": ((75, 30, 30), None, "part_missing"),
    "a subscale beyond its range": ((75, 30, 30, 16), None, "total_out_of_range"),
}


@pytest.mark.parametrize("case", COMPLETE)
def test_a_complete_mystical_experience_needs_all_four_subscales(case: str) -> None:
    totals, verdict, why = COMPLETE[case]
    names = ("mystical", "positive_mood", "transcendence", "ineffability")
    delivered = [row(f"meq30_{name}", total=total) for name, total in zip(names, totals, strict=False)]
    # Another day's subscales are another experience.
    frame = scored([*delivered, row("meq30_ineffability", score_day=9, total=15)])
    found = frame[(frame["scale"] == "meq30_complete") & (frame["score_day"] == 0)].iloc[0]
    assert (None if found["score"] != found["score"] else found["score"]) == verdict
    assert (None if verdict is not None else found["why_absent"]) == why
    assert found["source_scale"] == "meq30"


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
    frame = scored([row("bam", **answered(given))])
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
