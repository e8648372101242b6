"""The outcome tables, exact and before disclosure, kept inside the home."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipelines.instruments.catalogue import load_catalogue
from pipelines.lake import derived_path, store, view_derived, view_validated
from pipelines.outcomes.benchmarks import benchmarks
from pipelines.outcomes.contrasts import contrast_tables
from pipelines.outcomes.published import published_studies
from pipelines.outcomes.session_tables import session_tables
from pipelines.outcomes.tables import outcome_tables, reference_changes, reliable_change_candidates
from pipelines.provenance.history import THRESHOLD_FROZEN
from pipelines.steps.clinical import CARE, SCORED
from pipelines.steps.job import Job
from pipelines.steps.quality import data_quality

TABLE_NAMES = (
    "outcomes_by_route_condition",
    "denominators",
    "score_trajectories",
    "retreatment",
    "safety_by_route",
    "vitals_by_route",
    "route_profile",
    "care_pathway",
    "presence_contrast",
    "outcomes_by_sessions",
    "outcomes_by_integration",
    "presence_balance",
    "benchmarks",
    "data_quality",
    "reference_changes",
)


def make_outcome_tables(job: Job) -> dict[str, int]:
    """Make every output table and store it, exact; return row counts.

    A reliable-change threshold that no publication gives is computed once, from the network's own baselines, and
    frozen as a ledger event: a later run or a rebuild reads it from there.
    """
    with job.engine() as engine:
        view_validated(engine, job.home.lake)
        view_derived(engine, job.home.lake, (*SCORED, *CARE))
        catalogue = load_catalogue()
        catalogue.define_in(engine)
        frozen = _freeze(job, reliable_change_candidates(engine))
        windows, limits = job.settings.clinic_windows(), job.settings.disclosure_limits()
        tables = outcome_tables(engine, windows, frozen, limits)
        tables |= session_tables(engine, limits)
        tables |= contrast_tables(engine, windows, limits)
        outcomes = tables["outcomes_by_route_condition"]
        tables["benchmarks"] = benchmarks(published_studies(), outcomes, catalogue.scales, windows)
        tables["reference_changes"] = reference_changes(engine, frozen)
        tables["data_quality"] = data_quality(job.history(), engine)
        for name in TABLE_NAMES:
            engine.define("exact", tables[name])
            store(engine, "SELECT * FROM exact", exact_path(job, name))
    rows_n = {name: len(tables[name]) for name in TABLE_NAMES}
    job.log.event("outcomes", "tables_made", counts=rows_n)
    return rows_n


def exact_path(job: Job, name: str) -> Path:
    """Where an exact table lies between the outcome and release steps."""
    return derived_path(job.home.lake, f"exact_{name}")


def read_exact(job: Job) -> dict[str, pd.DataFrame]:
    """The exact tables as stored."""
    with job.engine() as engine:
        frames = {}
        for name in TABLE_NAMES:
            engine.view_parquet("exact", [exact_path(job, name)])
            frames[name] = engine.frame("SELECT * FROM exact")
    return frames


def _freeze(job: Job, candidates: pd.DataFrame) -> dict[str, float]:
    """The thresholds in force by scale: those frozen before, and now those that can be computed for the first time."""
    frozen = dict(job.history().frozen)
    for row in candidates.to_dict("records"):
        if row["scale"] in frozen:
            continue
        body = {
            "scale": str(row["scale"]),
            "n": int(row["n"]),
            "sd": float(row["sd"]),
            "alpha": float(row["alpha"]),
            "rci": float(row["rci"]),
            "value": float(row["value"]),
        }
        job.ledger.append(THRESHOLD_FROZEN, body, job.at)
        frozen[str(row["scale"])] = float(row["value"])
    return frozen
