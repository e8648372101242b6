"""Files are the old ones or the new ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines import durable


def test_a_file_is_replaced_whole_with_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    previous = os.umask(0o077)
    try:
        durable.write_whole(path, b"old", mode=0o600)
        durable.write_whole(path, b"new", mode=0o644)
    finally:
        os.umask(previous)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_content_and_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "a.json"
    durable.write_whole(path, b"old")

    def refuse(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os if step == "fsync" else Path, step, refuse)
    with pytest.raises(OSError, match="no space"):
        durable.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_left_aside_is_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = tmp_path / "lake" / "scores.parquet"
    kept.parent.mkdir()
    kept.touch()
    durable.aside_path(kept).touch()
    durable.aside_path(tmp_path / "release").mkdir()
    (durable.aside_path(tmp_path / "release") / "index.html").touch()
    assert durable.remove_leftovers(tmp_path) == 2
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]


def test_a_folder_is_moved_in_whole(tmp_path: Path) -> None:
    aside = durable.aside_path(tmp_path / "release")
    (aside / "tables").mkdir(parents=True)
    (aside / "tables" / "a.csv").write_text("x")
    durable.move_folder_in(aside, tmp_path / "release")
    assert (tmp_path / "release" / "tables" / "a.csv").read_text() == "x"
    assert not aside.exists()
