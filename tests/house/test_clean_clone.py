"""The README's two commands, from a clean clone, with nothing in the environment that the README does not ask for."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# How this machine reaches its package registry is the machine's business.
OF_THE_MACHINE = ("PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP", "NO_PROXY", "http", "no_proxy", "LANG", "LC_", "TMPDIR")


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(OF_THE_MACHINE)}
    venv = str(Path(os.environ.get("VIRTUAL_ENV") or ROOT / ".venv") / "bin")
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != venv]
    return {**kept, "HOME": os.environ.get("HOME", "/"), "PATH": os.pathsep.join(folders)}


def make(clone: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["make", *arguments], cwd=clone, env=environment(), capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone of this checkout would hold: every file that git would keep, and nothing else."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this checkout is no git repository: what a clone would hold is not known")
    folder = tmp_path_factory.mktemp("clone")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_make_demo_and_make_test_work_from_a_clean_clone_and_again(clone: Path) -> None:
    make(clone, "demo")
    assert (clone / "kap-demo" / "releases" / "current" / "index.html").is_file()
    assert " passed" in make(clone, "test", "ARGS=tests/house/test_house.py")
    started = time.monotonic()
    make(clone, "ready")
    assert time.monotonic() - started < 5
    make(clone, "demo")
