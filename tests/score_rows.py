"""Score rows for tests: what a clinic might deliver, in the columns of the contract, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from pipelines.contract.fields import FIELDS
from pipelines.contract.tables import SCORES
from pipelines.engine import Engine
from pipelines.instruments.catalogue import Catalogue
from pipelines.scoring import score


def answers(*values: float | None) -> dict[str, float | None]:
    """Answers to items 1, 2, ...; None = not answered."""
    return {f"item_{number:02d}": value for number, value in enumerate(values, 1)}


def row(scale: str, **columns: Any) -> dict[str, Any]:
    """One delivered score row of a made-up patient."""
    return {"clinic_id": "c01", "patient_id": "p1", "scale": scale, "score_day": 0, **columns}


def scored(
    rows: Sequence[Mapping[str, Any]], shuffled: Iterable[int] | None = None, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """What scoring makes of `rows`, ordered by row number and scale; `shuffled` = the order they are stored in."""
    columns = [*SCORES.columns, "receipt", "row_number"]
    frame = pd.DataFrame(
        [{"receipt": 1, "row_number": number, **delivered} for number, delivered in enumerate(rows, 1)],
        columns=columns,
    )
    if shuffled is not None:
        frame = frame.iloc[list(shuffled)]
    engine = _engine()
    engine.define("delivered", frame)
    typed = ", ".join(f"{name}::{FIELDS[name].sql_type} AS {name}" for name in SCORES.columns)
    engine.materialise(
        "scores", f"SELECT {typed}, receipt::INTEGER AS receipt, row_number::BIGINT AS row_number FROM delivered"
    )
    score(engine, catalogue=catalogue)
    return engine.frame("SELECT * FROM scored_scores ORDER BY row_number, scale")


@cache
def _engine() -> Engine:
    """One connection for all examples: scoring replaces every table it makes."""
    return Engine(threads=1)


def scored_one(scale: str, **columns: Any) -> dict[str, Any]:
    """The one row that scoring makes of one delivered row; empty values are None."""
    frame = scored([row(scale, **columns)])
    assert len(frame) == 1
    return {str(name): None if pd.isna(value) else value for name, value in frame.astype(object).iloc[0].items()}
