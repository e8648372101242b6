"""The data dictionary and the templates are the contract, written out."""

from __future__ import annotations

import pytest

from pipelines.contract.dictionary import data_dictionary, template_csv
from pipelines.contract.table_choice import TableChoice, which_table
from pipelines.contract.tables import TABLES


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_template_is_a_header_that_intake_takes_as_its_table(table) -> None:  # type: ignore[no-untyped-def]
    header = template_csv(table).strip().split(",")
    choice = which_table(header)
    assert isinstance(choice, TableChoice)
    assert choice.table == table
    assert not set(header) & set(table.mapping_only)


def test_every_column_of_every_table_has_one_row() -> None:
    lines = data_dictionary(["phq9"]).splitlines()
    for table in TABLES.values():
        start = lines.index(f"## {table.name}")
        rest = lines[start + 1 :]
        section = rest[: next((i for i, line in enumerate(rest) if line.startswith("## ")), len(rest))]
        rows = [line.split(" | ")[0].removeprefix("| ") for line in section if line.startswith("| ")]
        assert rows == ["column", *table.columns]


def test_units_limits_and_words_are_shown() -> None:
    text = data_dictionary(["gad7", "phq9"])
    assert "| session_day | yes | whole number | days | 0 to 5000 |" in text
    assert "iv, im, sc, intranasal, sublingual, oral" in text
    assert "gad7, phq9" in text
    assert "empty = ketamine" in text
