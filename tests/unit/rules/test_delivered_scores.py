"""What is told of one administered scale: answers it takes, totals it can give, items skipped by design, its form."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from pipelines.contract.fields import FIELDS, ITEM_FIELDS
from pipelines.contract.tables import SCORES
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.flags import delivered_select, flag_select

SAFETY_ITEMS = {"phq9": 9, "qids_sr16": 12, "bdi_ii": 9, "madrs": 10, "hamd17": 3, "madrs_s": 9}
ANSWERED = {"phq9": 9, "qids_sr16": 16, "bdi_ii": 21, "madrs": 10, "hamd17": 17, "madrs_s": 9}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as made:
        load_catalogue().define_in(made)
        yield made


def record(scale: str, answers: list[float | None] | None = None, **cells: Any) -> dict[str, Any]:
    items = {f"item_{number:02d}": answer for number, answer in enumerate(answers or [], 1)}
    return {"patient_id": "p", "scale": scale, "score_day": 40, "malformed": False} | items | cells


def given(engine: Engine, *rows: dict[str, Any]) -> None:
    kinds = {field.name: field.sql_type for field in SCORES.fields}
    kinds |= {"malformed": "BOOLEAN", "damaged": "VARCHAR[]", "unknown": "VARCHAR[]"}
    frame = pd.DataFrame([dict.fromkeys(kinds) | row for row in rows], columns=list(kinds)).astype(object)
    engine.define("texts", frame.where(frame.notna(), None).astype(object))
    listed = ", ".join(f"TRY_CAST({name} AS {kind}) AS {name}" for name, kind in kinds.items())
    empty = "CAST([] AS VARCHAR[])"
    select = f"SELECT {listed}, row_number() OVER () AS place FROM texts"
    engine.materialise("given", f"SELECT * REPLACE ({empty} AS damaged, {empty} AS unknown) FROM ({select})")


def quarantined(engine: Engine, *rows: dict[str, Any]) -> list[list[str]]:
    """Of each record, the codes of the rules that quarantine it."""
    given(engine, *rows)
    flagged = engine.rows(f"SELECT quarantined_by FROM ({flag_select('scores', 'given')}) ORDER BY place")
    return [list(row[0]) for row in flagged]


def violated(engine: Engine, code: str, *rows: dict[str, Any]) -> list[int | None]:
    """Of each record, whether it violates a rule (1, 0), or is none of its population (None)."""
    given(engine, *rows)
    rule = BY_CODE[code]
    flag = rule.flag_sql(rule.applies[0][1])
    select = delivered_select("scores", "given", ITEM_FIELDS)
    return [row[0] for row in engine.rows(f"SELECT {flag} FROM ({select}) ORDER BY place")]


def test_the_last_two_items_of_the_audit_take_three_answers(engine: Engine) -> None:
    answers: list[float | None] = [1] * 8
    rows = [record("audit", [*answers, ninth, tenth]) for ninth, tenth in itertools.product(range(5), repeat=2)]
    found = quarantined(engine, *rows)
    allowed = {0, 2, 4}
    expected = [
        [] if {ninth, tenth} <= allowed else ["KAP-Q02"] for ninth, tenth in itertools.product(range(5), repeat=2)
    ]
    assert found == expected


def test_every_mean_over_four_to_seven_answers_of_the_bpi_is_a_legal_total(engine: Engine) -> None:
    # ePPOC: the mean of the answered items, from four of seven on (clinical.md section 1.4).
    means = {Fraction(points, answered) for answered in (4, 5, 6, 7) for points in range(10 * answered + 1)}
    rows = [
        record("bpi_interference", total=round(float(mean), decimals))
        for mean in sorted(means)
        for decimals in (1, 2, 6)
    ]
    assert quarantined(engine, *rows) == [[]] * len(rows)


def test_what_no_mean_of_whole_answers_gives_is_refused_where_steps_are_wide(engine: Engine) -> None:
    # Of four answers: quarters. 2.6 is 0.1 from the next.
    rows = [record("bpi_severity", total=total) for total in (2.5, 2.6, 2.75, 2.8, 2.63)]
    assert quarantined(engine, *rows) == [[], ["KAP-Q05"], [], [], ["KAP-Q05"]]
    assert quarantined(engine, record("phq9", total=12.5), record("phq9", total=12)) == [["KAP-Q05"], []]


def test_items_of_the_c_ssrs_that_are_skipped_by_design_are_no_missing_answers(engine: Engine) -> None:
    # Items 3 to 5 are asked after a yes to 2, item 7 (within three months) after a yes to 6.
    skipped = record("cssrs_screen", [0, 0, None, None, None, 0, None])
    asked = record("cssrs_screen", [1, 1, 0, 0, 0, 1, 0])
    left_out = record("cssrs_screen", [1, 1, None, None, None, 0, None])
    unanswered = record("cssrs_screen", [0, 0, None, None, None, None, None])
    rows = (skipped, asked, left_out, unanswered)
    assert violated(engine, "KAP-Q09", *rows) == [0, 0, 1, 1]
    assert violated(engine, "KAP-Q10", *rows) == [0, 0, 1, 1]


@pytest.mark.parametrize("item", [4, 5, 6, 7])
def test_each_safety_item_of_the_c_ssrs_is_asked_for(engine: Engine, item: int) -> None:
    answers: list[float | None] = [1, 1, 1, 1, 1, 1, 1]
    answers[item - 1] = None
    assert violated(engine, "KAP-Q10", record("cssrs_screen", answers)) == [1]


@pytest.mark.parametrize("scale", SAFETY_ITEMS)
def test_the_safety_item_of_every_scale_is_asked_for_and_no_other(engine: Engine, scale: str) -> None:
    rows = []
    for number in range(1, ANSWERED[scale] + 1):
        answers: list[float | None] = [1] * ANSWERED[scale]
        answers[number - 1] = None
        rows.append(record(scale, answers))
    told = violated(engine, "KAP-Q10", *rows)
    assert [number for number, flag in enumerate(told, 1) if flag] == [SAFETY_ITEMS[scale]]


def test_a_scale_without_a_safety_item_is_not_asked_for_one(engine: Engine) -> None:
    assert violated(engine, "KAP-Q10", record("gad7", [None, 1, 1, 1, 1, 1, 1])) == [None]


def test_an_index_below_nought_is_judged_by_the_range_of_its_scale(engine: Engine) -> None:
    rows = [record("eq5d5l", total=total) for total in (-0.594, -0.285, 0, 1, -0.6, 1.001)]
    assert quarantined(engine, *rows) == [[], [], [], [], ["KAP-Q04"], ["KAP-Q04"]]
    assert quarantined(engine, record("phq9", total=-1)) == [["KAP-Q04"]]


def test_the_entry_gate_knows_every_total_that_a_scale_can_give() -> None:
    field = FIELDS["total"]
    assert field.minimum is not None and field.maximum is not None
    for scale in load_catalogue().scales.values():
        assert field.minimum <= scale.scoring.minimum < scale.scoring.maximum <= field.maximum, scale.id


def test_a_declared_form_is_one_that_the_scale_has(engine: Engine) -> None:
    taken = [("who5", "raw"), ("who5", "index"), ("peg", "sum"), ("peg", "mean"), ("ebi", "mean"), ("phq9", "raw")]
    taken += [("pct_days_abstinent_30", "days"), ("bdi_ii", "own"), ("promis_pi4a_raw", "sum"), ("bam_use", "own")]
    rows = [
        record(scale, total=20 if scale == "pct_days_abstinent_30" else 8, scale_form=form) for scale, form in taken
    ]
    assert quarantined(engine, *rows) == [[]] * len(taken)
    refused = [("ybocs", "ybocs_ii"), ("pcl5", "pcl_dsm_iv"), ("bdi_ii", "bdi_i"), ("madrs_s", "half_steps")]
    refused += [("oci_r", "oci_42"), ("bam_use", "continuous"), ("audit_c", "audit"), ("audit", "audit_c")]
    refused += [("hamd17", "hamd_longer"), ("promis_pi4a_raw", "t_score"), ("phq9", "t_score")]
    rows = [record(scale, total=8, scale_form=form) for scale, form in refused]
    assert quarantined(engine, *rows) == [["KAP-Q13"]] * len(refused)


def test_a_total_in_a_declared_form_is_judged_by_the_range_of_that_form(engine: Engine) -> None:
    rows = [record("who5", total=25, scale_form="raw"), record("who5", total=26, scale_form="raw")]
    rows += [record("peg", total=30, scale_form="sum"), record("peg", total=31, scale_form="sum")]
    rows += [record("ebi", total=100, scale_form="mean"), record("ebi", total=101, scale_form="mean")]
    assert quarantined(engine, *rows) == [[], ["KAP-Q04"], [], ["KAP-Q04"], [], ["KAP-Q04"]]


def test_an_index_or_t_score_names_the_table_it_was_made_with(engine: Engine) -> None:
    rows = [record("eq5d5l", total=0.8), record("eq5d5l", total=0.8, score_source="england_5l")]
    rows += [record("promis_pi4a", total=55.6), record("promis29_fatigue", total=55.1), record("eq5d5l_vas", total=80)]
    assert violated(engine, "KAP-Q14", *rows) == [1, 0, 1, 1, None]
