"""What lies in an inbox and is no delivery: named, left alone, and the run says so with exit code 3 (row 72).

`make faults` has the home in which nothing but such files waits, run after run.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipelines.home import Home
from tests.home_tools import deliver, kap, patients, sessions


def test_what_is_no_plain_file_is_named_and_left_and_the_clinic_is_released(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    deliver(home, "alder", "sessions.csv", sessions(patients(6)))
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "sessions.csv").write_text("patient_id\np01\n")
    inbox = home.inbox_of("alder")
    (inbox / "folder.csv").mkdir()
    (inbox / "link.csv").symlink_to(outside / "sessions.csv")
    os.mkfifo(inbox / "pipe.csv")
    # Nobody's business; a reserved folder and one with a blank in its name.
    for name in ("alder/.DS_Store", "alder/upload.csv.part", "all/scores.csv", "Bad Name/scores.csv"):
        (home.inbox / name).parent.mkdir(exist_ok=True)
        (home.inbox / name).write_text("patient_id\np01\n")
    (home.inbox / "birch").symlink_to(outside)
    code, said = kap("run", "--home", str(home.root), "--json")
    result = json.loads(said)
    assert (code, result["exit_code"]) == (3, 3)
    waiting = {file["file"]: [each["code"] for each in file["problems"]] for file in result["files"]}
    assert waiting.pop("sessions.csv") == []
    assert [waiting.pop(name) for name in ("all", "Bad Name")] == [["KAP-N05"]] * 2
    assert [waiting.pop(name) for name in (".DS_Store", "upload.csv.part")] == [["KAP-N04"]] * 2
    assert waiting == {name: ["KAP-N01"] for name in ("birch", "folder.csv", "link.csv", "pipe.csv")}
    assert [(body["clinic_id"], body["verdict"]) for body in result["clinics"]] == [("alder", "passed")]
    assert result["release_id"] == home.current_release() is not None
    assert any("Left in the inbox" in sentence for sentence in result["verdict"])


@pytest.mark.long
def test_hidden_and_temporary_files_are_nobodys_business_and_what_waits_is_said_again(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    home.inbox_of("alder").mkdir()
    for name in (".DS_Store", "upload.csv.part"):
        (home.inbox_of("alder") / name).write_text("")
    assert kap("run", "--home", str(home.root))[0] == 0
    # Waiting files alone are no new state, but they are said again in every run.
    (home.inbox_of("alder") / "folder.csv").mkdir()
    for _ in range(2):
        code, said = kap("run", "--home", str(home.root))
        assert (code, "KAP-N01" in said) == (3, True), said
