"""Numbers as pages show them and as table files hold them."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from pipelines.disclosure.released import ReleasedTable
from reports import figures
from reports.released_rows import number, state, why_empty
from reports.table_file import csv_bytes


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (0.2, "under 1"), (51.99, "52"), (0.5, "1"), (99.7, "over 99"), (100.0, "100"), (2.5, "3")],
)
def test_a_share_is_whole_people_of_100_and_never_a_false_none_or_all(value: float, shown: str) -> None:
    assert figures.share(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-0.04, "0.0"), (-7.25, "\u22127.3"), (7.25, "7.3"), (1e-9, "0.0"), (1234.56, "1,234.6"), (-0.0, "0.0")],
)
def test_a_mean_has_one_decimal_half_away_from_zero_and_no_negative_zero(value: float, shown: str) -> None:
    assert figures.mean(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(30.0, "30"), (32.5, "32.5"), (32.04, "32"), (9.96, "10"), (0.05, "0.1"), (-3.02, "\u22123"), (1234.5, "1,234.5")],
)
def test_an_amount_has_a_decimal_only_where_it_needs_one(value: float, shown: str) -> None:
    assert figures.amount(value) == shown
    assert figures.amount(-0.04) == "0"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((0.0, "0"), (0.0049, "under 0.01"), (0.005, "0.01"), (0.1116, "0.11"), (0.4, "0.40"), (0.994, "0.99")),
        *((0.996, "1"), (1.0, "1"), (1.04, "1"), (22.607, "22.6"), (100.0, "100"), (1250.0, "1,250")),
    ],
)
def test_a_rate_per_100_has_two_decimals_below_one_and_what_happened_is_never_0(value: float, shown: str) -> None:
    assert figures.per_100(value) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0.0, "0"), (3060.0, "51"), (90.0, "1.5"), (59.0, "1"), (183.0, "3.1"), (90000.0, "1,500")]
)
def test_minutes_are_read_as_hours(minutes: float, shown: str) -> None:
    assert figures.hours(minutes) == shown


def test_counts_have_separators() -> None:
    assert [figures.count(n) for n in (0, 999, 11204, 1_000_000)] == ["0", "999", "11,204", "1,000,000"]


def table(**columns: list[object]) -> ReleasedTable:
    return ReleasedTable("t", ("k",), "clinic", pd.DataFrame(columns))


def cells(released: ReleasedTable) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(released).decode("utf-8"))))


def test_a_number_not_shown_is_an_empty_cell_and_zero_is_0() -> None:
    assert cells(table(k=["a", "b", "c"], n=[0.0, None, float("nan")], m=pd.array([3, None, 0], dtype="Int64"))) == [
        ["k", "n", "m"],
        ["a", "0", "3"],
        ["b", "", ""],
        ["c", "", "0"],
    ]


def test_a_table_file_keeps_full_precision_without_exponents() -> None:
    values = [0.1, 52.012345, -7.25, 1e-06, 5122.0, -0.0]
    shown = [row[0] for row in cells(table(n=values))[1:]]
    assert shown == ["0.1", "52.012345", "-7.25", "0.000001", "5122", "0"]
    assert [float(text) for text in shown] == values


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_cell_that_a_spreadsheet_would_run_is_neutralised_and_a_negative_number_is_not(lead: str) -> None:
    rows = cells(table(k=[f"{lead}cmd()"], n=[-3.5]))
    assert rows[1][0].startswith("'") and rows[1][1] == "-3.5"


def test_a_plain_frame_is_no_table_file() -> None:
    with pytest.raises(TypeError):
        csv_bytes(pd.DataFrame({"k": [1]}))  # type: ignore[arg-type]


def test_why_a_number_is_not_there() -> None:
    row = {"evidence": "reportable", "n": None, "m": None, "p": 3.0, "empty_because": "n:too_few;m:not_defined"}
    assert (why_empty(row, "n"), why_empty(row, "m"), why_empty(row, "x")) == ("too_few", "not_defined", "no_data")
    assert (state(row, "n"), state(row, "p")) == ("too_few", "reportable")
    assert state({**row, "evidence": "withheld"}, "p") == "withheld"
    assert state(None, "p") == "no_data" and number(row, "n") is None
