"""Columns that must not be delivered, told by their names and by what most of their cells are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.contract.fields import FIELDS
from pipelines.drafting.looks import MOST_WORDS, Column, spelt
from pipelines.drafting.words import answer_of, visit_of
from pipelines.intake.detectors import (
    IDENTIFIER_NAMES,
    IDENTIFIER_PARTS,
    detect,
    name_parts,
    named_like_date,
    named_like_identifier,
)
from pipelines.intake.refusals import CODES

FREE_TEXT, DATE, NAMED_LIKE_IDENTIFIER, NAMED_LIKE_DATE = "KAP-G08", "KAP-G01", "KAP-G20", "KAP-G21"
_HOLDS: Mapping[str, str] = {
    FREE_TEXT: "free text",
    DATE: "full dates",
    NAMED_LIKE_IDENTIFIER: "named like an identifier",
    NAMED_LIKE_DATE: "named like a date",
    "KAP-G02": "e-mail addresses",
    "KAP-G03": "telephone numbers",
    "KAP-G05": "web addresses",
    "KAP-G07": "hashes",
    "KAP-G09": "postal codes",
    "KAP-G10": "spreadsheet dates",
    "KAP-G11": "record or account numbers",
    "KAP-G12": "ages over 89",
    "KAP-G15": "names with a title",
}


@dataclass(frozen=True)
class TakeOut:
    """A column that must not be delivered. code: why the door refuses it; date: it tells a date."""

    column: Column
    code: str

    @property
    def is_date(self) -> bool:
        """Days since the first dosing session may take its place."""
        return self.code in (DATE, NAMED_LIKE_DATE, "KAP-G10")

    @property
    def why(self) -> str:
        """What it holds, in a few words."""
        return _HOLDS.get(self.code, CODES[self.code][0].rstrip("."))


def risk_of(column: Column) -> str | None:
    """Why a column is refused by its name, or by what most of its cells are. The door's own look comes later."""
    if column.name in FIELDS and not column.dates_n:
        return None
    in_name = detect(column.name)
    if in_name:
        return in_name[0]
    if column.dates_n * 2 > column.looked_at_n > 0:
        return DATE
    if named_like_date(column.name):
        return NAMED_LIKE_DATE
    if named_like_identifier(column.name):
        return NAMED_LIKE_IDENTIFIER
    if column.free_n * 2 > column.said.total() and not is_closed(column):
        return FREE_TEXT
    return None


def is_closed(column: Column) -> bool:
    """Whether all its texts are words of closed lists: no person stands behind such a column."""
    fields = ("route", "condition", "drug", "therapist_presence", "scale", "sex", "age_band", "severity", "event")
    lists = [FIELDS[name] for name in fields if name in FIELDS]
    if not column.said or len(column.said) > MOST_WORDS:
        return False
    return (
        all(visit_of(text) is not None for text in column.said)
        or all(answer_of(text) is not None for text in column.said)
        or any(all(spelt(each, text) is not None for text in column.said) for each in lists)
    )


def new_name(column: Column, columns: Sequence[Column]) -> str | None:
    """A name without the word that promises an identifier, for a column that holds closed words alone."""
    if not is_closed(column):
        return None
    kept = [part for part in name_parts(column.name) if part not in IDENTIFIER_PARTS]
    new = "_".join(kept)
    taken = {"_".join(name_parts(other.name)) for other in columns}
    fine = new and new not in taken and "".join(kept) not in IDENTIFIER_NAMES and not named_like_date(new)
    return new if fine and not named_like_identifier(new) else None
