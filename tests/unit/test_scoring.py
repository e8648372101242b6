"""The engine side of scoring: rows, reasons, reversed items, reference samples."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

import pipelines.scoring as scoring
from pipelines.engine import Engine, EngineError
from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.scoring import WHY_ABSENT, score
from tests.score_rows import answers, row, scored, scored_one


def test_no_row_is_lost_and_an_unknown_scale_says_so() -> None:
    frame = scored([row("phq9", total=4), row("pclc", total=30), row("gad7")])
    assert list(frame["scale"]) == ["phq9", "pclc", "gad7"]
    assert [None if value != value else value for value in frame["why_absent"]] == [
        None,
        "scale_not_in_catalogue",
        "no_answers",
    ]


def test_items_go_before_a_stored_total() -> None:
    result = scored_one("phq9", total=20, **answers(1, 1, 1, 1, 1, 1, 1, 1, 1))
    assert (result["score"], result["from_total"], result["items_used"]) == (9, False, 9)


def test_a_stored_total_does_not_rescue_a_form_with_too_many_items_missing() -> None:
    result = scored_one("phq9", total=20, **answers(1, 1, 1))
    assert (result["score"], result["why_absent"], result["items_used"]) == (None, "too_many_items_missing", 3)


def test_answers_to_items_the_scale_does_not_have_do_not_hide_its_total() -> None:
    result = scored_one("bam_use", total=3, item_01=2)
    assert (result["score"], result["from_total"]) == (3, True)


def test_where_the_row_came_from_is_kept() -> None:
    result = scored_one("gad7", total=3, receipt=7, row_number=42, reference_group="arm_a", respondent="self")
    assert (result["receipt"], result["row_number"]) == (7, 42)
    assert (result["reference_group"], result["respondent"], result["source_scale"]) == ("arm_a", "self", "gad7")


def test_a_value_that_is_no_number_gives_no_score() -> None:
    # DuckDB reads the text nan as a number greater than every other.
    assert scored_one("gad7", total=float("inf"))["why_absent"] == "total_out_of_range"


def _with_reversed(*numbers: int) -> Catalogue:
    gad7 = load_catalogue().instruments["gad7"]
    changed = replace(gad7, items=replace(gad7.items, reversed=numbers))
    return Catalogue(MappingProxyType({"gad7": changed}))


@pytest.mark.parametrize(("reversed_items", "expected"), [((), 6), ((1,), 3), ((1, 2), 2), ((7,), 9)])
def test_a_reversed_item_counts_from_the_other_end_of_its_range(
    reversed_items: tuple[int, ...], expected: float
) -> None:
    # Answers 3 2 1 0 0 0 0 on 0 to 3: item 1 reversed gives 0, item 2 gives 1, item 7 gives 3.
    with Engine() as engine:
        items = ", ".join(
            f"{(3, 2, 1, 0, 0, 0, 0)[n - 1] if n <= 7 else 'NULL'}::DOUBLE AS item_{n:02d}" for n in range(1, 31)
        )
        engine.materialise(
            "reference_scores",
            f"""SELECT 'sample' AS clinic_id, 'p1' AS patient_id, 'gad7' AS scale, 0 AS score_day,
            NULL::VARCHAR AS administration, NULL::VARCHAR AS respondent, NULL::DOUBLE AS total, {items},
            NULL::VARCHAR AS scale_form, 'arm_a' AS reference_group, 1 AS receipt, 1::BIGINT AS row_number""",
        )
        rows = score(engine, "reference_scores", "scored_reference_scores", _with_reversed(*reversed_items))
        assert rows == 1
        assert engine.rows("SELECT score, reference_group FROM scored_reference_scores") == [(expected, "arm_a")]


def test_a_table_without_the_columns_of_scores_is_an_engine_error() -> None:
    with Engine() as engine:
        engine.materialise("scores", "SELECT 1 AS clinic_id")
        with pytest.raises(EngineError):
            score(engine)


def test_the_reasons_of_the_sql_are_the_documented_ones() -> None:
    sql = (Path(scoring.__file__).parent / "scoring.sql").read_text(encoding="utf-8")
    judged = sql[sql.index("judged AS") : sql.index("END AS why_absent")]
    assert tuple(re.findall(r"THEN '(\w+)'", judged)) == WHY_ABSENT


def test_the_sql_names_no_instrument() -> None:
    sql = (Path(scoring.__file__).parent / "scoring.sql").read_text(encoding="utf-8")
    code = "\n".join(line.split("--")[0] for line in sql.splitlines())
    assert [scale for scale in load_catalogue().delivered_ids if scale in code] == []
