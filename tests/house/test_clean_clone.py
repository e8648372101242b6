"""The README's two commands, from a clean clone, with nothing in the environment that the README does not ask for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pandas as pd
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


@pytest.fixture(scope="module")
def demo(clone: Path) -> Path:
    """The home that `make demo` makes in a clean clone."""
    make(clone, "demo")
    return clone / "kap-demo"


@pytest.mark.slow
def test_make_demo_works_alone_from_a_clean_clone(demo: Path) -> None:
    assert (demo / "releases" / "current" / "index.html").is_file()


@pytest.mark.slow
def test_make_test_works_after_it_and_set_up_is_instant_when_repeated(clone: Path, demo: Path) -> None:
    assert " passed" in make(clone, "test", "ARGS=tests/house/test_house.py")
    started = time.monotonic()
    make(clone, "ready")
    assert time.monotonic() - started < 5


@pytest.mark.slow
def test_make_demo_again_changes_nothing(clone: Path, demo: Path) -> None:
    before = (demo / "releases" / "current").readlink()
    make(clone, "demo")
    assert (demo / "releases" / "current").readlink() == before


@pytest.mark.slow
def test_most_cells_of_the_demo_network_say_something_and_some_do_not(demo: Path) -> None:
    """Of the network's 24 condition x route cells at least 60 % are imprecise or better and at least 10 % are not."""
    outcomes = pd.read_parquet(demo / "releases" / "current" / "tables" / "outcomes_by_route_condition.parquet")
    routes = ["iv", "im", "intranasal", "sublingual"]
    conditions = ["trd", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain"]
    cells = outcomes[
        (outcomes["clinic_id"] == "all")
        & outcomes["condition"].isin(conditions)
        & outcomes["route"].isin(routes)
        & (outcomes["scale"] == "primary")
        & (outcomes["timepoint"] == "end_of_induction")
    ]
    assert len(cells) == 24
    speaking = cells["evidence"].isin(["imprecise", "reportable"]).mean()
    assert speaking >= 0.6 and 1 - speaking >= 0.1


@pytest.mark.slow
def test_the_demo_is_marked_synthetic_on_every_page_and_in_the_manifest(demo: Path) -> None:
    release = demo / "releases" / "current"
    pages = list(release.rglob("*.html"))
    assert len(pages) > 20
    assert all("SYNTHETIC DATA" in page.read_text() for page in pages)
    assert json.loads((release / "manifest.json").read_text())["synthetic"] is True
