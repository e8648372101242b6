"""Files that intake refuses for what only the clinic's history or two judges together can tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.home import Home
from tests.home_tools import content_of, deliver, patients, phq9, sessions, take_in_only


@pytest.mark.parametrize("first", ["clinic", "reference_sample"])
def test_a_clinic_whose_mapping_changes_context_is_refused_its_files(tmp_path: Path, first: str):
    home = Home.open(tmp_path / "home")
    second = {"clinic": "reference_sample", "reference_sample": "clinic"}[first]
    home.mapping_of("alder").write_text(f"context: {first}\n")
    deliver(home, "alder", "may.csv", phq9(patients(2), {-1: 9}))
    assert take_in_only(home).file("may.csv").outcome == "received"
    home.mapping_of("alder").write_text(f"context: {second}\n")
    raw = content_of(home.raw)
    deliver(home, "alder", "june.csv", phq9(patients(2), {26: 9}))
    refused = take_in_only(home).file("june.csv")
    assert refused.outcome == "refused"
    [problem] = refused.problems
    assert problem.code == "KAP-M06"
    assert first in problem.expected
    assert content_of(home.raw) == raw
    # The context set back, the same file comes in.
    home.mapping_of("alder").write_text(f"context: {first}\n")
    deliver(home, "alder", "june.csv", phq9(patients(2), {26: 9}))
    assert take_in_only(home).file("june.csv").outcome == "received"


def test_a_column_that_the_gate_wants_gone_is_not_to_be_ignored_as_well(tmp_path: Path):
    home = Home.open(tmp_path / "home")
    rows = [row | {"visit_date": 3, "patient_name": "x", "shoe": 4} for row in sessions(patients(2))]
    deliver(home, "alder", "sessions.csv", rows)
    told = take_in_only(home).file("sessions.csv").problems
    assert sorted((problem.column, problem.code) for problem in told) == [
        ("patient_name", "KAP-G20"),
        ("shoe", "KAP-E01"),
        ("visit_date", "KAP-G21"),
    ]
