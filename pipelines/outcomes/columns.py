"""How the columns of an outcome table are typed: counts as whole numbers, statistics rounded once."""

from __future__ import annotations

import pandas as pd

from pipelines.outcomes.estimates import rounded


def finished(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """The columns in order; whole numbers as nullable integers, statistics rounded to 6 decimals."""
    return pd.DataFrame({column: _typed(frame[column]) for column in columns}).reset_index(drop=True)


def _typed(values: pd.Series) -> pd.Series:
    if is_count(str(values.name)):
        return values.astype("Int64")
    return pd.Series(rounded(values), index=values.index) if pd.api.types.is_float_dtype(values) else values


def is_count(column: str) -> bool:
    """Whether a column of an outcome table counts something, by its name."""
    return column == "n" or column.startswith("n_") or column.endswith("_n")
