"""A home: its layout, its permissions, the synthetic mark, the one lock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.problems import ExitCode, KapError


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def exit_code_of(refused: pytest.ExceptionInfo[KapError]) -> ExitCode:
    return refused.value.exit_code


def test_a_new_home_holds_the_layout_of_the_contract(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "kap-home")
    in_contract = "inbox mappings raw quarantine lake validation releases reviews logs .dagster tmp home.json"
    for name in in_contract.split():
        assert (home.root / name).exists(), name
    assert json.loads(home.marker.read_text()).keys() == {"layout_version", "synthetic", "created_by"}
    assert home.synthetic is None


def test_opening_a_home_twice_changes_nothing(tmp_path: Path) -> None:
    before = Home.open(tmp_path / "h").marker.read_bytes()
    assert Home.open(tmp_path / "h").marker.read_bytes() == before


def test_rows_of_patients_are_for_the_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        home = Home.open(tmp_path / "h")
        home.ledger.append("started", {}, "2026-01-01T00:00:00Z")
    finally:
        os.umask(previous)
    for folder in (home.inbox, home.raw, home.quarantine, home.lake, home.tmp, home.validation):
        assert mode(folder) == 0o700, folder.name
    assert mode(home.ledger_file) == 0o600
    assert mode(home.releases) == 0o755


def test_a_newer_home_is_refused(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    home.marker.write_text('{"layout_version": 2, "synthetic": null, "created_by": "9"}')
    with pytest.raises(KapError, match="KAP-H02") as refused:
        Home.open(tmp_path / "h")
    assert exit_code_of(refused) is ExitCode.USAGE


def test_a_damaged_mark_is_refused(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    home.marker.write_text('{"layout_')
    with pytest.raises(KapError, match="KAP-H04"):
        Home.open(tmp_path / "h")


def test_a_folder_that_holds_other_things_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(KapError, match="KAP-H01"):
        Home.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_inbox_filled_before_the_first_run_is_a_home_in_the_making(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "north").mkdir(parents=True)
    (tmp_path / "kap.toml").touch()
    assert Home.open(tmp_path).inbox_of("north").is_dir()


def test_no_home_is_made_where_none_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(KapError, match="KAP-H01"):
        Home.open(tmp_path / "h", create=False)
    assert not (tmp_path / "h").exists()


def test_the_synthetic_mark_is_set_once_and_stays(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    home.mark_synthetic()
    home.mark_synthetic()
    home.mark_real()
    assert Home.open(tmp_path / "h").synthetic is True


def test_a_home_of_real_files_never_becomes_synthetic(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    home.mark_real()
    with pytest.raises(KapError, match="KAP-H03") as refused:
        home.mark_synthetic()
    assert exit_code_of(refused) is ExitCode.USAGE
    assert home.synthetic is False


def test_a_receipt_makes_a_home_real_even_when_the_run_died_before_the_mark(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    (home.raw / "receipts").mkdir()
    (home.raw / "receipts" / "000001.json").touch()
    with pytest.raises(KapError, match="KAP-H03"):
        home.mark_synthetic()


def test_the_current_release_is_switched_in_one_step(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    assert home.current_release() is None
    for release in ("aaa", "bbb"):
        home.release_of(release).mkdir()
        (home.release_of(release) / "index.html").write_text(release)
        home.switch_current(release)
        assert home.current_release() == release
        assert (home.current / "index.html").read_text() == release
    assert sorted(path.name for path in home.releases.iterdir()) == ["aaa", "bbb", "current"]


HOLD = """
import sys, time
from pathlib import Path
from pipelines.home import Home
with Home.open(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_and_a_dead_run_s_lock_is_taken_over(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(home.root)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(KapError, match=f"process {other.pid}") as refused, home.lock():
            pass
        assert exit_code_of(refused) is ExitCode.LOCKED
    finally:
        other.kill()
        other.wait()
    with home.lock() as left_by:
        assert left_by == other.pid
        assert int(home.run_lock.read_text()) == os.getpid()
    with home.lock() as left_by:
        assert left_by is None


def test_the_lock_ends_with_an_error_inside_it(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "h")
    with pytest.raises(RuntimeError), home.lock():
        raise RuntimeError
    with home.lock():
        pass
