"""Every estimate against R (tests/golden/golden.R, run by hand; R and package versions stand in golden.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.outcomes import estimates

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_bytes())


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["function"])
def test_an_estimate_is_the_one_r_gives(case: dict[str, Any]) -> None:
    found = np.atleast_1d(getattr(estimates, case["function"])(**case["given"]))
    assert found.tolist() == pytest.approx(case["expected"], abs=1e-6)


def test_the_golden_file_says_what_made_it_and_holds_every_interval_of_the_product() -> None:
    assert set(GOLDEN["packages"]) == {"sandwich", "clubSandwich", "jsonlite"} and GOLDEN["R"]
    of_r = {case["function"] for case in GOLDEN["cases"]}
    own = {name for name, thing in vars(estimates).items() if getattr(thing, "__module__", "") == estimates.__name__}
    # Rounding, division, and what is searched for and not estimated have worked examples of their own.
    elsewhere = {"rounded", "ratio", "noncentrality", "people_to_halve_a_share_s_interval"}
    assert {name for name in own - of_r - elsewhere if not name.startswith(("_", "pairs_to_halve"))} == set()
