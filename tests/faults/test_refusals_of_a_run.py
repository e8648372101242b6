"""Runs that are refused before any work: nothing is written, and the reason is said once, with its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.home import Home
from tests.home_tools import content_of, deliver, kap, patients, phq9


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.open(tmp_path / "home")
    deliver(home, "alder", "scores.csv", phq9(patients(2), {-1: 9}))
    return home


def refused(home: Home) -> tuple[int, str]:
    """Run; the lock's own file apart, nothing may have changed."""
    before = content_of(home.root)
    exit_code, said = kap("run", "--home", str(home.root))
    after = content_of(home.root)
    for content in (before, after):
        content.pop("run.lock", None)
    assert after == before
    assert "Traceback" not in said
    return exit_code, said


def test_a_second_run_is_refused_while_another_holds_the_home(home: Home):
    with home.lock():
        exit_code, said = refused(home)
    assert exit_code == 5
    assert "KAP-H05" in said


@pytest.mark.parametrize("profile", ["network", "public"])
def test_a_profile_without_a_gate_releases_nothing(home: Home, profile: str):
    home.settings_file.write_text(f'[release]\nprofile = "{profile}"\n')
    exit_code, said = refused(home)
    assert exit_code == 6
    assert "KAP-P01" in said


def test_settings_with_problems_are_refused_with_all_of_them(home: Home):
    home.settings_file.write_text('[network]\nnam = "x"\n[thresholds]\nquarantined_pct_max = 50\n[clinics.ALL]\n')
    exit_code, said = refused(home)
    assert exit_code == 2
    assert "the nearest is name" in said
    assert {code for code in ("KAP-C03", "KAP-C04", "KAP-C05") if code in said} == {"KAP-C03", "KAP-C04", "KAP-C05"}


def test_a_mapping_with_problems_is_refused_before_any_file_is_touched(home: Home):
    home.mapping_of("alder").write_text("mapping_version: 1\ntables:\n  scores:\n    colums: {}\n")
    waiting = content_of(home.inbox)
    exit_code, said = kap("run", "--home", str(home.root))
    assert exit_code == 2, said
    assert "alder.yaml" in said
    assert content_of(home.inbox) == waiting
    assert not home.ledger_file.exists()
    assert home.current_release() is None
