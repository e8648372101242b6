"""Frames to texts to files, the same bytes each time: `.csv`, `.csv.gz`, `.parquet`.

Numbers are written from scaled integers, never from a float's own representation.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

# Digits after the point of a delivered column; 0 where it is not named.
_DECIMALS = {
    "weight_kg": 1,
    "dose_mg_per_kg": 2,
    "mgkg": 2,
    "weight_lb": 1,
    "infusion_hours": 2,
    "observation_hours": 2,
}
_TEXTS = frozenset(
    {"patient_id", "condition", "route", "drug", "adjustment_direction", "therapist_presence", "scale"}
    | {"administration", "respondent", "age_band", "sex", "status", "stop_reason", "followed_through"}
    | {"kind", "modality", "event", "severity"}
)
_FLAGS = frozenset(
    {"target_effect_reached", "preparation_done", "intention_set", "completed", "ae_assessed"}
    | {"attended", "serious", "related", "resolved"}
)


def as_texts(frame: pd.DataFrame, booleans: tuple[str, str] = ("true", "false")) -> pa.Table:
    """Every column as text; missing stays missing. `booleans`: the clinic's words for yes and no."""
    return pa.table({str(name): _as_text(frame[name], str(name), booleans) for name in frame.columns})


def _as_text(column: pd.Series, name: str, booleans: tuple[str, str]) -> pa.Array:
    if column.dtype == bool:
        return pc.if_else(pa.array(column.to_numpy()), booleans[0], booleans[1])
    if pd.api.types.is_integer_dtype(column.dtype):
        return pa.array(column.to_numpy(np.int64)).cast(pa.string())
    if pd.api.types.is_float_dtype(column.dtype):
        return _fixed(column.to_numpy(float), _DECIMALS.get(name, 0))
    return pa.array(column.to_numpy(object), pa.string(), from_pandas=True)


def _fixed(values: np.ndarray, decimals: int) -> pa.Array:
    """Numbers with exactly `decimals` digits after the point; not for numbers between -1 and 0."""
    missing = np.isnan(values)
    scaled = np.rint(np.where(missing, 0, values) * 10**decimals).astype(np.int64)
    if decimals == 0:
        return pa.array(scaled, mask=missing).cast(pa.string())
    whole = pa.array(scaled // 10**decimals, mask=missing).cast(pa.string())
    rest = pc.utf8_lpad(pa.array(scaled % 10**decimals, mask=missing).cast(pa.string()), decimals, padding="0")
    return pc.binary_join_element_wise(whole, rest, ".")


def write_table(table: pa.Table, path: Path) -> None:
    """Write texts to `path` in the format its name ends with. No cell may hold a comma, a quote or a line end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pa.parquet.write_table(_typed(table), path, compression="zstd", store_schema=False)
        return
    content = csv_bytes(table)
    if path.suffix == ".gz":
        held = io.BytesIO()
        # No file name and no time in the header: the same bytes each time.
        with gzip.GzipFile(filename="", mode="wb", fileobj=held, compresslevel=6, mtime=0) as packed:
            packed.write(content)
        content = held.getvalue()
    path.write_bytes(content)


def csv_bytes(table: pa.Table) -> bytes:
    """The table as CSV, unquoted, missing = empty, lines ended by a line feed."""
    held = io.BytesIO()
    held.write((",".join(table.column_names) + "\n").encode())
    options = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    pa.csv.write_csv(table, held, options)
    return held.getvalue()


def _typed(table: pa.Table) -> pa.Table:
    """Texts as whole numbers, decimals and booleans, for a file that keeps types."""
    columns = {}
    for name in table.column_names:
        if name in _TEXTS:
            columns[name] = table[name]
        elif name in _FLAGS:
            columns[name] = table[name].cast(pa.bool_()) if _is_true_false(table[name]) else table[name]
        else:
            columns[name] = table[name].cast(pa.float64() if _DECIMALS.get(name) else pa.int64())
    return pa.table(columns)


def _is_true_false(column: pa.ChunkedArray) -> bool:
    return set(pc.unique(column).to_pylist()) <= {"true", "false", None}
