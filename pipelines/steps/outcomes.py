"""The outcome tables, exact and before disclosure, kept inside the home."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.engine import Engine
from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.lake import LAKE_TABLES, derived_path, only_of, store, view_derived, view_validated
from pipelines.outcomes.baseline_sensitivity import baseline_sensitivity, define_baseline_choices
from pipelines.outcomes.benchmarks import benchmarks
from pipelines.outcomes.change_methods import Frozen
from pipelines.outcomes.contrasts import contrast_tables
from pipelines.outcomes.individual_change import (
    define_change_moments,
    individual_change,
    reference_individual_change,
)
from pipelines.outcomes.outcome_checks import outcome_checks
from pipelines.outcomes.published import published_studies
from pipelines.outcomes.route_attribution import route_attribution
from pipelines.outcomes.session_tables import session_tables
from pipelines.outcomes.tables import outcome_tables, reference_changes, reliable_change_candidates
from pipelines.outcomes.talking_therapies import talking_therapies
from pipelines.outcomes.worsening_watch import worsening_watch
from pipelines.provenance.history import THRESHOLD_FROZEN
from pipelines.steps.clinical import CARE, SCORED
from pipelines.steps.job import Job
from pipelines.steps.quality import data_quality
from pipelines.version import own_definition_set

TABLE_NAMES = (
    "outcomes_by_route_condition",
    "denominators",
    "score_trajectories",
    "retreatment",
    "safety_by_route",
    "vitals_by_route",
    "route_profile",
    "care_pathway",
    "worsening_watch",
    "presence_contrast",
    "outcomes_by_sessions",
    "outcomes_by_integration",
    "presence_balance",
    "baseline_sensitivity",
    "route_attribution",
    "outcome_checks",
    "individual_change",
    "talking_therapies",
    "benchmarks",
    "data_quality",
    "reference_changes",
    "reference_individual_change",
)


def make_outcome_tables(job: Job) -> dict[str, int]:
    """Make every output table and store it, exact; return row counts.

    A reliable-change threshold that no publication gives is computed once, from the network's own baselines, and
    frozen as a ledger event: a later run or a rebuild reads it from there. A clinic with overrides gets its own tables
    beside these, which hold no override; a reference sample, of which there is no other row, stands in these by its
    own.
    """
    with job.engine() as engine:
        view_validated(engine, job.home.lake)
        view_derived(engine, job.home.lake, (*SCORED, *CARE))
        catalogue = load_catalogue()
        catalogue.define_in(engine)
        frozen = _freeze(job, reliable_change_candidates(engine))
        tables = _tables(job, engine, catalogue, frozen)
        moments = engine.frame("SELECT * FROM change_moments")
        outcomes = tables["outcomes_by_route_condition"]
        windows = job.settings.clinic_windows()
        tables["benchmarks"] = benchmarks(published_studies(), outcomes, catalogue.scales, windows)
        tables["data_quality"] = data_quality(job.history(), engine)
    shutil.rmtree(_own_folder(job), ignore_errors=True)
    for clinic_id in job.settings.overriding_clinics:
        own = _own_tables(job, clinic_id, frozen, moments)
        tables |= {name: _with_own(tables[name], own[name]) for name in own if "sample" in own[name]}
        _store(job, {name: frame for name, frame in own.items() if "clinic_id" in frame and len(frame)}, clinic_id)
    _store(job, {name: tables[name] for name in TABLE_NAMES})
    rows_n = {name: len(tables[name]) for name in TABLE_NAMES}
    job.log.event("outcomes", "tables_made", counts=rows_n)
    return rows_n


def _tables(
    job: Job,
    engine: Engine,
    catalogue: Catalogue,
    frozen: Mapping[str, Frozen],
    moments: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """Every table that rests on the catalogue, which `define_in` has put into the engine."""
    windows, limits = job.settings.clinic_windows(), job.settings.disclosure_limits()
    reliable_change = {scale: each.value for scale, each in frozen.items()}
    tables = outcome_tables(engine, windows, reliable_change, limits)
    outcomes = tables["outcomes_by_route_condition"]
    define_change_moments(engine, moments)
    tables["individual_change"] = individual_change(engine, outcomes, catalogue.scales, frozen)
    tables["talking_therapies"] = talking_therapies(engine, catalogue.scales, limits)
    define_baseline_choices(engine, windows)
    tables["baseline_sensitivity"] = baseline_sensitivity(engine, outcomes)
    tables["route_attribution"] = route_attribution(engine, limits)
    tables["outcome_checks"] = outcome_checks(engine, outcomes, catalogue.scales, limits)
    tables |= session_tables(engine, limits)
    tables |= contrast_tables(engine, windows, limits)
    tables["worsening_watch"] = worsening_watch(engine, outcomes, windows, limits)
    tables["reference_changes"] = reference_changes(engine, reliable_change)
    tables["reference_individual_change"] = reference_individual_change(engine, catalogue.scales, frozen)
    return tables


def _own_tables(
    job: Job, clinic_id: str, frozen: Mapping[str, Frozen], moments: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The same tables of one clinic or reference sample by its own overrides: its rows, made from its rows alone.

    Only `moments`, which individual change in a clinic is held against, are the network's.
    """
    with job.engine() as engine:
        view_validated(engine, job.home.lake)
        view_derived(engine, job.home.lake, (*SCORED, *CARE))
        only_of(engine, clinic_id, (*LAKE_TABLES, *SCORED, *CARE))
        catalogue = load_catalogue().overridden(job.settings.overrides_of(clinic_id))
        catalogue.define_in(engine)
        tables = _tables(job, engine, catalogue, frozen, moments)
    own = {name: _rows_of(frame, clinic_id) for name, frame in tables.items()}
    job.log.event("outcomes", "own_tables_made", clinic_id, {name: len(frame) for name, frame in own.items()})
    return own


def _rows_of(frame: pd.DataFrame, clinic_id: str) -> pd.DataFrame:
    """A table's rows of one clinic or reference sample, under the name of its own definitions."""
    owner = "sample" if "sample" in frame else "clinic_id"
    rows = frame[frame[owner] == clinic_id].reset_index(drop=True)
    return rows.assign(definition=own_definition_set(clinic_id)) if "definition" in rows else rows


def _with_own(frame: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """A table of reference samples with the rows of one of them replaced by its own."""
    others = frame[~frame["sample"].isin(own["sample"])]
    return pd.concat([others, own]).sort_values("sample", kind="stable", ignore_index=True)


def _store(job: Job, tables: Mapping[str, pd.DataFrame], clinic_id: str | None = None) -> None:
    with job.engine() as engine:
        for name, frame in tables.items():
            engine.define("exact", frame)
            store(engine, "SELECT * FROM exact", exact_path(job, name, clinic_id))


def exact_path(job: Job, name: str, clinic_id: str | None = None) -> Path:
    """Where an exact table lies between the outcome and release steps: the network's, or a clinic's own."""
    if clinic_id is None:
        return derived_path(job.home.lake, f"exact_{name}")
    return _own_folder(job) / clinic_id / f"exact_{name}.parquet"


def _own_folder(job: Job) -> Path:
    return job.home.lake / "derived" / "own"


def read_exact(job: Job) -> dict[str, pd.DataFrame]:
    """The exact tables as stored; no clinic's override is in them."""
    return _read(job, {name: exact_path(job, name) for name in TABLE_NAMES})


def read_own(job: Job) -> dict[str, dict[str, pd.DataFrame]]:
    """Clinic with overrides -> its exact tables by its own definitions."""
    stored = {
        clinic_id: {name: path for name in TABLE_NAMES if (path := exact_path(job, name, clinic_id)).exists()}
        for clinic_id in job.settings.overriding_clinics
    }
    return {clinic_id: _read(job, paths) for clinic_id, paths in stored.items()}


def _read(job: Job, paths: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    frames = {}
    with job.engine() as engine:
        for name, path in paths.items():
            engine.view_parquet("exact", [path])
            frames[name] = engine.frame("SELECT * FROM exact")
    return frames


def _freeze(job: Job, candidates: pd.DataFrame) -> dict[str, Frozen]:
    """The thresholds in force by scale: those frozen before, and now those that can be computed for the first time."""
    frozen = {scale: _frozen(body) for scale, body in job.history().frozen_from.items()}
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
        frozen[str(row["scale"])] = _frozen(body)
    return frozen


def _frozen(body: Mapping[str, Any]) -> Frozen:
    return Frozen(value=body["value"], n=body["n"], sd=body["sd"], alpha=body["alpha"])
