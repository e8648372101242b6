"""Set-up: one script, pinned packages, instant when nothing changed, a clear word when Python is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """The files that set-up reads, and a folder of programs without any Python."""
    (tmp_path / ".ci").mkdir()
    for name in (".ci/setup", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for program in ("sh", "dirname", "cat", "cksum", "rm", "sed"):
        found = shutil.which(program)
        assert found is not None
        (tmp_path / "bin" / program).symlink_to(found)
    return tmp_path


def set_up(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = [str(checkout / "bin" / "sh"), ".ci/setup"]
    path = {"PATH": str(checkout / "bin")}
    return subprocess.run(command, cwd=checkout, env=path, capture_output=True, text=True, check=False, timeout=60)


def test_without_a_suitable_python_it_says_which_is_needed(bare_checkout: Path) -> None:
    done = set_up(bare_checkout)
    assert done.returncode == 2
    assert "Python 3.11, 3.12, 3.13 or 3.14 is needed" in done.stderr
    assert not (bare_checkout / ".venv").exists()


def test_a_python_too_old_is_passed_over(bare_checkout: Path) -> None:
    old = bare_checkout / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert set_up(bare_checkout).returncode == 2


def test_only_the_lock_is_installed_and_by_hash() -> None:
    script = (ROOT / ".ci" / "setup").read_text(encoding="utf-8")
    installs = [line for line in script.splitlines() if "pip install" in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)
