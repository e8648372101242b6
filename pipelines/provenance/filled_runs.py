"""How many values of each field were filled in among the records that each run judged anew, from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipelines.rules.drift import UPPER_HALF

FILLED_COLUMNS = ("run", "clinic_id", "receipts", "verdict", "table", "column", "filled_n", "records_n")
_COUNTS = dict.fromkeys(("run", "filled_n", "records_n"), "int64")


def filled_by_run(runs: Sequence[Sequence[Mapping[str, Any]]]) -> pd.DataFrame:
    """One row per run (1, 2, ...), clinic judged in it, table and column: filled_n of records_n usable new records.

    runs: of each run the bodies of its `clinic_validated` events, whose `profile` is that of `rules.drift.profile`.
    receipts: the deliveries judged anew, as a tuple. A body without a profile has no row; counts of scores in the
    upper half of a scale are left out, for they tell nothing of what is filled in.
    """
    rows = [
        (number, body["clinic_id"], tuple(body["pending"]), body["verdict"], table, column, filled, records)
        for number, bodies in enumerate(runs, start=1)
        for body in bodies
        for table, column, filled, records in body.get("profile", ())
        if not column.endswith(UPPER_HALF)
    ]
    return pd.DataFrame(rows, columns=list(FILLED_COLUMNS)).astype(_COUNTS)
