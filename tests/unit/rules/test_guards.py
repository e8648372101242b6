"""The version guard of the WHO-5: how many undeclared totals, and which, look like the raw form (0 to 25)."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.engine import Engine, load_sql
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules import evaluation
from pipelines.rules.catalogue import BY_CODE


def guarded(totals: list[float], form: str | None = None) -> bool:
    """Whether the guard speaks of a delivery with these WHO-5 totals."""
    population, violation = BY_CODE["KAP-D06"].predicates("who5")
    with Engine() as engine:
        load_catalogue().define_in(engine)
        scores = pd.DataFrame({"receipt": 1, "scale": "who5", "total": totals, "scale_form": form, "is_mended": False})
        scores["scale_form"] = (
            scores["scale_form"].astype("str") if form else pd.Series([None] * len(totals), dtype="str")
        )
        engine.define("candidate_scores", scores)
        engine.define("pending_deliveries", pd.DataFrame({"receipt": [1]}))
        engine.materialise("guards", load_sql(evaluation.__file__, "guards"))
        return bool(engine.value(f"SELECT count(*) FROM guards WHERE {population} AND {violation}"))


@pytest.mark.parametrize(
    ("totals", "speaks"),
    [
        ([8, 12, 16, 20, 24], True),  # five, none over 25: either form, so it must be declared
        ([8, 12, 16, 20], False),  # four may be low index values
        ([8, 12, 16, 20, 28], False),  # one over 25: the index
        ([9, 13, 18, 40, 60], True),  # three that are no multiple of 4
        ([9, 13, 40, 60, 80], False),  # two slips, quarantined as rows
        ([9, 13, 18] + [40] * 57, True),  # 3 of 60 = 5 %
        ([9, 13, 18] + [40] * 58, False),  # under 5 %
    ],
)
def test_undeclared_who_5_totals_that_may_be_raw_stop_the_delivery(totals: list[float], speaks: bool) -> None:
    assert guarded(totals) is speaks


def test_a_declared_form_is_believed() -> None:
    assert not guarded([8, 12, 16, 20, 24], form="raw")
