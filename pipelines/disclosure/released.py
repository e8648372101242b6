"""The only table type that a chart or page accepts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


# Two tables are the same only when they are one: frames have no equality of their own.
@dataclass(frozen=True, eq=False)
class ReleasedTable:
    """An aggregate table that has passed its profile's disclosure rules. Made by `pipelines.disclosure.policy` only.

    `frame` holds one row per key; a number that is not shown is empty and `empty_because` lists `column:reason`.
    """

    name: str
    key: tuple[str, ...]
    profile: str
    frame: pd.DataFrame
