"""Questions as names of columns: every item of a scale is read or asked about, whatever the question's text holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.contract.mapping import parse_mapping
from pipelines.drafting.draft import Draft, FileDraft, draft
from pipelines.drafting.exports import Export, read_export
from pipelines.drafting.written import yaml_text
from pipelines.instruments.catalogue import load_catalogue

# Made-up texts, of the shapes that questions have: short, long, with every mark that once ended a run.
TEXTS = (
    "Made-up matter one or two",
    "Feeling, for once, of made-up matter",
    "Something short",
    "Made-up matter (or its opposite)",
    "Appetite for made-up things",
    'Thinking "made-up" of matter',
    "Trouble: reading made-up matter",
    "Moving so slowly that others could have noticed? Or the opposite - more than 2 times [at all]",
    "Thoughts of made-up\nmatter in some way",
)
DAYS = {"pid": ("a", "b", "c"), "Day": ("0", "7", "28")}
Style = Callable[[int, str], str]
STYLES: dict[str, Style] = {
    "1. ...": lambda n, text: f"{n}. {text}",
    "1) ...": lambda n, text: f"{n}) {text}",
    "Q1 ...": lambda n, text: f"Q{n} {text}",
    "Q1: ...": lambda n, text: f"Q{n}: {text}",
    "bare": lambda n, text: text,
    "heading [...]": lambda n, text: f"Over 2 weeks, how often? [{text}]",
    "heading 1. ...": lambda n, text: f"Over 2 weeks, how often? {n}. {text}",
}
NAMED: dict[str, Style] = {
    "PHQ-9: 1. ...": lambda n, text: f"PHQ-9: {n}. {text}",
    "PHQ9 - 1 - ...": lambda n, text: f"PHQ9 - {n} - {text}",
    "PHQ-9 Q1 ...": lambda n, text: f"PHQ-9 Q{n} {text}",
    "PHQ 1. ...": lambda n, text: f"PHQ {n}. {text}",
    "phq9_1_...": lambda n, text: f"phq9_{n}_{text}",
    "PHQ-9: ...": lambda n, text: f"PHQ-9: {text}",
}


def questions(style: Style, count: int = 9, highest: int = 3, of: str = "") -> dict[str, tuple[str, ...]]:
    """`count` columns answered 0 to `highest`."""
    texts = [f"{TEXTS[n % 9]}{of}{'' if n < 9 else n}" for n in range(count)]
    return {style(n, text): ("0", "1", str(highest)) for n, text in enumerate(texts, start=1)}


def drafted(*columns: dict[str, tuple[str, ...]]) -> FileDraft:
    return made_of(*columns).files[0]


def made_of(*columns: dict[str, tuple[str, ...]]) -> Draft:
    every = {name: cells for each in (DAYS, *columns) for name, cells in each.items()}
    return draft([Export("export.csv", tuple(every), tuple(zip(*every.values(), strict=True)))])


def read_of(file: FileDraft) -> dict[str, list[int]]:
    """Scale -> the positions of its items, in order."""
    return {entry.scale: [column.position for column in entry.columns] for entry in file.entries}


def asked_of(file: FileDraft) -> list[tuple[int, int]]:
    return [(asked.columns[0].position, asked.columns[-1].position) for asked in file.asked]


@pytest.mark.parametrize("style", [*STYLES, *NAMED])
def test_nine_questions_are_a_phq9_to_the_last_whatever_their_texts_hold(style: str) -> None:
    file = drafted(questions({**STYLES, **NAMED}[style]))
    assert read_of(file) == {"phq9": list(range(3, 12))}
    assert file.asked == () and file.ignored == ()
    assert {guess.target for guess in file.guesses} == {"patient_id", "score_day"}


@pytest.mark.parametrize("style", ["1. ...", "1) ...", "Q1 ...", "heading 1. ..."])
def test_a_gad7_right_after_it_begins_where_the_numbers_begin_again(style: str) -> None:
    file = drafted(questions(STYLES[style]), questions(STYLES[style], 7, of=" too"))
    assert read_of(file) == {"phq9": list(range(3, 12)), "gad7": list(range(12, 19))}
    assert file.asked == () and file.ignored == ()


def test_a_gad7_right_after_it_begins_where_the_names_say_so() -> None:
    gad = {name.replace("PHQ-9", "GAD-7"): cells for name, cells in questions(NAMED["PHQ-9: ..."], 7).items()}
    file = drafted(questions(NAMED["PHQ-9: ..."]), gad)
    assert read_of(file) == {"phq9": list(range(3, 12)), "gad7": list(range(12, 19))}


@pytest.mark.parametrize("style", ["bare", "heading [...]"])
def test_two_scales_that_nothing_parts_are_asked_about_and_no_column_of_them_is_ignored(style: str) -> None:
    made = made_of(questions(STYLES[style]), questions(STYLES[style], 7, of=" too"))
    (file,) = made.files
    assert (read_of(file), asked_of(file), file.ignored) == ({}, [(3, 18)], ())
    for could in ("qids_sr16", "phq9 and then gad7", "gad7 and then phq9"):
        assert could in file.asked[0].why
    text = yaml_text(made)
    assert "# Columns 3 to 18: 16 columns side by side" in text
    mapping = parse_mapping(text.encode(), "x.yaml", load_catalogue().delivered_ids)
    assert not mapping.ignore


@pytest.mark.parametrize("more", [1, 2])
@pytest.mark.parametrize("style", ["1. ...", "bare", "PHQ-9: ..."])
def test_a_run_longer_than_the_scale_is_no_shorter_scale(style: str, more: int) -> None:
    file = drafted(questions({**STYLES, **NAMED}[style], 9 + more))
    assert (read_of(file), asked_of(file), file.ignored) == ({}, [(3, 11 + more)], ())


def test_a_column_answered_alike_right_after_a_run_makes_it_doubtful() -> None:
    file = drafted(questions(STYLES["bare"]), {"Ease": ("0", "1", "2")})
    assert (read_of(file), asked_of(file), file.ignored) == ({}, [(3, 12)], ())


def test_a_column_answered_otherwise_is_no_part_of_it() -> None:
    file = drafted(questions(STYLES["bare"]), {"Visits so far": ("1", "4", "8")})
    assert (read_of(file), asked_of(file)) == ({"phq9": list(range(3, 12))}, [])
    assert [left.column.name for left in file.ignored] == ["Visits so far"]


def test_a_question_beyond_the_named_scales_last_is_asked_about() -> None:
    file = drafted(questions(NAMED["PHQ-9: 1. ..."], 10))
    assert read_of(file) == {"phq9": list(range(3, 12))}
    assert asked_of(file) == [(12, 12)] and "phq9, which has 9" in file.asked[0].why


def test_a_number_left_out_is_asked_about() -> None:
    columns = dict(list(questions(STYLES["1. ..."], 9).items())[:4] + list(questions(STYLES["1. ..."], 9).items())[5:])
    file = drafted(columns)
    assert (read_of(file), asked_of(file)) == ({}, [(3, 10)])
    assert "leave some out" in file.asked[0].why


def test_answers_that_never_reach_the_highest_are_no_proof() -> None:
    file = drafted(questions(STYLES["bare"], 9, highest=2))
    assert (read_of(file), asked_of(file)) == ({}, [(3, 11)])
    assert "phq9" in file.asked[0].why


def test_scales_answered_in_words_part_where_the_list_of_words_is_another() -> None:
    often = dict.fromkeys(questions(STYLES["bare"]), ("Not at all", "Several days", "Nearly every day"))
    much = dict.fromkeys(questions(STYLES["bare"], 20, of=" too"), ("Not at all", "Quite a bit", "Extremely"))
    file = drafted(often, much)
    assert read_of(file) == {"phq9": list(range(3, 12)), "pcl5": list(range(12, 32))}


def test_a_csv_file_with_line_breaks_in_its_names_is_read_the_same(tmp_path: Path) -> None:
    every = {**DAYS, **questions(NAMED["PHQ-9: 1. ..."])}
    text = io.StringIO()
    csv.writer(text).writerows([list(every), *zip(*every.values(), strict=True)])
    (tmp_path / "a.csv").write_text(text.getvalue())
    assert read_of(draft([read_export(tmp_path / "a.csv")]).files[0]) == {"phq9": list(range(3, 12))}
