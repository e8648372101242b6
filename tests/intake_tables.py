"""Small text tables as delivered files, for the tests of intake."""

from __future__ import annotations

import csv
import io

import pandas as pd

from pipelines.contract.mapping import NO_MAPPING, Mapping, parse_mapping
from pipelines.contract.table_choice import TableChoice, which_table
from pipelines.engine import Engine
from pipelines.intake.records import RecordCounts, make_records

SCALES = ("audit_c", "bdi_ii", "gad7", "phq9", "who5")


def define_source(engine: Engine, text: str, malformed_rows: tuple[int, ...] = ()) -> tuple[str, ...]:
    """`source` and `source_malformed` as the readers make them; returns the header."""
    lines = list(csv.reader(io.StringIO(text.strip("\n"))))
    header, rows = lines[0], lines[1:]
    columns = {name: pd.Series([row[i] or None for row in rows], dtype="str") for i, name in enumerate(header)}
    engine.define("source", pd.DataFrame({"row_number": range(1, len(rows) + 1), **columns}))
    broken = pd.DataFrame({"row_number": malformed_rows, "reason": ["too_few_cells"] * len(malformed_rows)})
    engine.define("source_malformed", broken.astype({"row_number": "int64", "reason": "str"}))
    return tuple(header)


def mapping_of(text: str) -> Mapping:
    """A mapping written in a test."""
    return parse_mapping(text.encode(), "clinic.yaml", SCALES) if text else NO_MAPPING


def choose(header: tuple[str, ...], mapping: Mapping, courses_delivered: bool = False) -> TableChoice:
    """The table of a header; fails the test when the file is refused."""
    choice = which_table(header, mapping, courses_delivered=courses_delivered)
    assert isinstance(choice, TableChoice), choice
    return choice


def read(engine: Engine, text: str, mapping: str = "") -> tuple[TableChoice, RecordCounts]:
    """A file up to `records`."""
    choice = choose(define_source(engine, text), mapping_of(mapping), courses_delivered=True)
    return choice, make_records(engine, choice)


def rows_of(engine: Engine, columns: str, relation: str = "records") -> list[tuple[object, ...]]:
    """Columns of a relation in record order."""
    return engine.rows(f"SELECT {columns} FROM {relation} ORDER BY record_number")
