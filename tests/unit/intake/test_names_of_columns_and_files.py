"""Names of columns and files: which look like an identifier, and how each is shown without it."""

from __future__ import annotations

import pytest

from pipelines.contract.fields import FIELDS
from pipelines.intake.detectors import named_like_date, named_like_identifier
from pipelines.intake.identifiers import column_label, safe_name


@pytest.mark.parametrize(
    "name",
    [
        *("first_name", "Patient Name", "PatientName", "surname", "first", "last", "lname", "ｎａｍｅ", "next_of_kin"),
        *("dob", "DOB", "birth_date", "ssn", "MRN", "telephone_1", "phone", "fax", "e-mail address", "email"),
        *("home.address", "street", "city", "zip", "ZIP5", "zip_code", "insurance_id", "ip", "vin", "notes", "comment"),
    ],
)
def test_a_column_named_like_an_identifier_is_told(name: str) -> None:
    assert named_like_identifier(name)


@pytest.mark.parametrize("name", [*FIELDS, "bdi.pre", "DPQ010", "WTMEC2YR", "treatment", "shaps", "RIAGENDR", "cycle"])
def test_no_column_of_the_contract_or_of_real_samples_is_named_like_an_identifier(name: str) -> None:
    assert not named_like_identifier(name)
    assert not named_like_date(name)
    assert column_label(name, 7) == name


@pytest.mark.parametrize("name", ["Jane Doe", "Doe, Jane", "1234567", "jane@example.org", "3/4/1962", "x" * 61, ""])
def test_a_header_that_may_be_a_value_is_shown_by_its_place(name: str) -> None:
    assert column_label(name, 7) == "7"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("scores.csv", "scores.csv"),
        ("scores_2024-04-03.csv", "(name withheld).csv"),
        ("jane@example.org.csv.gz", "(name withheld).csv.gz"),
        ("a\nb.csv", "a?b.csv"),
        ("555-0123.parquet", "(name withheld).parquet"),
    ],
)
def test_a_file_is_named_without_what_identifies(name: str, shown: str) -> None:
    assert safe_name(name) == shown
