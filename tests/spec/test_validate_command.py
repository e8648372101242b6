"""`kap validate`: an old run by other thresholds, Great Expectations' own pages, and what is said of a wrong run id."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.problems import ExitCode
from tests.home_tools import content_of, deliver, events, judge_and_publish, kap, patients, phq9, sessions

# Looks like a name of a person, and stands as the pseudonym of one and in cells that are set aside.
CANARY = "Quillfeather"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two clinics that passed; 6 of birch's 46 sessions (13.04 %) were set aside for a word that no route is."""
    home = Home.open(tmp_path_factory.mktemp("validate") / "home")
    deliver(home, "alder", "sessions.csv", sessions([*patients(9), CANARY]))
    deliver(home, "alder", "scores.csv", phq9([*patients(9), CANARY], {-1: 18, 26: 8}))
    spoilt = sessions(patients(6), days=(20,), route=CANARY)
    deliver(home, "birch", "sessions.csv", [*sessions(patients(10)), *spoilt])
    assert judge_and_publish(home).verdicts() == {"alder": "passed", "birch": "passed"}
    return home


@pytest.fixture
def run_id(home: Home) -> str:
    return str(events(home, "clinic_validated")[-1]["run_id"])


def said_by(home: Home, *arguments: str) -> tuple[int, str]:
    return kap("validate", *arguments, "--home", str(home.root))


def set_thresholds(home: Home, text: str) -> None:
    home.settings_file.write_text(f"[thresholds]\n{text}\n", encoding="utf-8")


def test_the_runs_are_listed_with_their_verdicts(home: Home, run_id: str) -> None:
    exit_code, said = said_by(home)
    assert exit_code == ExitCode.DONE and run_id in said
    _, told = said_by(home, "--json")
    clinics = {"alder": "passed", "birch": "passed"}
    assert json.loads(told) == {"runs": [{"run": run_id, "clinics": clinics, "blocking": []}]}


@pytest.mark.parametrize(
    ("thresholds", "verdict", "exit_code"),
    [
        ("", "passed", ExitCode.DONE),
        ("quarantined_pct_max = 13.5", "passed", ExitCode.DONE),
        ("quarantined_pct_max = 13", "blocked", ExitCode.BLOCKED),
        ('rules = { "KAP-D01" = 13 }', "blocked", ExitCode.BLOCKED),
    ],
)
def test_a_run_is_regraded_by_the_thresholds_of_now(
    home: Home, run_id: str, thresholds: str, verdict: str, exit_code: ExitCode
) -> None:
    set_thresholds(home, thresholds)
    before = content_of(home.root)
    ended, told = said_by(home, "--regrade", run_id, "--json")
    assert ended == exit_code, told
    verdicts = {clinic["clinic_id"]: clinic["verdict"]["would_be"] for clinic in json.loads(told)["clinics"]}
    assert verdicts == {"alder": "passed", "birch": verdict}
    after = content_of(home.root)
    written = {path for path, content in after.items() if before.get(path) != content}
    assert all(re.fullmatch(rf"validation/{run_id}/regraded-[0-9a-f]{{12}}\.json", path) for path in written)
    assert {path: after[path] for path in before} == before


def test_a_regrading_names_the_rule_and_the_counts(home: Home, run_id: str) -> None:
    set_thresholds(home, 'rules = { "KAP-D01" = 13 }')
    _, said = said_by(home, "--regrade")
    assert re.search(r"birch: passed, would be blocked", said)
    assert re.search(r"KAP-D01 .*deliveries\.quarantined_pct .*passed .*failed .*1 .*1 .*20 .*13", said), said
    assert "alder: passed, as before" in said


@pytest.mark.long
def test_a_run_judged_by_those_thresholds_ends_as_the_regrading_says(tmp_path: Path) -> None:
    tightened = Home.open(tmp_path / "tightened")
    set_thresholds(tightened, 'rules = { "KAP-D01" = 13 }')
    spoilt = sessions(patients(6), days=(20,), route=CANARY)
    deliver(tightened, "birch", "sessions.csv", [*sessions(patients(10)), *spoilt])
    assert judge_and_publish(tightened).verdicts() == {"birch": "blocked"}


@pytest.mark.parametrize("option", ["--regrade", "--data-docs"])
def test_a_wrong_run_id_is_told_with_the_nearest(home: Home, run_id: str, option: str) -> None:
    for wrong in (run_id[:8], run_id[:-1] + "x"):
        exit_code, said = said_by(home, option, wrong)
        assert exit_code == ExitCode.USAGE
        assert "KAP-U15" in said and run_id in said.replace("\n", "")


def test_two_things_at_once_and_a_home_without_a_run_are_told(home: Home, run_id: str, tmp_path: Path) -> None:
    for arguments in (["--regrade", "--data-docs"], [run_id]):
        exit_code, said = said_by(home, *arguments)
        assert (exit_code, "KAP-U17" in said) == (ExitCode.USAGE, True)
    exit_code, said = said_by(Home.open(tmp_path / "new"), "--regrade")
    assert (exit_code, "KAP-U15" in said) == (ExitCode.USAGE, True)


def test_data_docs_hold_no_address_no_script_and_no_value(home: Home, run_id: str) -> None:
    exit_code, said = said_by(home, "--data-docs", run_id)
    assert exit_code == ExitCode.DONE
    folder = home.validation_of(run_id) / "data-docs"
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(pages) == {"alder.html", "birch.html"}
    for name, page in pages.items():
        assert name in said
        assert re.findall(r"""(?:src|href|action)\s*=\s*["']?([^"'\s>]*)""", page) == ["data:,"]
        assert not re.search(r"https?:|//|<script|@import|url\(", page.replace("<!DOCTYPE html>", ""))
        assert CANARY not in page and "p01" not in page
        stored = json.loads((folder.parent / name.replace("html", "json")).read_bytes())
        rules = {each["meta"]["rule"] for each in stored["results"]}
        assert {rule for rule in rules if f"{rule}: " not in page} == set()
        assert len(re.findall(r"fa-(?:check-circle|times) ", page)) == len(stored["results"]) + 1
    assert (folder / "birch.html").stat().st_mode & 0o777 == 0o600
    said_by(home, "--data-docs", run_id)
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == pages


def test_results_that_were_deleted_are_told(home: Home, run_id: str) -> None:
    stored = home.validation_of(run_id) / "birch.json"
    content = stored.read_bytes()
    stored.unlink()
    exit_code, said = said_by(home, "--data-docs")
    stored.write_bytes(content)
    assert (exit_code, "KAP-U16" in said, "birch.json" in said) == (ExitCode.USAGE, True, True)
