"""What a draft guesses of small exports, each for one reason, and what it says of its doubts."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from assets.cli.map import _lines
from pipelines.contract.mapping import Mapping, parse_mapping
from pipelines.drafting.draft import Draft, FileDraft, draft
from pipelines.drafting.exports import Export, read_export
from pipelines.drafting.words import answer_of, visit_of
from pipelines.drafting.written import yaml_text
from pipelines.instruments.catalogue import load_catalogue
from pipelines.problems import KapError


def drafted(**columns: list[object]) -> FileDraft:
    return made_of(columns).files[0]


def made_of(columns: dict[str, list[object]]) -> Draft:
    rows = tuple(tuple(str(cell) for cell in row) for row in zip(*columns.values(), strict=True))
    return draft([Export("export.csv", tuple(columns), rows)])


def mapping_of(made: Draft) -> Mapping:
    return parse_mapping(yaml_text(made).encode(), "x.yaml", load_catalogue().delivered_ids)


def table_of(file: FileDraft) -> str:
    return file.table.name if file.table else "none"


def read_as(file: FileDraft) -> dict[str, str]:
    return {guess.target: guess.column.name for guess in file.guesses}


SESSION: dict[str, list[object]] = {
    "patient_id": ["p1", "p1", "p2"], "session_day": [0, 7, 0], "route": ["iv", "iv", "im"], "dose_mg": [40, 45, 50],
    "condition": ["trd", "trd", "ptsd"],
}  # fmt: skip


def test_the_contracts_own_names_are_sure() -> None:
    file = drafted(**SESSION)
    assert table_of(file) == "sessions"
    assert [(guess.target, guess.certainty) for guess in file.guesses] == [
        (name, "sure") for name in ("patient_id", "session_day", "condition", "route", "dose_mg")
    ]
    assert file.needed == () and file.ignored == () and file.take_out == ()


def test_a_column_per_visit_is_a_score_per_visit() -> None:
    made = made_of({"pid": ["a", "b"], "phq9_total_baseline": [20, 18], "phq9_wk4": [9, 7], "PHQ9_3m": [5, 6]})
    scores = mapping_of(made).tables["scores"].scores
    assert [(s.scale, s.total.column, s.score_day.constant, s.administration.constant) for s in scores] == [
        ("phq9", "phq9_total_baseline", "0", "baseline"),
        ("phq9", "phq9_wk4", "28", "follow_up"),
        ("phq9", "PHQ9_3m", "91", "follow_up"),
    ]


def test_a_visit_whose_day_the_name_does_not_tell_is_a_marked_gap() -> None:
    made = made_of({"pid": ["a", "b"], "gad7_pre": [20, 18], "gad7_post": [9, 7]})
    assert made.files[0].needed == ("score_day",)
    assert "# score_day: (fill in" in yaml_text(made)
    assert [s.administration.constant for s in mapping_of(made).tables["scores"].scores] == ["baseline", "follow_up"]


@pytest.mark.parametrize(("days", "gives"), [({"day": [1, 30]}, "its occasion"), ({}, "its planned day stands")])
def test_what_a_visit_gives_is_said_as_it_is_drafted(days: dict[str, list[object]], gives: str) -> None:
    made = made_of({"pid": ["a", "b"], **days, "visit": ["baseline", "week 4"], "phq9_total": [20, 18]})
    told = "\n".join(line.text for line in _lines(made, [], Path("draft.yaml"), None, True, 200))
    assert f"visit as the visit: {gives}" in told
    day = mapping_of(made).tables["scores"].columns["score_day"]
    assert day.column == ("day" if days else "visit")


def test_the_last_item_may_be_called_as_its_scale() -> None:
    columns: dict[str, list[object]] = {"pid": ["a", "b"], "day": [0, 0]}
    columns |= {f"phq_{number}": [1, 2] for number in range(1, 10)} | {"phq_total": [9, 18]}
    (entry,) = drafted(**columns).entries
    assert [column.name for column in entry.items if column] == [f"phq_{number}" for number in range(1, 10)]
    assert entry.total is not None and entry.total.name == "phq_total"


@pytest.mark.parametrize(("largest", "form"), [(20, "raw"), (84, "index")])
def test_the_form_of_a_who5_total_is_told_by_its_size_and_unsure(largest: int, form: str) -> None:
    (entry,) = drafted(pid=["a", "b"], day=[0, 7], who5_total=[4, largest]).entries
    assert (entry.scale_form, entry.certainty) == (form, "unsure")


@pytest.mark.parametrize(
    ("scale", "totals", "form"),
    [
        ("peg", [4, 9], None),  # a mean, and no sum: sums go to 30
        ("ebi", [40, 85], "mean"),
        ("ebi", [40, 300], "sum"),
        ("pct_days_abstinent_30", [4, 22], "raw"),
        ("pct_days_abstinent_30", [4, 80], "percent"),
    ],
)
def test_a_form_is_drafted_only_where_the_size_of_a_total_tells_it(
    scale: str, totals: list[int], form: str | None
) -> None:
    (entry,) = drafted(pid=["a", "b"], day=[0, 7], **{f"{scale}_total": totals}).entries
    assert (entry.scale, entry.scale_form) == (scale, form)


@pytest.mark.parametrize(
    ("count", "largest", "scale"),
    [(9, 3, "phq9"), (7, 3, "gad7"), (20, 4, "pcl5"), (21, 3, "bdi_ii"), (10, 6, "madrs"), (5, 5, "who5")],
)
def test_a_run_of_questions_is_told_by_its_shape(count: int, largest: int, scale: str) -> None:
    columns: dict[str, list[object]] = {"pid": ["a", "b"], "day": [0, 7]}
    columns |= {f"How would you put made-up matter {chr(65 + number)} today": [0, largest] for number in range(count)}
    (entry,) = drafted(**columns).entries
    assert (entry.scale, entry.certainty, len(entry.columns)) == (scale, "unsure", count)
    assert "shape" in entry.why


def test_two_forms_under_one_heading_are_told_apart_where_the_numbers_begin_again() -> None:
    columns: dict[str, list[object]] = {"pid": ["a", "b"], "day": [0, 7]}
    for form, count in (("one", 9), ("two", 7)):
        columns |= {f"Did this happen? {n}. Made-up matter {n} of {form}": [0, 3] for n in range(1, count + 1)}
    assert [entry.scale for entry in drafted(**columns).entries] == ["phq9", "gad7"]


def test_a_run_that_no_form_has_is_not_mapped() -> None:
    columns: dict[str, list[object]] = {"pid": ["a", "b"], "day": [0, 7]}
    columns |= {f"How would you put made-up matter {number} today": [0, 3] for number in range(11)}
    file = drafted(**columns)
    assert file.entries == () and [len(asked.columns) for asked in file.asked] == [11]


@pytest.mark.parametrize(
    ("name", "cells", "target", "unit", "certainty"),
    [
        ("Weight", [165, 180, 200], "weight_kg", "lb", "unsure"),
        ("Weight", [60, 75, 90], "weight_kg", None, "likely"),
        ("Weight lb", [60, 75, 90], "weight_kg", "lb", "likely"),
        ("Monitoring", [1.5, 2, 2.5], "monitoring_minutes", "hours", "unsure"),
        ("Monitoring", [90, 120, 150], "monitoring_minutes", None, "likely"),
        ("Infusion hours", [0.5, 1, 1.5], "dosing_minutes", "hours", "likely"),
        ("benzos", ["Checked", "Unchecked", ""], None, None, None),
        ("ketamine_route_given", ["x", "y", "z"], None, None, None),
    ],
)
def test_a_unit_is_told_by_the_name_or_the_size(
    name: str, cells: list[object], target: str | None, unit: str | None, certainty: str | None
) -> None:
    found = {guess.column.name: guess for guess in drafted(**{**SESSION, name: cells}).guesses}
    assert (name in found) == (target is not None)
    if target is not None:
        assert (found[name].target, found[name].unit, found[name].certainty) == (target, unit, certainty)


@pytest.mark.parametrize(
    ("name", "cells", "target"),
    [("dose", [0.5, 0.6, 1], "dose_mg_per_kg"), ("dose", [40, 50, 60], "dose_mg"),
     ("Dose mg/kg", [0.5, 1, 1], "dose_mg_per_kg")],
)  # fmt: skip
def test_a_dose_is_in_mg_or_by_weight(name: str, cells: list[object], target: str) -> None:
    columns = {key: value for key, value in SESSION.items() if key != "dose_mg"}
    assert read_as(drafted(**columns, **{name: cells}))[target] == name


@pytest.mark.parametrize(
    ("name", "cells", "target"),
    [
        ("BP systolic before", [120, 130, 118], "sbp_pre"), ("Diastolic BP before dose", [80, 70, 75], "dbp_pre"),
        ("BP diastolic highest", [95, 90, 99], "dbp_peak"), ("Systolic pressure at end", [125, 120, 119], "sbp_end"),
        ("Side effects asked", ["yes", "no", "yes"], "ae_assessed"), ("Minimum saturation", [94, 95, 97], "spo2_min"),
        ("Measured weight", [60, 75, 90], "weight_kg"), ("Minutes observed", [90, 120, 150], "monitoring_minutes"),
    ],
)  # fmt: skip
def test_a_name_in_other_words_is_drafted_and_unsure(name: str, cells: list[object], target: str) -> None:
    (guess,) = [each for each in drafted(**{**SESSION, name: cells}).guesses if each.column.name == name]
    assert (guess.target, guess.certainty) == (target, "unsure")


@pytest.mark.parametrize("name", ["BP systolic", "Systolic before and after", "Heart rate before", "Side effects"])
def test_a_name_that_says_less_or_more_is_not_drafted_as_a_vital_sign(name: str) -> None:
    found = {each.column.name: each.target for each in drafted(**{**SESSION, name: [120, 130, 118]}).guesses}
    assert name not in found


def test_weeks_become_days_and_a_first_session_that_is_not_day_0_is_told() -> None:
    columns = {key: value for key, value in SESSION.items() if key != "session_day"}
    (day,) = [g for g in drafted(**columns, **{"Study Week": [1, 2, 1]}).guesses if g.target == "session_day"]
    assert (day.unit, day.certainty) == ("weeks", "unsure")
    assert "no cell is day 0" in day.why


def test_words_near_the_contracts_are_mapped_and_others_are_counted_never_shown() -> None:
    routes: list[object] = ["Intravenous (IV)", "IM injection", "Grandmother's way"]
    made = made_of({**SESSION, "route": routes})
    (route,) = [guess for guess in made.files[0].guesses if guess.target == "route"]
    assert route.values == {"Intravenous (IV)": "iv", "IM injection": "im"}
    assert "add the other 1 different to values" in route.why and route.certainty == "unsure"
    assert "Grandmother" not in yaml_text(made)


def test_a_patient_id_that_is_a_record_number_is_taken_out_by_the_doors_own_look() -> None:
    file = drafted(**{**SESSION, "patient_id": ["12345678", "12345678", "23456789"]})
    assert [(each.column.name, each.code) for each in file.take_out] == [("patient_id", "KAP-G11")]
    assert table_of(file) == "sessions" and file.needed == ("patient_id",)


def test_single_bad_cells_of_a_good_column_are_to_be_mended_and_the_column_stays() -> None:
    columns: dict[str, list[object]] = {name: cells * 4 for name, cells in SESSION.items()}
    columns["route"] = ["iv"] * 11 + ["iv but then changed to im half way through"]
    file = drafted(**columns)
    assert "route" in read_as(file) and file.take_out == ()
    assert file.notes == ("route: 1 of 12 cells hold free text, first in row 12. Mend them in the export.",)


def test_ignored_numbers_get_a_domain_so_that_they_wake_no_detector() -> None:
    made = made_of({**SESSION, "charge": [90210, 10001, 60601], "ok flag": ["y", "n", "y"], "lab": [1.5, 2, 3]})
    assert mapping_of(made).ignore == {"charge": "integer", "ok flag": "boolean", "lab": "number"}
    assert made.files[0].take_out == ()


def test_rows_of_single_answers_are_told_as_what_no_mapping_joins() -> None:
    columns: dict[str, list[object]] = {
        "pid": ["a"] * 9, "instrument": ["PHQ-9"] * 9, "day": [0] * 9, "question code": list(range(9)),
        "score": [1, 2, 3, 0, 1, 2, 3, 0, 1],
    }  # fmt: skip
    file = drafted(**columns)
    assert table_of(file) == "scores"
    assert "cannot join rows" in file.notes[0]


def test_a_file_of_two_tables_is_told() -> None:
    file = drafted(**SESSION, **{"phq9_total": [1, 2, 3], "gad7_total": [1, 2, 3], "pcl5_total": [1, 2, 3]})
    assert any("look like" in note and "file of their own" in note for note in file.notes)


def test_a_condition_is_needed_where_no_file_holds_courses() -> None:
    columns = {name: tuple(map(str, cells)) for name, cells in SESSION.items() if name != "condition"}
    sessions = Export("sessions.csv", tuple(columns), tuple(zip(*columns.values(), strict=True)))
    courses = Export("dx.csv", ("patient_id", "Diagnosis"), (("p1", "PTSD"), ("p2", "mdd")))
    assert draft([sessions]).files[0].needed == ("condition",)
    assert [file.needed for file in draft([sessions, courses]).files] == [(), ()]


def test_nobody_is_withdrawn_by_a_guess() -> None:
    assert table_of(drafted(patient_id=["a", "b"])) == "none"


def test_of_two_files_of_one_table_the_fuller_is_read() -> None:
    def export(name: str, **more: str) -> Export:
        cells = {"pid": "a", "day": "0", "phq9_total": "3", **more}
        return Export(name, tuple(cells), (tuple(cells.values()),))

    made = draft([export("one.csv"), export("two.csv", gad7_total="4")])
    assert [file.file for file in made.read] == ["two.csv"]
    assert "It holds scores too" in made.files[0].notes[0]


def test_a_mark_of_redcap_boxes_is_told() -> None:
    file = drafted(**SESSION, meds___1=[0, 1, 0])
    assert [(left.column.name, left.domain, "checkbox" in left.why) for left in file.ignored] == [
        ("meds___1", "boolean", True)
    ]


@pytest.mark.parametrize(
    ("text", "visit"),
    [
        ("baseline_arm_1", (0, "baseline")), ("Week 4", (28, "follow_up")), ("wk12", (84, "follow_up")),
        ("3m", (91, "follow_up")), ("month_6_arm_2", (183, "follow_up")), ("day 0", (0, "baseline")),
        ("6 month follow-up", (183, "follow_up")), ("post", None), ("Maria week", None), ("4", None),
        ("unscheduled", None),
    ],
)  # fmt: skip
def test_a_visits_name_tells_its_planned_day(text: str, visit: tuple[int, str] | None) -> None:
    assert visit_of(text) == visit


@pytest.mark.parametrize(
    ("text", "points"),
    [("Not at all", 0), ("0 - Not at all", 0), ("Nearly every day (3)", 3), ("quite a bit", 3), ("always", None)],
)
def test_an_answer_in_words_has_points(text: str, points: int | None) -> None:
    found = answer_of(text)
    assert (found[0] if found else None) == points


CSV = "pid;day;phq9_total\na;0;3\nb;7;5\n"


@pytest.mark.parametrize(
    ("name", "content", "notes"),
    [
        ("a.csv", CSV.encode(), 1),
        ("a.csv", CSV.replace(";", ",").encode("utf-8-sig"), 0),
        ("a.csv", CSV.replace(";", "\t").encode("utf-16"), 2),
        ("a.tsv", CSV.replace(";", "\t").encode(), 1),
        ("a.csv", CSV.replace(";", "|").replace("pid", "pid\xe9").encode("cp1252"), 2),
        ("a.csv.gz", gzip.compress(CSV.replace(";", ",").encode(), mtime=0), 0),
    ],
)
def test_an_export_is_read_with_any_separator_and_what_the_door_refuses_is_noted(
    name: str, content: bytes, notes: int, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    export = read_export(tmp_path / name)
    assert export.columns[1:] == ("day", "phq9_total")
    assert export.rows == (("a", "0", "3"), ("b", "7", "5"))
    assert len(export.notes) == notes


def test_a_parquet_file_with_dates_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"pid": ["a"], "when": pd.to_datetime(["2024-01-02"]), "phq9_total": [3.0], "day": [0]})
    frame.to_parquet(tmp_path / "a.parquet")
    file = draft([read_export(tmp_path / "a.parquet")]).files[0]
    assert [each.column.name for each in file.take_out] == ["when"]
    assert [entry.scale for entry in file.entries] == ["phq9"] and file.entries[0].integral


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "KAP-F01"), (b"1,2,3\n4,5,6\n", "KAP-F12"), (b"a,A\n1,2\n", "KAP-F10"), (b"a,\n1,2\n", "KAP-F11")],
)
def test_a_file_whose_columns_cannot_be_told_apart_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(KapError) as refused:
        read_export(tmp_path / "a.csv")
    assert [problem.code for problem in refused.value.problems] == [code]
