"""Every code with which the door turns a file away, once: what was expected and what to do.

KAP-F..: the file cannot be read safely. KAP-G..: the entry gate found what may identify a person. KAP-N..: the file
stays in the inbox, untouched. A sentence here never has room for a value of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.problems import Problem

_EXPORT_AGAIN = "export the file again."
_UTF8 = 'save the file as "CSV UTF-8" and deliver it again.'
_REMOVE = "remove the column, or replace its values by coded ones, and deliver the file again."

CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "KAP-F01": ("a header line with column names; the file is empty.", _EXPORT_AGAIN),
        "KAP-F02": (
            "a file ending in .csv, .csv.gz, .parquet, .ndjson or .ndjson.gz.",
            "export the table as one of these; in Excel: Save As, CSV UTF-8.",
        ),
        "KAP-F03": ("a smaller file; this one is over the size limit.", "split the export into several files."),
        "KAP-F04": ("a file that this user may read.", "give the user that runs kap the right to read it."),
        "KAP-F05": (
            "the same bytes at each look; the file was replaced or changed.",
            "deliver the finished file again.",
        ),
        "KAP-F06": ("UTF-8 text; this looks like UTF-16.", _UTF8),
        "KAP-F07": ("UTF-8 text.", _UTF8),
        "KAP-F08": ("text; the file holds NUL bytes.", _EXPORT_AGAIN),
        "KAP-F09": (
            "cells separated by commas; the header is not.",
            "export with a comma between cells: LibreOffice asks for it, Excel takes it from the list separator of the "
            "computer's region.",
        ),
        "KAP-F10": (
            "each column name once; names that differ only in case or spaces count as one.",
            "rename or remove the repeated column.",
        ),
        "KAP-F11": ("a name for each column; the header has an empty one.", "name the column or remove it."),
        "KAP-F12": (
            "column names in the first line of the file, and nothing above them.",
            "remove title lines and empty lines above the header, or add the missing header.",
        ),
        "KAP-F13": (
            "quotation marks only around a whole cell, doubled inside it, and closed.",
            "export with standard CSV quoting; the row named is the first where it fails.",
        ),
        "KAP-F14": ("fewer columns; the header has more than the limit.", "export only the columns of the contract."),
        "KAP-F15": ("shorter lines; a line, or a quoted cell that is never closed, is over the limit.", _EXPORT_AGAIN),
        "KAP-F16": (
            "lines that end with a line feed; this file ends them with a carriage return alone.",
            "save with Windows or Unix line ends.",
        ),
        "KAP-F17": ("a whole gzip file; this one is cut short or damaged.", "send the file again."),
        "KAP-F18": ("a file that unpacks to a plausible size.", "send the file without compression, or in parts."),
        "KAP-F19": ("content that fits the file name's ending.", "deliver the file with its true ending."),
        "KAP-F20": ("a whole Parquet file; this one is cut short, damaged or not Parquet.", _EXPORT_AGAIN),
        "KAP-F21": (
            "text, whole numbers, numbers or booleans; the column has another type (nested, date, time or binary).",
            "write the column as text or number; dates become days since the first session.",
        ),
        "KAP-F22": ("the same number of rows in two independent counts.", _EXPORT_AGAIN),
        "KAP-F23": ("a column name other than row_number, which the product uses itself.", "rename the column."),
        "KAP-F24": ("text that the CSV reader accepts.", _EXPORT_AGAIN),
        "KAP-F25": (
            "one JSON object a line; no line of this file is one.",
            "export as NDJSON (JSON Lines), not as a JSON list or over several lines.",
        ),
        "KAP-F26": (
            "texts, numbers, true, false or null; this key holds an object or a list.",
            "write what is inside under keys of its own.",
        ),
        "KAP-F27": (
            "first_session_date on every row beside a date; this file lacks the column.",
            "add the date of the patient's first dosing session to every row.",
        ),
        "KAP-F28": ("a day or its date, not both.", "leave one of the two columns out."),
        "KAP-F29": (
            "rows that can be cut into cells; a malformed row of a file with dates cannot be freed of them.",
            "export the file again with every text cell quoted.",
        ),
        "KAP-G01": ("no full date; use days since the first session.", _REMOVE),
        "KAP-G02": ("no e-mail address.", _REMOVE),
        "KAP-G03": ("no telephone number.", _REMOVE),
        "KAP-G04": ("no social security number, and nothing written like one (nine digits).", _REMOVE),
        "KAP-G05": ("no web address.", _REMOVE),
        "KAP-G06": ("no network or device address.", _REMOVE),
        "KAP-G07": ("no hash (32, 40 or 64 hexadecimal digits); a hash of an identifier identifies.", _REMOVE),
        "KAP-G08": ("no free text (more than 32 characters or more than 3 words).", _REMOVE),
        "KAP-G09": ("no postal code.", _REMOVE),
        "KAP-G10": ("no spreadsheet date number.", _REMOVE),
        "KAP-G11": (
            "no record or account number (7 digits or more).",
            "use random pseudonyms that are not derived from a number of the person; for other columns remove it.",
        ),
        "KAP-G12": ("no age over 89.", "use age_band, where 90+ is one band."),
        "KAP-G13": ("no vehicle or device serial number.", _REMOVE),
        "KAP-G14": ("no geographic coordinates.", _REMOVE),
        "KAP-G15": ("no name with a title.", _REMOVE),
        "KAP-G20": (
            "no column named like an identifier; such a column cannot be ignored either.",
            "remove the column from the export, or rename it if it holds none.",
        ),
        "KAP-G21": (
            "no date column: dates need a determination or agreement in kap.toml that has not expired.",
            "deliver days since the patient's first dosing session instead.",
        ),
        "KAP-N01": ("a plain file; links, folders, pipes and devices are not opened.", "put the file itself there."),
        "KAP-N03": ("a finished file; this one is still being written.", "nothing: the next run looks again."),
        "KAP-N04": ("a delivery; hidden and temporary files are passed over.", "nothing, or remove the file."),
        "KAP-N05": (
            "a folder of the inbox named by a clinic id: 2 to 32 of a-z, 0-9, _ and -, and no reserved word.",
            "rename the folder.",
        ),
        "KAP-N06": (
            "every file in the folder of its clinic, inbox/<clinic_id>/; this one lies in the inbox itself.",
            "move the file into the folder of its clinic.",
        ),
    }
)


def refusal(
    code: str,
    file: str | None = None,
    *,
    row: int | None = None,
    column: str | None = None,
    failed_n: int | None = None,
    of_n: int | None = None,
    note: str = "",
) -> Problem:
    """The problem of `code`. `file` and `column` must be safe to show; `note` (no value of the file) comes first."""
    expected, remedy = CODES[code]
    return Problem(code, f"{note}expected {expected}", remedy, file, row, column, failed_n, of_n)
