"""A released table as the bytes of a CSV file."""

from __future__ import annotations

import csv
import io

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
    empty = column.isna().to_numpy()
    if pd.api.types.is_bool_dtype(column):
        texts = ["true" if value else "false" for value in column.to_numpy(dtype=bool, na_value=False)]
    elif pd.api.types.is_numeric_dtype(column):
        texts = [_number(value) for value in column.to_numpy(dtype=float, na_value=0.0).tolist()]
    else:
        words = {value: text_cell(str(value)) for value in column.dropna().unique()}
        return [words.get(value, "") for value in column]
    return ["" if missing else text for missing, text in zip(empty, texts, strict=True)]


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
