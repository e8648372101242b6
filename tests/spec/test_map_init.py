"""`kap map init` on three made-up exports: what it drafts, mended as it says and nothing else, gives the right rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.home import Home
from tests.home_tools import deliver, judge_and_publish, kap, rows_stored
from tests.strange_exports import SECRETS, ehr, questions, registry, table_text

CLINICS = ("alder", "birch", "cedar")
PHQ9 = [f"item_{number:02d}" for number in range(1, 10)]


def mended(path: Path, said: dict[str, Any]) -> str:
    """The export with what was told to take out taken out, renamed what was told to rename, separated by commas."""
    text = path.read_text(encoding="utf-8")
    separator = ";" if any("semicolons" in note for note in said["notes"]) else ","
    header, *rows = csv.reader(io.StringIO(text), delimiter=separator)
    gone = {each["position"] for each in said["take_out"]}
    names = {each["position"]: each["to"] for each in said["rename"]}
    kept = [position for position in range(1, len(header) + 1) if position not in gone]
    new_header = [names.get(position, header[position - 1]) for position in kept]
    return table_text(new_header, [[row[position - 1] for position in kept] for row in rows])


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, Any]]:
    """A home with the three drafts as they were written, the mended files, and what `--json` told of each export."""
    folder = tmp_path_factory.mktemp("exports")
    home = Home.open(folder / "home")
    told = {}
    for clinic, made in zip(CLINICS, (registry(folder), ehr(folder), questions(folder)), strict=True):
        paths = made if isinstance(made, list) else [made]
        names = [str(path) for path in paths]
        code, said = kap("map", "init", *names, "--home", str(home.root), "--clinic", clinic, "--json")
        assert code == 0, said
        told[clinic] = json.loads(said)
        for path, file in zip(paths, told[clinic]["files"], strict=True):
            if file["table"] is not None:
                deliver(home, clinic, path.name, mended(path, file))
    return home, told


@pytest.fixture(scope="module")
def stored(drafted: tuple[Home, dict[str, Any]]) -> Home:
    judge_and_publish(drafted[0])
    return drafted[0]


@pytest.mark.parametrize("clinic", CLINICS)
def test_check_takes_every_mended_file_in_whole(drafted: tuple[Home, dict[str, Any]], clinic: str) -> None:
    home, told = drafted
    tables = {file["file"]: file["table"] for file in told[clinic]["files"] if file["table"]}
    files = [str(home.inbox_of(clinic) / name) for name in tables]
    code, said = kap("check", *files, "--home", str(home.root), "--clinic", clinic, "--json")
    assert code == 0
    reports = json.loads(said)
    assert {report["file"]: report["table"] for report in reports} == tables
    assert [(report["quarantined"], report["problems"]) for report in reports] == [(0, [])] * len(files)


def test_a_registrys_wide_export_gives_a_score_for_each_scale_of_each_event(stored: Home) -> None:
    scores = rows_stored(stored, "scores", "alder")
    assert len(scores) == 36 * 3
    first = scores[(scores["patient_id"] == "K11")].set_index(["scale", "score_day"])
    assert set(first.index) == {(scale, day) for scale in ("phq9", "gad7", "pcl5") for day in (0, 28, 91)}
    assert first.loc[("phq9", 0), PHQ9].tolist() == [2] * 9
    assert first.loc[("phq9", 0), ["total", "administration"]].tolist() == [18, "baseline"]
    assert first.loc[("phq9", 91), ["total", "administration"]].tolist() == [0, "follow_up"]
    assert first.loc[("gad7", 28), "total"] == 8 and first.loc[("pcl5", 91), "total"] == 18
    # 99 is read as missing, and so is the total that was not computed.
    assert first.loc[("phq9", 28), PHQ9[:8]].tolist() == [1] * 8
    assert pd.isna(first.loc[("phq9", 28), "item_09"]) and pd.isna(first.loc[("phq9", 28), "total"])


def test_an_ehrs_ten_files_give_sessions_scores_and_courses(stored: Home) -> None:
    sessions = rows_stored(stored, "sessions", "birch")
    assert len(sessions) == 12 * 4
    row = sessions[(sessions["patient_id"] == "K12") & (sessions["session_day"] == 7)].iloc[0]
    assert (row["route"], row["drug"], row["dose_mg"], row["session_id"]) == ("im", "ketamine", 41, "T17")
    # 166 lb x 0.45359237; 0.75 and 2.5 hours.
    assert row["weight_kg"] == pytest.approx(75.296333, abs=1e-6)
    assert (row["dosing_minutes"], row["monitoring_minutes"], row["sbp_pre"], row["completed"]) == (45, 150, 120, True)
    assert sessions.groupby("route").size().to_dict() == {"im": 16, "iv": 16, "sublingual": 16}
    scores = rows_stored(stored, "scores", "birch")
    assert scores.groupby(["scale", "score_day"])["total"].agg(["size", "mean"]).to_dict("index") == {
        ("gad7", 0): {"size": 12, "mean": 14},
        ("gad7", 28): {"size": 12, "mean": 6},
        ("phq9", 0): {"size": 12, "mean": 18},
        ("phq9", 28): {"size": 12, "mean": 7},
    }
    courses = rows_stored(stored, "courses", "birch").set_index("patient_id")
    assert courses.loc[["K11", "K12", "K13"], ["condition", "sex"]].to_numpy().tolist() == [
        ["mdd", "female"],
        ["ptsd", "male"],
        ["trd", "female"],
    ]


def test_whole_questions_as_names_give_answers_in_points(stored: Home) -> None:
    scores = rows_stored(stored, "scores", "cedar")
    assert len(scores) == 12 * 2 * 2
    rows = scores[scores["patient_id"] == "K11"].set_index(["scale", "score_day"])
    assert rows.loc[("phq9", 0), PHQ9].tolist() == [3] * 9
    assert rows.loc[("phq9", 28), PHQ9].tolist() == [0] * 9
    assert rows.loc[("gad7", 0), PHQ9[:7]].tolist() == [2] * 7
    assert rows.loc[("gad7", 28), PHQ9[:7]].tolist() == [1] * 7
    other = scores[(scores["patient_id"] == "K12") & (scores["scale"] == "phq9")].set_index("score_day")
    assert (other.loc[0, "item_05"], other.loc[28, "item_05"]) == (2, 1)


def test_what_may_identify_a_person_is_to_be_taken_out_and_is_never_mapped(
    drafted: tuple[Home, dict[str, Any]],
) -> None:
    _, told = drafted
    out = {
        (file["file"], each["position"], each["code"])
        for clinic in CLINICS
        for file in told[clinic]["files"]
        if file["table"]
        for each in file["take_out"]
    }
    assert out == {
        ("registry.csv", 5, "KAP-G20"),
        ("registry.csv", 6, "KAP-G01"),
        ("registry.csv", 7, "KAP-G20"),
        ("registry.csv", 23, "KAP-G08"),
        ("treatments.csv", 3, "KAP-G20"),
        ("treatments.csv", 4, "KAP-G01"),
        ("treatments.csv", 15, "KAP-G20"),
        ("questionnaire_responses.csv", 6, "KAP-G01"),
        ("diagnoses.csv", 4, "KAP-G01"),
        ("questions.csv", 2, "KAP-G20"),
        ("questions.csv", 20, "KAP-G08"),
    }
    read = {
        (file["file"], position)
        for clinic in CLINICS
        for file in told[clinic]["files"]
        for position in [*(each["position"] for each in file["mapped"]), *file["ignored"]]
    }
    assert not read & {(file, position) for file, position, _ in out}
    left = [file["file"] for file in told["birch"]["files"] if file["table"] is None]
    assert len(left) == 7 and "demographics.csv" in left


def test_neither_the_draft_nor_what_is_printed_holds_a_cell_of_an_open_column(
    drafted: tuple[Home, dict[str, Any]], tmp_path: Path
) -> None:
    home, told = drafted
    texts = [home.mapping_of(clinic).read_text(encoding="utf-8") for clinic in CLINICS] + [json.dumps(told)]
    for number, made in enumerate((registry(tmp_path), ehr(tmp_path), questions(tmp_path))):
        names = [str(path) for path in (made if isinstance(made, list) else [made])]
        code, said = kap("map", "init", *names, "--out", str(tmp_path / f"{number}.yaml"))
        assert code == 0
        assert all(len(line) <= 80 or str(tmp_path) in line for line in said.splitlines())
        texts.append(said)
    for text in texts:
        assert [secret for secret in (*SECRETS, "K11", "Q16", "T114") if secret in text] == []


def test_a_mapping_is_never_written_over(tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    out.write_text("mapping_version: 1\n")
    code, said = kap("map", "init", str(registry(tmp_path)), "--out", str(out), "--json")
    assert (code, json.loads(said)["problems"][0]["code"]) == (2, "KAP-U06")
    assert out.read_text() == "mapping_version: 1\n"
    code, said = kap("map", "init", str(registry(tmp_path)), "--out", str(tmp_path / "none" / "x.yaml"), "--json")
    assert (code, json.loads(said)["problems"][0]["code"]) == (2, "KAP-U07")
    code, said = kap("map", "init", str(tmp_path / "absent.csv"), "--out", str(tmp_path / "x.yaml"), "--json")
    assert (code, json.loads(said)["problems"][0]["code"]) == (2, "KAP-U02")


def test_dates_alone_leave_a_gap_that_says_what_to_do(tmp_path: Path) -> None:
    """An export whose only clock is a date: the day is asked for by its contract name, and then it comes in."""
    header = ["Patient Key", "Assessment Date", "PHQ-9 Total"]
    rows: list[list[object]] = [["K11", "2024-01-02", 18], ["K12", "2024-02-03", 12]]
    (tmp_path / "x.csv").write_text(table_text(header, rows))
    home = Home.open(tmp_path / "home")
    code, said = kap("map", "init", str(tmp_path / "x.csv"), "--home", str(home.root), "--clinic", "alder")
    assert code == 0
    assert "score_day" in said and "in place of Assessment Date" in said
    (file,) = [home.mapping_of("alder")]
    assert "2024" not in file.read_text() and "score_day:" not in file.read_text().split("mapping_version")[1]
    (tmp_path / "x.csv").write_text(table_text(["Patient Key", "score_day", "PHQ-9 Total"], [["K11", 0, 18]]))
    code, said = kap("check", str(tmp_path / "x.csv"), "--home", str(home.root), "--clinic", "alder", "--json")
    assert (code, json.loads(said)[0]["records"]) == (0, 1)
