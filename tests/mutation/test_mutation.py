"""A small budget of the mutation tool; `make mutation` runs the full one. Clean deliveries: behind `make faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.home import Home
from tests.mutation.tool import judge_clean, mutate


def test_a_hundred_random_faults_are_each_found_by_their_rule_alone(tmp_path: Path) -> None:
    told = mutate(Home.open(tmp_path / "faulty"), 100, seed=1)
    assert told.planted >= 100 and told.deliveries == 2
    assert told.is_clean, "\n".join(told.lines())


@pytest.mark.long
def test_clean_deliveries_raise_no_alarm(tmp_path: Path) -> None:
    told = judge_clean(tmp_path / "clean", 3, seed=1)
    assert told.deliveries == 3 and told.planted == 0
    assert told.is_clean, "\n".join(told.lines())
