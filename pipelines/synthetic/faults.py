"""The ordinary dirt of real exports, planted in known numbers, and what intake must do with each.

A planted row carries exactly one fault, so that the counts add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import pyarrow as pa

from pipelines.synthetic.draws import Draws

Outcome = Literal["quarantines", "blanks", "duplicates"]


@dataclass(frozen=True)
class Fault:
    """One way in which a row of `table` goes wrong: `text` takes the place of the cell in `column`.

    `pct`: share of the file's rows. `outcome` is what CONTRACT.md section 2 lays down for it. A duplicate repeats its
    row at the end of the file. `typed` tells whether a file with typed columns (Parquet) can hold it.
    """

    name: str
    table: str
    outcome: Outcome
    pct: float
    column: str = ""
    text: str = ""
    typed: bool = True


FAULTS = (
    Fault("damaged_number", "sessions", "blanks", 0.4, "weight_kg", "7O", typed=False),
    Fault("unknown_presence", "sessions", "blanks", 0.4, "therapist_presence", "hovering"),
    Fault("unknown_route", "sessions", "quarantines", 0.2, "route", "mist"),
    Fault("day_out_of_range", "sessions", "quarantines", 0.2, "session_day", "9100"),
    Fault("repeated_row", "sessions", "duplicates", 0.3),
    Fault("unknown_scale", "scores", "quarantines", 0.1, "scale", "mood_scale"),
    Fault("damaged_item", "scores", "quarantines", 0.2, "item_01", "x", typed=False),
    Fault("day_out_of_range", "scores", "quarantines", 0.2, "score_day", "9100"),
    Fault("repeated_row", "scores", "duplicates", 0.3),
    Fault("unknown_age_band", "courses", "blanks", 0.3, "age_band", "middle"),
    Fault("damaged_number", "contacts", "blanks", 0.3, "minutes", "5O", typed=False),
    Fault("unknown_kind", "contacts", "quarantines", 0.2, "kind", "chat"),
    Fault("repeated_row", "contacts", "duplicates", 0.2),
    Fault("unknown_event", "adverse_events", "quarantines", 0.4, "event", "hiccups"),
    Fault("unknown_severity", "adverse_events", "blanks", 0.4, "severity", "strong"),
)
# For the clinic whose delivery must be blocked: shares of its `unusable_pct`.
_UNUSABLE = (
    (Fault("unknown_route", "sessions", "quarantines", 0, "route", "mist"), 0.7),
    (Fault("day_out_of_range", "sessions", "quarantines", 0, "session_day", "9100"), 0.3),
    (Fault("unknown_scale", "scores", "quarantines", 0, "scale", "mood_scale"), 0.6),
    (Fault("day_out_of_range", "scores", "quarantines", 0, "score_day", "9100"), 0.4),
)


@dataclass(frozen=True)
class Planted:
    """A table with its faults: how many rows of each, and the rows left as they were."""

    table: pa.Table
    counts: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    blanked: int = 0
    duplicates: int = 0
    clean_rows: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))


def ordinary(table: str, typed: bool) -> tuple[tuple[Fault, float], ...]:
    """The faults of a usual file of `table`, with their percent of rows."""
    return tuple((fault, fault.pct) for fault in FAULTS if fault.table == table and (fault.typed or not typed))


def unusable(table: str, pct: float) -> tuple[tuple[Fault, float], ...]:
    """The faults of a file of which `pct` percent of the rows are unusable."""
    return tuple((fault, pct * share) for fault, share in _UNUSABLE if fault.table == table)


def plant(table: pa.Table, faults: tuple[tuple[Fault, float], ...], draws: Draws) -> Planted:
    """`table` (all texts) with each fault in `round(pct of its rows)` rows, no row twice; at least one row each."""
    free = np.arange(table.num_rows)
    counts: dict[str, int] = {}
    totals = {"quarantines": 0, "blanks": 0, "duplicates": 0}
    repeated = np.empty(0, np.int64)
    for fault, pct in faults:
        rows = draws.pick(free, max(1, round(table.num_rows * pct / 100)))
        free = np.setdiff1d(free, rows, assume_unique=True)
        counts[fault.name] = len(rows)
        totals[fault.outcome] += len(rows)
        if fault.outcome == "duplicates":
            repeated = rows
        else:
            table = with_texts(table, fault.column, rows, fault.text)
    if len(repeated):
        table = pa.concat_tables([table, table.take(repeated)])
    return Planted(table, MappingProxyType(counts), totals["quarantines"], totals["blanks"], totals["duplicates"], free)


def with_texts(table: pa.Table, column: str, rows: np.ndarray, text: str) -> pa.Table:
    """`table` with `text` in `rows` of `column`."""
    values = table[column].to_numpy(zero_copy_only=False).copy()
    values[rows] = text
    return table.set_column(
        table.schema.get_field_index(column), column, pa.array(values, pa.string(), from_pandas=True)
    )
