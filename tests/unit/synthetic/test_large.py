"""The large delivery: the size asked for, in the contract's columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipelines.contract.tables import SCORES, SESSIONS
from pipelines.synthetic.large import large_scores


def test_a_large_delivery_has_the_size_asked_for_and_is_the_same_each_time(tmp_path: Path) -> None:
    paths = large_scores(tmp_path / "one", 100_001, seed=3)
    scores, sessions = (pd.read_parquet(path) for path in paths)
    assert len(scores) == 100_001
    assert set(scores["patient_id"]) == set(sessions["patient_id"])
    assert {*scores.columns} <= {*SCORES.columns} and {*sessions.columns} <= {*SESSIONS.columns}
    assert not scores.duplicated(["patient_id", "score_day"]).any()
    assert not sessions.duplicated(["patient_id", "session_day"]).any()
    again = large_scores(tmp_path / "two", 100_001, seed=3)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]


def test_a_large_delivery_can_be_csv(tmp_path: Path) -> None:
    paths = large_scores(tmp_path, 1000, seed=3, suffix="csv")
    assert [len(pd.read_csv(path)) for path in paths] == [1000, 125 * 6]
