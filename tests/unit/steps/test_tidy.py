"""Before a run: leftovers, scratch and what has outlived its retention go; the record and people's own files stay."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.cli.run import run_home
from pipelines.home import Home
from pipelines.intake.quarantine import keep_refused_file
from pipelines.problems import Problem
from pipelines.settings import Settings
from pipelines.steps.tidy import Tidied, tidy

SETTINGS = Settings()
# A file system stamps a new file with the hour of the test itself.
NOW = datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def put(path: Path, days_old: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    at = (NOW - timedelta(days=days_old)).timestamp()
    os.utime(path, (at, at))
    return path


def refuse(home: Home) -> Path:
    waiting = put(home.inbox_of("alder") / "names.csv")
    problem = Problem("KAP-G02", "expected no e-mail address.", "remove the column.")
    return keep_refused_file(home.quarantine, "alder", waiting, "ab" * 32, [problem])


def test_what_killed_runs_left_aside_is_deleted_and_whole_files_stay(home: Home) -> None:
    cut_short = [put(home.raw / ".receipt.json.77.part"), put(home.releases / ".r1.77.part" / "index.html").parent]
    spilt = put(home.tmp / "candidates" / "alder" / "scores.parquet")
    kept = [put(home.raw / "receipt.json"), put(home.releases / "r1" / "index.html")]
    assert tidy(home, SETTINGS, NOW) == Tidied(leftovers_n=3, logs_n=0, refused_files_n=0)
    assert not any(path.exists() for path in (*cut_short, spilt))
    assert all(path.exists() for path in kept)
    assert home.tmp.is_dir()


def test_the_inbox_and_the_mappings_are_people_s_own(home: Home) -> None:
    theirs = [put(home.inbox_of("alder") / ".scores.csv.part"), put(home.mappings / ".alder.yaml.part", days_old=900)]
    assert tidy(home, SETTINGS, NOW) == Tidied(0, 0, 0)
    assert all(path.exists() for path in theirs)


@pytest.mark.parametrize(("days_old", "stays"), [(89, True), (91, False)])
def test_a_log_is_kept_90_days(home: Home, days_old: int, stays: bool) -> None:
    log = put(home.log_of("run-1"), days_old)
    tidy(home, SETTINGS, NOW)
    assert log.exists() is stays


@pytest.mark.parametrize(("days", "stays"), [(6.9, True), (7.1, False)])
def test_a_refused_file_is_kept_7_days_and_its_reasons_for_good(home: Home, days: float, stays: bool) -> None:
    folder = refuse(home)
    tidy(home, SETTINGS, NOW + timedelta(days=days))
    assert (folder / "file").exists() is stays
    assert (folder / "reasons.csv").exists()


def test_the_retention_of_the_settings_is_obeyed(home: Home) -> None:
    shorter = Settings.model_validate({"retention": {"log_days": 2, "refused_file_days": 0}})
    log, folder = put(home.log_of("run-1"), days_old=3), refuse(home)
    # NOW is when this module was read; the refused file is younger.
    assert tidy(home, shorter, NOW + timedelta(hours=3)) == Tidied(0, 1, 1)
    assert not log.exists()
    assert not (folder / "file").exists()


def test_a_run_tidies_first(home: Home) -> None:
    cut_short, log = put(home.lake / ".scores.parquet.77.part"), put(home.log_of("run-1"), days_old=400)
    run_home(home, lambda sentence: None)
    assert not cut_short.exists()
    assert not log.exists()
