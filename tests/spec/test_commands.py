"""What the commands accept and say: folders that no clinic id names, homes, JSON for every ending, files to check."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from assets.jobs import clinic_folders
from pipelines.home import HOME_VARIABLE, Home
from pipelines.provenance.history import THRESHOLD_FROZEN
from tests.home_tools import content_of, deliver, judge_and_publish, kap, patients, run_steps, sessions


def kap_json(*arguments: str) -> tuple[int, Any]:
    """Exit code and what a command printed with --json; nothing but one JSON value may be printed."""
    exit_code, said = kap(*arguments, "--json")
    return exit_code, json.loads(said)


@pytest.fixture
def misnamed(tmp_path: Path) -> Home:
    """A home whose inbox has a reserved, an invalid and an empty invalid folder, and no clinic's."""
    home = Home.open(tmp_path / "home")
    for folder in ("all", "Bad Name", "Empty Name", ".hidden"):
        home.inbox_of(folder).mkdir()
        if folder != "Empty Name":
            (home.inbox_of(folder) / "scores.csv").write_text("patient_id\np01\n")
    return home


def test_a_folder_that_no_clinic_id_names_is_told_as_waiting_and_nothing_in_it_is_touched(misnamed: Home):
    before = content_of(misnamed.inbox)
    exit_code, result = kap_json("run", "--home", str(misnamed.root))
    assert (exit_code, result["exit_code"]) == (3, 3)
    assert [(file["clinic"], file["file"], file["outcome"]) for file in result["files"]] == [
        (None, "Bad Name", "waiting"),
        (None, "all", "waiting"),
    ]
    assert {problem["code"] for file in result["files"] for problem in file["problems"]} == {"KAP-N05"}
    log = misnamed.log_of(result["run_id"]).read_text().splitlines()
    assert [json.loads(line)["code"] for line in log] == ["KAP-N05", "KAP-N05"]
    assert content_of(misnamed.inbox) == before
    assert clinic_folders(misnamed.inbox) == []
    exit_code, said = kap("run", "--home", str(misnamed.root))
    assert exit_code == 3
    assert "Left in the inbox, as no delivery or not yet one: inbox/Bad Name and inbox/all." in said
    assert said.count("[KAP-N05]") == 2


def test_a_file_outside_any_clinics_folder_is_told_as_waiting_and_stays(tmp_path: Path):
    home = Home.open(tmp_path / "home")
    (home.inbox / "scores.csv").write_text("patient_id\np01\n")
    (home.inbox / ".DS_Store").write_text("")
    exit_code, result = kap_json("run", "--home", str(home.root))
    assert exit_code == 3
    (file,) = result["files"]
    assert (file["clinic"], file["file"], file["outcome"]) == (None, "scores.csv", "waiting")
    assert [problem["code"] for problem in file["problems"]] == ["KAP-N06"]
    assert result["verdict"][1] == "Left in the inbox, as no delivery or not yet one: inbox/scores.csv."
    assert (home.inbox / "scores.csv").exists()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one release, whose settings are tighter than the defaults."""
    home = Home.open(tmp_path_factory.mktemp("released") / "home")
    home.settings_file.write_text("[thresholds]\nquarantined_pct_max = 7\n[windows]\ncourse_gap_days = 123\n")
    deliver(home, "alder", "sessions.csv", sessions(patients(2)))
    run_steps(home)
    return home


def test_verify_sees_that_the_ledgers_last_entries_were_cut_off(released: Home, tmp_path: Path):
    assert kap("verify", "--home", str(released.root))[0] == 0
    copy = Home(tmp_path / "copy")
    shutil.copytree(released.root, copy.root, symlinks=True)
    *kept, last = copy.ledger_file.read_bytes().splitlines(keepends=True)
    assert json.loads(last)["event"] == "released"
    copy.ledger_file.write_bytes(b"".join(kept))
    exit_code, result = kap_json("verify", "--home", str(copy.root))
    assert exit_code == 1
    assert [problem["code"] for problem in result["problems"]] == ["KAP-L01"]


def test_rules_tell_the_thresholds_and_windows_of_a_home_and_what_it_froze(released: Home, tmp_path: Path):
    copy = Home(tmp_path / "copy")
    shutil.copytree(released.root, copy.root, symlinks=True)
    copy.ledger.append(THRESHOLD_FROZEN, {"scale": "ces_d", "value": 9.5}, "2030-01-01T00:00:00+00:00")
    exit_code, told = kap_json("rules", "--home", str(copy.root))
    assert exit_code == 0
    assert told["in_force"]["source"] == "home"
    assert told["in_force"]["thresholds"]["quarantined_pct_max"] == 7
    assert told["in_force"]["windows"]["course_gap_days"] == 123
    assert told["in_force"]["reliable_change_frozen"] == {"ces_d": 9.5}
    said = kap("rules", "--home", str(copy.root))[1]
    for line in ("thresholds.quarantined_pct_max", "windows.month_3", "reliable change of ces_d", "9.5 points"):
        assert line in said


def test_rules_without_a_home_tell_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    exit_code, told = kap_json("rules")
    assert exit_code == 0
    # CONTRACT.md sections 2 and 4.
    assert told["in_force"]["source"] == "defaults"
    assert told["in_force"]["thresholds"]["quarantined_pct_max"] == 20
    assert told["in_force"]["windows"]["course_gap_days"] == 180
    assert told["in_force"]["reliable_change_frozen"] == {}
    assert not list(tmp_path.iterdir())
    assert kap("rules", "--home", str(tmp_path / "nowhere"))[0] == 2


def test_template_accepts_a_home_and_writes_nothing_into_it(released: Home, tmp_path: Path):
    before = content_of(released.root)
    exit_code, said = kap("template", "--to", str(tmp_path / "to"), "--home", str(released.root))
    assert exit_code == 0, said
    assert (tmp_path / "to" / "dictionary.md").exists()
    assert content_of(released.root) == before


def test_an_error_is_one_json_object_where_json_is_asked_for(tmp_path: Path):
    home = Home.open(tmp_path / "home")
    home.settings_file.write_text('[network]\nnam = "x"\nrelease = 7\n')
    exit_code, told = kap_json("run", "--home", str(home.root))
    assert exit_code == told["exit_code"] == 2
    assert [problem["code"] for problem in told["problems"]] == ["KAP-C03", "KAP-C03"]
    assert set(told) == {"exit_code", "problems"}


def checked(tmp_path: Path, rows: list[Any], *arguments: str) -> tuple[int, Any]:
    """`kap check` of one file of rows, with a home that is not there."""
    path = deliver(Home.open(tmp_path / "elsewhere"), "files", "sessions.csv", rows)
    return kap_json("check", str(path), "--home", str(tmp_path / "home"), *arguments)


@pytest.mark.parametrize("clinic", ["all", "Bad Name", "../alder", ""])
def test_check_takes_clinic_ids_only(tmp_path: Path, clinic: str):
    exit_code, told = checked(tmp_path, sessions(patients(2)), "--clinic", clinic)
    assert exit_code == 2
    assert [problem["code"] for problem in told["problems"]] == ["KAP-U03"]
    assert not clinic or clinic not in json.dumps(told).replace("'", "")


def of_clinics(*clinics: str) -> list[Any]:
    """Two sessions of one patient for each clinic named."""
    return [row for clinic in clinics for row in sessions([f"p-{clinic}"], days=(0, 4), clinic_id=clinic)]


def test_check_reads_a_file_as_its_own_clinics_when_it_names_one(tmp_path: Path):
    home = Home.open(tmp_path / "home")
    home.mapping_of("alder").write_text("ignore: [ward]\n")
    rows = [row | {"ward": 3} for row in of_clinics("alder")]
    exit_code, (report,) = checked(tmp_path, rows)
    assert (exit_code, report["quarantined"], report["problems"]) == (0, 0, [])
    # Told by --clinic, another clinic's rows are what they would be at intake.
    exit_code, (report,) = checked(tmp_path, of_clinics("alder"), "--clinic", "birch")
    assert (exit_code, report["quarantined"]) == (3, 2)
    assert [problem["code"] for problem in report["problems"]] == ["KAP-K03"]


def test_check_of_a_file_of_several_clinics_takes_none_for_a_stranger(tmp_path: Path):
    exit_code, (report,) = checked(tmp_path, of_clinics("alder", "birch"))
    assert (exit_code, report["quarantined"], report["problems"]) == (0, 0, [])


@pytest.mark.parametrize(("faulty", "exit_code"), [(2, 0), (3, 3)])
def test_check_says_by_its_exit_code_that_over_5_pct_would_be_quarantined(tmp_path: Path, faulty: int, exit_code: int):
    rows = sessions(patients(10))
    rows = [row | {"session_day": "soon"} for row in rows[:faulty]] + rows[faulty:]
    said, (report,) = checked(tmp_path, rows)
    assert (report["records"], report["quarantined"]) == (40, faulty)
    assert said == exit_code


def test_check_says_what_would_become_of_a_file_within_80_columns(tmp_path: Path):
    rows = sessions(patients(10))
    rows = [rows[0] | {"session_day": "soon"}, rows[1] | {"dose_mg": "40,5"}, *rows[2:]]
    path = deliver(Home.open(tmp_path / "elsewhere"), "files", "sessions.csv", rows)
    exit_code, said = kap("check", str(path), "--home", str(tmp_path / "home"), "--clinic", "alder")
    assert exit_code == 0
    assert said.startswith(
        """\
sessions.csv: would be taken in as sessions
  40 rows, 40 records, 1 would be set aside.
"""
    )
    assert "  1 of 40 rows set aside: sessions.csv, column session_day, row 1\n" in said
    assert "  1 of 40 values left out: sessions.csv, column dose_mg, row 2\n" in said
    assert "  session_day  integer, days      39       0         1  d (29), dd (10)\n" in said
    assert "\nRow 1 is the first one under the header: line 2 of a spreadsheet." in said
    assert "Nothing was stored. To deliver, put the files into" in said
    assert "soon" not in said and "40,5" not in said
    assert [line for line in said.splitlines() if len(line) > 80 and str(tmp_path) not in line] == []


def of_scales(*scales: str) -> list[Any]:
    rows = {"patient_id": "p01", "administration": "follow_up", "total": 20}
    return [rows | {"scale": scale, "score_day": 7 * week} for week, scale in enumerate(scales, start=1)]


def test_check_says_that_the_clinic_would_be_blocked_and_what_to_mend_first(tmp_path: Path):
    path = deliver(
        Home.open(tmp_path / "elsewhere"), "files", "scores.csv", of_scales(*["PCL-5"] * 2, "??", *["pcl5"] * 6)
    )
    exit_code, said = kap("check", str(path), "--home", str(tmp_path / "home"), "--clinic", "alder")
    assert exit_code == 3
    said = " ".join(said.split())
    share = "scores.csv: 3 of 9 records set aside (33.3 %), 20 % allowed"
    assert f"As they are, the clinic would be blocked: {share} (KAP-D01)." in said
    assert "Mend first: column scale, 3 rows. Write `pcl5` if that is meant; else map" in said
    assert said.endswith("Nothing was stored. Mend what is named above and check again.")


def faulty_of_ten(faulty: int) -> list[Any]:
    return of_scales(*["none"] * faulty, *["pcl5"] * (10 - faulty))


def test_check_blocks_by_the_same_rules_as_the_run(tmp_path: Path):
    home = Home.open(tmp_path / "run")
    # 2 of 10 is as much as is allowed; of 10 of 10 no record has a usable key.
    wanted = {2: (), 3: ("KAP-D01",), 10: ("KAP-D03",)}
    for faulty, blocking in wanted.items():
        _, (report,) = checked(tmp_path, faulty_of_ten(faulty))
        assert (report["quarantined"], report["blocked_by"]) == (faulty, blocking[0] if blocking else None)
        deliver(home, f"clinic-{faulty}", "scores.csv", faulty_of_ten(faulty))
    ran = {validation.clinic_id: validation.blocking for validation in judge_and_publish(home).validations}
    assert ran == {f"clinic-{faulty}": blocking for faulty, blocking in wanted.items()}


def test_check_obeys_the_limit_of_the_home(tmp_path: Path):
    Home.open(tmp_path / "home").settings_file.write_text("[thresholds]\nquarantined_pct_max = 19\n")
    _, (report,) = checked(tmp_path, faulty_of_ten(2))
    assert report["blocked_by"] == "KAP-D01"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("KAP-D01", ("At most a fifth of a delivery's records is quarantined.", "stays out of the release", "20 %")),
        ("kap-t04", ("A word is one that its column accepts.", "the value is left out", "courses.condition")),
        ("KAP-G20", ("No column named like an identifier", "Remove the column from the export")),
    ],
)
def test_rules_say_what_one_code_means(code: str, words: tuple[str, ...]):
    exit_code, said = kap("rules", code)
    assert exit_code == 0
    for each in words:
        assert each.lower() in " ".join(said.split()).lower()
    exit_code, told = kap_json("rules", code)
    assert (exit_code, told["code"]) == (0, code.upper())


def test_a_command_leaves_no_home_behind_for_the_next_one_in_its_process(misnamed: Home):
    before = dict(os.environ)
    kap("run", "--home", str(misnamed.root))
    assert dict(os.environ) == before


def test_rules_say_which_facts_of_a_scale_rest_on_which_source():
    exit_code, said = kap("rules", "phq9.response")
    assert exit_code == 0
    # However wide the terminal is. CONTRACT.md section 4: 50 %, Kroenke 2010.
    said = " ".join(said.split())
    assert "value 50" in said and "Kroenke 2010" in said and "remission" not in said
    exit_code, told = kap_json("rules", "PHQ9")
    assert exit_code == 0
    assert {"response", "remission", "scoring"} <= {fact["fact"] for fact in told["facts"]}


@pytest.mark.parametrize(("asked", "nearest"), [("phq9.respons", "response"), ("phq.response", "phq9")])
def test_a_scale_or_fact_that_is_none_is_told_with_the_nearest(asked: str, nearest: str):
    exit_code, told = kap_json("rules", asked)
    assert exit_code == 2
    assert nearest in told["problems"][0]["remedy"]


@pytest.mark.parametrize("asked", ["response", "phq9", "phq9.response"])
def test_rules_tell_what_a_clinic_of_the_home_put_in_a_definitions_place(tmp_path: Path, asked: str):
    home = Home.open(tmp_path / "home")
    home.inbox_of("alder").mkdir()
    reason = "our payer counts from 30 percent on"
    home.settings_file.write_text(
        f'[[overrides]]\ndefinition = "phq9.response"\nclinic = "alder"\nvalue = 30\nreason = "{reason}"\n'
    )
    exit_code, said = kap("rules", asked, "--home", str(home.root))
    assert exit_code == 0
    assert "phq9.response of alder alone: 30" in said and "payer" in said
    assert [each["value"] for each in kap_json("rules", asked, "--home", str(home.root))[1]["overrides"]] == [30]
    assert "alder" not in kap("rules", "gad7", "--home", str(home.root))[1]


def test_a_code_that_is_none_is_told_with_the_nearest(tmp_path: Path):
    exit_code, told = kap_json("rules", "KAP-W11")
    assert exit_code == told["exit_code"] == 2
    assert told["problems"][0]["code"] == "KAP-U05"
    assert "KAP-W01" in told["problems"][0]["remedy"]


def of_totals(scale: str, *totals: float) -> list[Any]:
    rows = {"patient_id": "p01", "administration": "follow_up", "scale": scale}
    return [rows | {"score_day": 7 * week, "total": total} for week, total in enumerate(totals, start=1)]


# The PEG is the mean of three answers of 0 to 10: three of six totals over 10 are sums of them. Twelve whole numbers
# are as many means as sums give, which only asks.
@pytest.mark.parametrize(
    ("totals", "blocking", "asks"),
    [((21, 22, 25, 4, 5, 6), "KAP-D05", ()), ((3,) * 12, None, ("KAP-D08",)), ((3.3, 4.7, 5), None, ())],
)
def test_check_tells_totals_of_another_form_as_the_run_does(
    tmp_path: Path, totals: tuple[float, ...], blocking: str | None, asks: tuple[str, ...]
):
    exit_code, (report,) = checked(tmp_path, of_totals("peg", *totals))
    told = {each["rule"]: each["blocks"] for each in report["versions"]}
    assert report["blocked_by"] == blocking
    assert told == {code: code != "KAP-D08" for code in ([blocking] if blocking else []) + list(asks)}
    assert exit_code == (3 if blocking else 0)
    home = Home.open(tmp_path / "run")
    deliver(home, "alder", "scores.csv", of_totals("peg", *totals))
    (ran,) = judge_and_publish(home).validations
    guards = ("KAP-D04", "KAP-D05", "KAP-D06", "KAP-D08")
    assert {each.rule for each in ran.findings if each.failed_n and each.rule in guards} == set(told)


def test_check_says_what_the_totals_look_like_and_what_to_declare(tmp_path: Path):
    peg = deliver(Home.open(tmp_path / "a"), "files", "scores.csv", of_totals("peg", 21, 22, 25, 4, 5, 6))
    exit_code, said = kap("check", str(peg), "--home", str(tmp_path / "home"), "--clinic", "alder")
    said = " ".join(said.split())
    assert exit_code == 3
    assert "As they are, the clinic would be blocked: scores.csv: 3 of 6 totals of peg look like" in said
    assert "To do: declare scale_form in the mapping" in said.split("As they are")[1]
    whole = deliver(Home.open(tmp_path / "b"), "files", "scores.csv", of_totals("peg", *[3] * 12))
    exit_code, said = kap("check", str(whole), "--home", str(tmp_path / "home"), "--clinic", "alder")
    said = " ".join(said.split())
    assert exit_code == 0
    assert "scores.csv: 12 of 12 totals of peg look like" in said and "[KAP-D08]" in said
    assert "Nothing was stored. To deliver, put the files into" in said
