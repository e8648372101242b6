"""A large delivery for benchmarks: sessions and PHQ-9 scores of any size, without the network's shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.contract.fields import ITEM_FIELDS
from pipelines.synthetic.draws import Draws
from pipelines.synthetic.write import write_table

_SCORES_PER_PATIENT = 8
_SESSIONS_PER_PATIENT = 6
_ROUTES = ("iv", "im", "intranasal", "sublingual")
_DOSES_MG = (40, 60, 70, 200)
_CONDITIONS = ("trd", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain")


def large_scores(path: Path, n_scores: int, seed: int, suffix: str = "parquet") -> tuple[Path, Path]:
    """Write `n_scores` PHQ-9 rows with their items, and the sessions of the same patients, into folder `path`.

    A patient has 8 scores (days -3, 3, 7, 14, 30, 60, 91, 182) and 6 sessions (every fourth day from day 0).
    `suffix`: parquet, csv or csv.gz. Returns the paths of the scores and the sessions. About 100 bytes a row in memory.
    """
    draws = Draws(seed)
    patients = -(-n_scores // _SCORES_PER_PATIENT)
    identifiers = pa.array(draws.tokens(patients), pa.string())
    paths = path / f"scores.{suffix}", path / f"sessions.{suffix}"
    write_table(_scores(identifiers, n_scores, draws), paths[0])
    write_table(_sessions(identifiers, draws), paths[1])
    return paths


def _numbers(values: np.ndarray) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _scores(identifiers: pa.Array, size: int, draws: Draws) -> pa.Table:
    patient, occasion = np.divmod(np.arange(size), _SCORES_PER_PATIENT)
    days = np.array([-3, 3, 7, 14, 30, 60, 91, 182])
    words = pa.array(["baseline"] + ["follow_up"] * (_SCORES_PER_PATIENT - 1))
    level = 1.2 + 0.8 * draws.uniform(len(identifiers))
    fallen = level[patient] * (1 - 0.07 * occasion)
    columns = {
        "patient_id": identifiers.take(pa.array(patient)),
        "scale": pa.array(["phq9"]).take(pa.array(np.zeros(size, np.int64))),
        "score_day": _numbers(days[occasion]),
        "administration": words.take(pa.array(occasion)),
    }
    for item in ITEM_FIELDS[:9]:
        answer = np.clip(np.rint(fallen + draws.uniform(size, -1.2, 1.2)), 0, 3)
        columns[item] = _numbers(answer.astype(np.int64))
    return pa.table(columns)


def _sessions(identifiers: pa.Array, draws: Draws) -> pa.Table:
    size = len(identifiers) * _SESSIONS_PER_PATIENT
    patient, number = np.divmod(np.arange(size), _SESSIONS_PER_PATIENT)
    route = draws.whole(len(identifiers), 0, len(_ROUTES) - 1)[patient]
    condition = draws.whole(len(identifiers), 0, len(_CONDITIONS) - 1)[patient]
    return pa.table(
        {
            "patient_id": identifiers.take(pa.array(patient)),
            "session_day": _numbers(number * 4),
            "condition": pa.array(_CONDITIONS).take(pa.array(condition)),
            "route": pa.array(_ROUTES).take(pa.array(route)),
            "dose_mg": _numbers(np.array(_DOSES_MG)[route]),
        }
    )
