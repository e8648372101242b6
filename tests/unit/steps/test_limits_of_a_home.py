"""The limits of kap.toml reach the tables of a release: tightened they show less, and their values stand in it.

`make faults` tightens two more of them.
"""

from __future__ import annotations

import tomllib

import pytest

from assets.site import make_release
from pipelines.home import Home
from pipelines.steps.clinical import derive_courses, score_scales
from pipelines.steps.outcomes import make_outcome_tables
from tests.home_tools import deliver, judge_and_publish, manifest, open_job, outcome, patients, phq9, sessions


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Twelve patients with one baseline and one follow-up each."""
    opened = Home.open(tmp_path_factory.mktemp("limits") / "home")
    of = patients(12)
    deliver(opened, "alder", "sessions.csv", sessions(of))
    deliver(opened, "alder", "scores.csv", phq9(of, {-1: 20, 28: 8}))
    judge_and_publish(opened)
    job = open_job(opened)
    score_scales(job)
    derive_courses(job)
    return opened


def released(home: Home, thresholds: str) -> dict[str, str]:
    home.settings_file.write_text(f"[thresholds]\n{thresholds}\n", encoding="utf-8")
    job = open_job(home)
    make_outcome_tables(job)
    make_release(job)
    return outcome(home, "alder")


@pytest.mark.parametrize(
    ("thresholds", "evidence", "hidden"),
    [
        ("precise_n = 50", "imprecise", ()),
        ("smallest_group_n = 13", "withheld", ("n_started", "response_n", "change_mean")),
        pytest.param("smallest_group_moments_n = 13", "imprecise", ("change_mean",), marks=pytest.mark.long),
        pytest.param("enough_n = 13", "not_enough", (), marks=pytest.mark.long),
    ],
)
def test_a_tightened_limit_shows_less_and_the_release_states_it(
    home: Home, thresholds: str, evidence: str, hidden: tuple[str, ...]
) -> None:
    row = released(home, thresholds)
    assert row["evidence"] == evidence
    assert {column for column in ("n_started", "response_n", "change_mean") if not row[column]} == set(hidden)
    assert tomllib.loads(thresholds).items() <= manifest(home)["definitions"]["thresholds"].items()
