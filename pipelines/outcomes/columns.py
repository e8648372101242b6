"""How the columns of an outcome table are typed: counts as whole numbers, statistics rounded once."""

from __future__ import annotations

import pandas as pd

from pipelines.outcomes.estimates import rounded


def finished(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """The columns in order; whole numbers as nullable integers, statistics rounded to 6 decimals."""
    result = frame[list(columns)].copy()
    for column in columns:
        if is_count(column):
            result[column] = result[column].astype("Int64")
        elif pd.api.types.is_float_dtype(result[column]):
            result[column] = rounded(result[column])
    return result.reset_index(drop=True)


def is_count(column: str) -> bool:
    """Whether a column of an outcome table counts something, by its name."""
    return column == "n" or column.startswith("n_") or column.endswith("_n")
