"""A released table as the bytes of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipelines.disclosure.released import ReleasedTable
from reports.released_rows import released

# OWASP ASVS 5.0, 1.2.10: a spreadsheet runs a text cell that begins with one of these.
_FORMULA_LEADS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_bytes(table: ReleasedTable) -> bytes:
    """UTF-8 CSV with a header, `\\n` line ends, one line per row in the table's own order.

    A number not shown is an empty cell, zero is 0, numbers keep full precision without an exponent or -0; a text
    cell that a spreadsheet would run gets a leading apostrophe. Numbers are exempt from that.
    """
    frame = released(table).frame
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([text_cell(str(column)) for column in frame.columns])
    writer.writerows(zip(*(_cells(frame[column]) for column in frame.columns), strict=True))
    return out.getvalue().encode("utf-8")


def _cells(column: pd.Series) -> list[str]:
    """The column's cells as text, by the kind of its values: numbers, true or false, words."""
    text = _writer(column)
    # Few values stand in many rows: each is written once, and taken by its place; the last place is of what is empty.
    places, values = pd.factorize(column)
    texts = np.array([*map(text, values.tolist()), ""], dtype=object)
    return list(texts[places])


def _writer(column: pd.Series) -> Callable[[Any], str]:
    """How one value of the column is written."""
    if pd.api.types.is_bool_dtype(column):
        return _truth
    return _number if pd.api.types.is_numeric_dtype(column) else text_cell


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _number(value: float) -> str:
    if value in (float("inf"), float("-inf")):
        raise ValueError("a released number is finite")
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return f"{value:.12f}".rstrip("0") if "e" in text else text


def text_cell(value: str) -> str:
    """A text as a spreadsheet may read it: never run, on one line."""
    # A bare carriage return or a NUL would break the line for many readers of CSV.
    plain = value.replace("\r", " ").replace("\0", " ")
    return f"'{plain}" if value.startswith(_FORMULA_LEADS) else plain
