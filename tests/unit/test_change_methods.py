"""What the methods of individual change take from the catalogue and from the people, and what they say of it."""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

import pandas as pd
import pytest

from pipelines.instruments.catalogue import load_catalogue
from pipelines.outcomes.change_methods import Frozen, change_inputs, change_methods

Given = namedtuple("Given", "definition value reason")
MOMENTS: dict[str, Any] = {
    "block": 1, "baseline_n": 200, "baseline_mean": 16.0, "baseline_sd": 6.0, "pair_n": 150,
    "pair_baseline_mean": 15.5, "followup_mean": 9.5, "change_mean": -6.0, "change_sd": 7.0,
}  # fmt: skip


def row_of(scale: str, method: str, *overrides: Given, frozen: Frozen | None = None) -> pd.Series:
    scales = load_catalogue().overridden(overrides).scales
    inputs = change_inputs({scale: scales[scale]}, {scale: frozen} if frozen else {})
    found = change_methods(inputs, pd.DataFrame([MOMENTS | {"scale": scale}]))
    return found[found["method"] == method].iloc[0]


def test_a_published_sd_comes_with_the_reliability_published_beside_it() -> None:
    """PCL-5, service members: SD 15.06 and retest 0.82 give 17.71 (clinical.md 0.5), not 10.2 with Blevins' alpha."""
    row = row_of("pcl5", "jt")
    assert row["threshold"] == pytest.approx(17.71, abs=0.005)
    assert (row["sd"], row["reliability"], row["reliability_kind"]) == (15.06, 0.82, "test_retest")
    assert "service members" in row["reliability_population"] and "service members" in row["sd_source"]
    assert "Wortmann 2016" in row["source"] and "Blevins" not in row["source"]


def test_a_clinics_own_reliability_goes_before_the_published_one_and_does_not_call_itself_alpha() -> None:
    row = row_of("pcl5", "jt", Given("pcl5.reliability", 0.9, "our manual"))
    assert row["threshold"] == pytest.approx(1.96 * math.sqrt(2) * 15.06 * math.sqrt(0.1), abs=1e-6)
    assert (row["sd"], row["reliability"], row["reliability_kind"]) == (15.06, 0.9, "override")
    assert pd.isna(row["reliability_population"]) and "our manual" in row["source"]


def test_the_mark_is_the_worst_of_everything_the_row_rests_on() -> None:
    """PHQ-9: alpha from a first-hand source, the SD at second hand. OCI-R: all of it at second hand."""
    assert row_of("phq9", "jt")["mark"] == "‡"
    assert row_of("phq9", "hll")["mark"] == "‡"
    assert pd.isna(row_of("phq9", "cutoff_a")["mark"])
    # Own reliability, but still the SD known at second hand.
    assert row_of("pcl5", "jt", Given("pcl5.reliability", 0.9, "our manual"))["mark"] == "‡"


def test_the_combined_method_cites_its_threshold_and_its_caseness_with_the_worse_mark() -> None:
    row = row_of("pcl5", "combined")
    assert "Marx 2022" in row["source"] and "NCPTSD, Using the PCL-5" in row["source"] and pd.isna(row["mark"])
    # No published reliable change: JT with an SD at second hand, beside a caseness of the first.
    isi = row_of("isi", "combined")
    assert (isi["threshold"], isi["mark"], isi["sd"]) == (pytest.approx(5.55, abs=0.005), "‡", 6.33)
    assert "Gagnon 2013" in isi["source"] and "Morin 2011" in isi["source"]
    # MADRS >= 20 has no source: † goes before none.
    assert row_of("madrs", "combined")["mark"] == "†"


def test_a_frozen_threshold_tells_what_it_was_frozen_with() -> None:
    alpha = load_catalogue().scales["madrs"].alpha
    assert alpha is not None
    frozen = Frozen(value=7.0, n=61, sd=6.5, alpha=alpha)
    for method in ("default", "combined"):
        row = row_of("madrs", method, frozen=frozen)
        assert (row["threshold"], row["sd"], row["sd_n"], row["reliability"]) == (7.0, 6.5, 61, alpha), method
        assert row["reliability_kind"] == "cronbach_alpha" and "frozen" in row["source"]
    assert pd.isna(row_of("pcl5", "default", frozen=frozen)["sd"]), "a published threshold goes before a frozen one"


def test_a_row_holds_the_means_that_its_band_is_made_of() -> None:
    r = 0.89
    gln, hll, ha = (row_of("phq9", method) for method in ("gln", "hll", "ha"))
    assert (gln["clinical_mean"], gln["clinical_n"]) == (16.0, 200)
    assert gln["shift"] == pytest.approx((1 - r) * gln["clinical_mean"], abs=1e-6)
    assert (hll["clinical_mean"], hll["clinical_followup_mean"], hll["clinical_n"]) == (15.5, 9.5, 150)
    assert hll["shift"] == pytest.approx(hll["clinical_followup_mean"] - r * hll["clinical_mean"], abs=1e-6)
    assert (ha["clinical_change_mean"], ha["clinical_change_sd"], ha["clinical_n"]) == (-6.0, 7.0, 150)
    r_dd = 1 - 2 * ha["sd"] ** 2 * (1 - ha["reliability"]) / ha["clinical_change_sd"] ** 2
    assert ha["threshold"] == pytest.approx(
        1.65 * math.sqrt(2) * ha["sd"] * math.sqrt((1 - ha["reliability"]) / r_dd), abs=1e-6
    )
    assert row_of("phq9", "jt")[["clinical_mean", "clinical_n"]].isna().all()
