"""The entry gate: a planted identifier is found wherever it stands and never repeated; clean files pass."""

from __future__ import annotations

import csv
import gzip
import io
import random
import uuid
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contract.fields import FIELDS
from pipelines.contract.table_choice import ColumnDomain
from pipelines.engine import Engine
from pipelines.intake.identifiers import Domain, scan
from pipelines.intake.readers import read_delivery
from pipelines.intake.receive import kind_of
from pipelines.problems import Problem

# Class of identifier -> forms. All invented; SSNs use areas never issued, telephones the 555-01xx block or nonsense.
CORPUS: Mapping[str, tuple[str, ...]] = {
    "KAP-G01": (
        "2024-04-03",
        "2024/4/3",
        "2024.04.03",
        "2024-04-03T10:15:00",
        "2024-04-03 10:15",
        "2024-04-03T10:15:00Z",
        "20240403",
        "20240403T1015",
        "03/04/2024",
        "3/4/2024",
        "04/03/24",
        "4-3-24",
        "03.04.2024",
        "3.4.24",
        "31-12-1999",
        "12/31/1999 23:59",
        "March 3, 1962",
        "march 3 1962",
        "Mar 3rd, 1962",
        "3 March 1962",
        "3rd of March 1962",
        "3-Apr-2024",
        "3-Apr-24",
        "03APR2024",
        "Apr-03-2024",
        "1962 March 3",
        "2024-Apr-03",
        "Sept. 5, 1971",
        "02/30/2024",
        "9999-12-31",
        "0203-01-05",
        "03041962",
        "２０２４-０４-０３",
        "2024\u200b-04-03",
        "2024–04–03",
        "٢٠٢٤-٠٤-٠٣",
        "2024-04-03".translate({ord("-"): "\u2011"}),
        "born 3/4/1962",
        "A-2024-04-03",
        "KX_20240403",
    ),
    "KAP-G02": (
        "jane@example.org",
        "j.doe+kap@mail.example.co.uk",
        "JANE@EXAMPLE.ORG",
        "jane＠example.org",
        "<jane@example.org>",
        "jane @example.org",
        "jаne@example.org",
        "mailto:j@x.io",
    ),
    "KAP-G03": (
        "(405) 555-0123",
        "405-555-0123",
        "405.555.0123",
        "405 555 0123",
        "4055550123",
        "14055550123",
        "+1 405 555 0123",
        "+1-405-555-0123",
        "1-405-555-0123",
        "(405)555-0123",
        "+44 20 7946 0958",
        "+49 (0)30 901820",
        "555-0123",
        "405-555-0123 x12",
        "tel 405-555-0123",
    ),
    "KAP-G04": ("000-12-3456", "666-12-3456", "900 12 3456", "000123456", "ssn 000-12-3456", "０００-12-3456"),
    "KAP-G05": (
        "http://a.example/x",
        "https://example.org",
        "www.example.org",
        "ftp://files.example",
        "example.com/jane",
        "HTTPS://EXAMPLE.ORG",
    ),
    "KAP-G06": (
        "10.11.12.13",
        "192.168.0.1",
        "host 8.8.8.8",
        "2001:db8::8a2e:370:7334",
        "fe80::1",
        "2001:0db8:0000:0000:0000:8a2e:0370:7334",
        "00:1a:2b:3c:4d:5e",
        "00-1A-2B-3C-4D-5E",
    ),
    "KAP-G07": ("d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a1" * 32, "A1" * 16),
    "KAP-G08": (
        "felt calm and safe",
        "x" * 33,
        "she said it helped her",
        "no change since the last visit, asks for more",
        "calm\u00a0and\u00a0very\u00a0safe",
    ),
    "KAP-G09": ("62704", "62704-1234", "Springfield IL 62704", "IL, 62704"),
    "KAP-G11": ("1234567", "MRN 00451", "#12345678", "mrn:4512345", "account 123456789012"),
    "KAP-G13": ("1M8GDM9AXKP042788", "1HGCM82633A004352"),
    "KAP-G14": ("39.7817, -89.6501", "39.78172,-89.65014"),
    "KAP-G15": ("Mr. Doe", "Dr Smith", "mrs jones", "Prof. Roe"),
}
PLANTS = [(code, form) for code, forms in CORPUS.items() for form in forms]
IN_NAMES = [(code, form) for code, form in PLANTS if code not in ("KAP-G08", "KAP-G09", "KAP-G13")]


def gate(
    folder: Path,
    content: bytes,
    name: str = "scores.csv",
    domains: Mapping[str, Domain | ColumnDomain] | None = None,
    ignored: Mapping[str, Domain | None] | None = None,
) -> list[Problem]:
    path = folder / ("delivery" + (".parquet" if name.endswith("parquet") else ".csv"))
    path = path.with_suffix(".csv.gz") if name.endswith(".gz") else path
    path.write_bytes(content)
    with Engine([folder], threads=1) as engine:
        source = read_delivery(engine, path, name, kind_of(path.name), folder)
        return scan(engine, source, name, domains or {}, ignored or {})


def as_csv(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def says_nothing_of(problems: list[Problem], *values: str) -> bool:
    said = "\n".join(problem.sentence() for problem in problems)
    return not any(value in said for value in values)


# One file of 1 clean column and 20 plants a time would hide which plant was found: a column for each plant.
def test_every_planted_form_is_found_in_a_cell_with_its_row_and_is_not_repeated(tmp_path: Path) -> None:
    header = ["patient_id", *(f"extra_{n}" for n in range(len(PLANTS)))]
    clean = ["P-1", *("ok" for _ in PLANTS)]
    rows = [header, clean, ["P-2", *(form for _, form in PLANTS)], clean]
    problems = gate(tmp_path, as_csv(rows))
    found = {(problem.code, problem.column) for problem in problems}
    missed = [form for n, (code, form) in enumerate(PLANTS) if (code, f"extra_{n}") not in found]
    assert missed == []
    assert {(problem.row, problem.failed_n, problem.of_n) for problem in problems} == {(2, 1, 3)}
    assert says_nothing_of(problems, *(form for _, form in PLANTS if len(form) > 5))


def test_every_planted_form_is_found_in_a_malformed_row(tmp_path: Path) -> None:
    forms = [form for code, form in IN_NAMES if "," not in form]
    rows = [["patient_id", "scale", "total"], ["P-1", "phq9", "5"], *(["P-2", form] for form in forms)]
    problems = gate(tmp_path, as_csv(rows))
    assert {problem.code for problem in problems} >= {code for code, _ in IN_NAMES if code != "KAP-G14"}
    assert all("malformed" in problem.expected for problem in problems)
    for form in forms[::5]:
        assert gate(tmp_path, as_csv([*rows[:2], ["P-2", form]])), form


def test_a_planted_form_is_found_in_a_column_name_and_the_column_is_shown_by_its_place(tmp_path: Path) -> None:
    planted = IN_NAMES[::5]
    problems = gate(
        tmp_path, as_csv([["patient_id", *(form for _, form in planted)], ["P-1", *("x" for _ in planted)]])
    )
    found = {(problem.code, problem.column) for problem in problems}
    missed = [form for place, (code, form) in enumerate(planted, 2) if (code, str(place)) not in found]
    assert missed == []
    assert says_nothing_of(problems, *(form for _, form in planted))


@pytest.mark.parametrize(("code", "form"), [(c, f) for c, f in IN_NAMES[1::5] if "/" not in f])
def test_a_planted_form_is_found_in_the_file_name(tmp_path: Path, code: str, form: str) -> None:
    problems = gate(tmp_path, b"patient_id\nP-1\n", f"{form}.csv")
    assert code in {problem.code for problem in problems}
    assert {problem.file for problem in problems} == {"(name withheld).csv"}


@pytest.mark.parametrize(("code", "form"), [plant for plant in PLANTS if plant[0] not in ("KAP-G09", "KAP-G13")][2::7])
def test_a_planted_form_is_found_in_parquet_metadata(tmp_path: Path, code: str, form: str) -> None:
    for metadata in ({"made": form}, {form: "x"}):
        buffer = io.BytesIO()
        pq.write_table(pa.table({"patient_id": ["P-1"]}).replace_schema_metadata(metadata), buffer)
        problems = gate(tmp_path, buffer.getvalue(), "scores.parquet")
        assert code in {problem.code for problem in problems}
        assert says_nothing_of(problems, form)


def test_metadata_of_a_parquet_column_and_the_name_inside_a_gzip_are_looked_at(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("patient_id", pa.string(), metadata={"label": "jane@example.org"})])
    buffer = io.BytesIO()
    pq.write_table(pa.table({"patient_id": ["P-1"]}, schema=schema), buffer)
    assert [p.code for p in gate(tmp_path, buffer.getvalue(), "scores.parquet")] == ["KAP-G02"]
    packed = io.BytesIO()
    with gzip.GzipFile("jane@example.org.csv", "wb", fileobj=packed) as stream:
        stream.write(b"patient_id\nP-1\n")
    assert [p.code for p in gate(tmp_path, packed.getvalue(), "scores.csv.gz")] == ["KAP-G02"]


def clean_sessions(seed: int, rows_n: int = 60) -> bytes:
    """Made rows that fill every session column with what the contract allows; ids of three usual kinds."""
    draw = random.Random(seed)
    columns = [name for name in FIELDS if name not in ("reference_group", "scale_form")]
    kinds = (
        lambda: str(uuid.UUID(int=draw.getrandbits(128), version=4)),
        lambda: "".join(draw.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=10)),
        lambda: f"P-{draw.randrange(100000):05d}",
    )
    ids = kinds[seed % 3]
    rows = [columns]
    for _ in range(rows_n):
        row = []
        for name in columns:
            field = FIELDS[name]
            if field.kind == "token":
                row.append(ids())
            elif field.kind in ("integer", "number"):
                low, high = field.minimum or 0, field.maximum or 100
                number = draw.uniform(low, high)
                row.append(str(round(number)) if field.kind == "integer" else str(round(number, draw.randrange(8))))
            elif field.kind == "boolean":
                row.append(draw.choice(["yes", "no", "true", "0"]))
            elif field.name == "scale":
                row.append(draw.choice(["phq9", "pct_days_abstinent_30"]))
            else:
                words = {
                    "route": ["Rapid dissolve tablet", "I.V.", "im"],
                    "condition": ["Treatment-resistant depression"],
                }
                row.append(draw.choice(words.get(name, [""])))
        rows.append(row)
    return as_csv(rows)


@pytest.mark.parametrize("seed", range(6))
def test_a_clean_file_is_never_stopped(tmp_path: Path, seed: int) -> None:
    assert gate(tmp_path, clean_sessions(seed), f"sessions_v2_{seed}.csv") == []


def test_a_clean_parquet_of_pandas_is_never_stopped(tmp_path: Path) -> None:
    import pandas as pd

    buffer = io.BytesIO()
    pd.DataFrame({"patient_id": ["P-1"], "scale": ["phq9"], "score_day": [0], "total": [5.0]}).to_parquet(buffer)
    assert gate(tmp_path, buffer.getvalue(), "scores.parquet") == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("dose_mg", "62704"),  # fails its own limit, is no postal code
        ("session_day", "45293"),  # likewise, and no spreadsheet date
        ("record_version", "12345"),
        ("patient_id", "555-0123-A"),
        ("patient_id", "12345"),
        ("patient_id", "4055550123-x"),
        ("session_id", "1234567"),
        ("therapist_presence", "in_room_throughout"),
        ("condition", "Post-Traumatic Stress Disorder"),
        ("secondary_conditions", "anxiety; ptsd; ocd; chronic pain; mdd"),
    ],
)
def test_what_fits_the_domain_of_its_column_is_no_postal_code_phone_date_number_or_free_text(
    tmp_path: Path, column: str, value: str
) -> None:
    assert gate(tmp_path, as_csv([[column, "total"], [value, "5"]])) == []


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("patient_id", "2024-04-03", "KAP-G01"),
        ("patient_id", "000-12-3456", "KAP-G04"),
        ("patient_id", "d41d8cd98f00b204e9800998ecf8427e", "KAP-G07"),
        ("patient_id", "1234567", "KAP-G11"),
        ("patient_id", "12-34-56-7", "KAP-G11"),
        ("patient_id", "405-555-0123", "KAP-G11"),
        ("session_id", "000123456", "KAP-G04"),
        ("condition", "depression since her divorce last year", "KAP-G08"),
        ("total", "4055550123", "KAP-G03"),
        ("route", "62704", "KAP-G09"),
    ],
)
def test_what_always_identifies_is_found_in_any_column(tmp_path: Path, column: str, value: str, code: str) -> None:
    problems = gate(tmp_path, as_csv([[column, "item_01"], [value, "1"]]))
    assert code in {problem.code for problem in problems}
    assert says_nothing_of(problems, value)


def test_a_domain_given_for_an_ignored_column_exempts_like_one_of_the_contract(tmp_path: Path) -> None:
    content = as_csv([["patient_id", "weight", "seqn"], ["P-1", "13481.042095", "73557"]])
    assert [p.column for p in gate(tmp_path, content, ignored={"weight": None, "seqn": None})] == ["seqn"]
    assert gate(tmp_path, content, ignored={"weight": Domain("number"), "seqn": Domain("integer")}) == []
    chosen = {"weight": ColumnDomain(None, "number"), "seqn": ColumnDomain(FIELDS["patient_id"])}
    assert gate(tmp_path, content, domains=chosen) == []


def test_texts_that_a_mapping_turns_into_words_are_part_of_the_domain(tmp_path: Path) -> None:
    text = "Major depression, no response to two drugs"
    content = as_csv([["dx"], [text]])
    assert [p.code for p in gate(tmp_path, content)] == ["KAP-G08"]
    assert gate(tmp_path, content, domains={"dx": ColumnDomain(FIELDS["condition"], None, frozenset({text}))}) == []


def test_the_column_that_becomes_patient_id_is_judged_as_one(tmp_path: Path) -> None:
    content = as_csv([["subject"], ["12345678"]])
    domains = {"subject": ColumnDomain(FIELDS["patient_id"])}
    assert [p.code for p in gate(tmp_path, content, domains=domains)] == ["KAP-G11"]


@pytest.mark.parametrize("value", ["45293", "29312"])
def test_a_spreadsheet_date_number_is_found_in_a_date_like_column(tmp_path: Path, value: str) -> None:
    codes = {problem.code for problem in gate(tmp_path, as_csv([["visit_dt"], [value]]))}
    assert "KAP-G10" in codes


def test_an_age_over_89_is_found_and_the_band_is_not(tmp_path: Path) -> None:  # 80
    ages = as_csv([["age"], ["89"], ["90"], ["104"]])
    (problem,) = gate(tmp_path, ages, ignored={"age": Domain("integer")})
    assert (problem.code, problem.row, problem.failed_n) == ("KAP-G12", 2, 2)
    assert gate(tmp_path, as_csv([["age_band"], ["90+"], ["85-89"]])) == []


def test_counts_are_rows_and_the_first_is_named(tmp_path: Path) -> None:
    content = as_csv([["extra"], ["x"], ["jane@example.org"], ["y"], ["jo@example.org"], ["jane@example.org"]])
    (problem,) = gate(tmp_path, content)
    assert (problem.code, problem.column, problem.row) == ("KAP-G02", "extra", 2)
    assert (problem.failed_n, problem.of_n) == (3, 5)


def test_a_column_named_like_an_identifier_refuses_even_when_it_is_ignored(tmp_path: Path) -> None:
    problems = gate(tmp_path, as_csv([["patient_id", "notes"], ["P-1", ""]]), ignored={"notes": Domain("code")})
    assert [(p.code, p.column) for p in problems] == [("KAP-G20", "notes")]


@pytest.mark.parametrize("name", ["session_date", "first_session_date", "date_enrolled", "VisitDate"])
def test_a_date_column_says_what_it_needs(tmp_path: Path, name: str) -> None:
    problems = gate(tmp_path, as_csv([["patient_id", name], ["P-1", ""]]))
    assert [(p.code, p.column) for p in problems] == [("KAP-G21", name)]
    assert "a determination or agreement in kap.toml" in problems[0].sentence()


def test_the_redcap_export_is_refused_by_its_columns_and_no_cell_is_repeated(shared_data: Path, tmp_path: Path) -> None:
    content = (shared_data / "redcap" / "longitudinal-data.csv").read_bytes()
    problems = gate(tmp_path, content, "longitudinal-data.csv")
    refused = {problem.column for problem in problems}
    assert refused >= {"first_name", "last_name", "telephone_1", "email", "dob", "date_enrolled", "comments"}
    rows = list(csv.reader(io.StringIO(content.decode())))
    said = "\n".join(problem.sentence() for problem in problems)
    header = set(rows[0])
    values = {cell for row in rows[1:] for cell in row if len(cell) > 3 and not any(cell in name for name in header)}
    values -= {"Female", "Male"}
    assert [value for value in values if value in said] == []


@pytest.mark.parametrize("file", ["claus_2020.csv", "beat_the_blues.csv"])
def test_a_real_clean_sample_is_never_stopped(shared_data: Path, tmp_path: Path, file: str) -> None:
    assert gate(tmp_path, (shared_data / file).read_bytes(), file) == []


def test_the_nhanes_sample_passes_with_a_domain_for_its_numbers(shared_data: Path, tmp_path: Path) -> None:
    content = (shared_data / "nhanes" / "phq9_items_2013_2016.csv.gz").read_bytes()
    assert [p.column for p in gate(tmp_path, content, "nhanes.csv.gz")] == ["SEQN"]
    domains = {"SEQN": Domain("integer"), "WTMEC2YR": Domain("number")}
    assert gate(tmp_path, content, "nhanes.csv.gz", ignored=domains) == []
