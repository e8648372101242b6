"""The tables on sessions before disclosure: adverse events, vital signs, routes, steps of care. Exact numbers.

What does not belong here: withholding (`pipelines.disclosure`) and what counts as a step, an event or a measure
(the .sql files beside this one). Rows count every session of a course with a condition that is not left-truncated,
retreatments too; but for the steps of care, `route` is the session's own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.contract.tables import SESSIONS
from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import (
    clustered_rate_interval,
    poisson_exact,
    ratio,
    rounded,
    wilson,
)
from pipelines.outcomes.measures import MEASURES, PROFILE_MEASURES, VITALS, measure_limits
from pipelines.outcomes.published import published_routes
from pipelines.vocabulary import ADVERSE_EVENTS

ANY_EVENT, SERIOUS = "any", "serious"
ADJUSTED_DIRECTIONS = ("adjusted_up", "adjusted_down", "adjusted_both")
CELL_KEY = ("clinic_id", "condition", "route")
SAFETY_KEY = (*CELL_KEY, "event")
SAFETY_COLUMNS = (
    *SAFETY_KEY,
    "patients_treated_n",
    "sessions_n",
    "sessions_assessed_n",
    "assessed_pct",
    "assessed_without_table_n",
    "events_n",
    "rate_per_100",
    "rate_per_100_with_table",
    "ci_low",
    "ci_high",
    "clustered_ci_low",
    "clustered_ci_high",
    "patients_n",
    "patients_with_event_n",
    "patients_with_event_pct",
    "patients_with_event_ci_low",
    "patients_with_event_ci_high",
    "events_not_assessed_n",
    "events_unlinked_n",
    "evidence",
)
VITALS_KEY = (*CELL_KEY, "measure")
VITALS_COLUMNS = (
    *VITALS_KEY,
    "unit",
    "patients_treated_n",
    "sessions_n",
    "n",
    "recorded_pct",
    "patients_n",
    "mean",
    "sd",
    "median",
    "p10",
    "p90",
    "limit_op",
    "limit_value",
    "beyond_n",
    "beyond_pct",
    "patients_beyond_n",
    "patients_beyond_pct",
    "patients_beyond_ci_low",
    "patients_beyond_ci_high",
    "limit_source",
    "limit_mark",
    "evidence",
)
PROFILE_KEY = (*CELL_KEY, "measure")
PROFILE_COLUMNS = (
    *PROFILE_KEY,
    "unit",
    "patients_treated_n",
    "of_n",
    "n",
    "recorded_pct",
    "patients_n",
    "median",
    "p10",
    "p25",
    "p75",
    "p90",
    "with_n",
    "pct",
    "ci_low",
    "ci_high",
    "published_low",
    "published_high",
    "published_words",
    "published_citation",
    "published_mark",
    "evidence",
)
PATHWAY_KEY = (*CELL_KEY, "step")
PATHWAY_COLUMNS = (
    *PATHWAY_KEY,
    "unit",
    "patients_treated_n",
    "of_n",
    "recorded_n",
    "recorded_pct",
    "patients_n",
    "done_n",
    "done_pct",
    "ci_low",
    "ci_high",
    "median_minutes",
    "minutes_patients_n",
    "median_delay_days",
    "delay_days_patients_n",
    "median_delay_minutes",
    "delay_minutes_patients_n",
    "evidence",
)
_FIGURES = (":minutes", ":delay_days", ":delay_minutes")
STEPS = {
    "consultation": "course",
    "therapist_meeting": "course",
    "preparation": "session",
    "intention": "session",
    "dosing": "session",
    "monitoring": "session",
    "recovery": "session",
    "integration": "session",
}


def session_tables(engine: Engine, limits: Limits = Limits()) -> dict[str, pd.DataFrame]:
    """`safety_by_route`, `vitals_by_route`, `route_profile`, `care_pathway`; one row per key, sorted by it.

    Needs the tables of `derive_care` and the validated `sessions`, `contacts` and `adverse_events`. Percentages are
    0 to 100, rates events per 100 sessions; every statistic is rounded to 6 decimals, half away from zero. Leaves
    `session_facts` and `session_steps` in the engine.
    """
    engine.hold("session_facts", load_sql(__file__, "session_facts"), _never_recorded(engine))
    for name in (
        *("patient_sessions", "session_measures", "event_sessions"),
        *("contact_facts", "session_steps", "pathway_steps"),
    ):
        engine.materialise(name, load_sql(__file__, name))
    engine.view("pathway_measures", load_sql(__file__, "pathway_measures"))
    for name, route in (("session_cells", "route"), ("pathway_cells", "course_route")):
        engine.materialise(name, load_sql(__file__, "session_cells").replace("/* route */", route))
    engine.define("event_names", pd.DataFrame({"event": [*ADVERSE_EVENTS, ANY_EVENT, SERIOUS]}))
    measured = _measured(engine, "session_measures", "session_cells", measure_limits())
    steps = pd.DataFrame({"measure": [f"{step}{figure}" for step in STEPS for figure in ("", *_FIGURES)]})
    pathway = _measured(engine, "pathway_measures", "pathway_cells", steps.assign(op=None, value=np.nan))
    return {
        "safety_by_route": _safety(engine.frame(load_sql(__file__, "safety_cells")), limits),
        "vitals_by_route": _vitals(measured[measured["measure"].isin(VITALS)], limits),
        "route_profile": _route_profile(
            measured[measured["measure"].isin(PROFILE_MEASURES)],
            engine.frame(load_sql(__file__, "integrated_sessions")),
            limits,
        ),
        "care_pathway": _pathway(pathway, limits),
    }


def _never_recorded(engine: Engine) -> frozenset[str]:
    """Columns of `sessions` in which no clinic recorded anything, of those that `session_facts` takes over."""
    recorded = frozenset(SESSIONS.columns) - {"condition", "route"}
    return recorded - engine.filled("sessions", recorded)


def _measured(engine: Engine, measures: str, cells: str, limits: pd.DataFrame) -> pd.DataFrame:
    """Each measure of `limits` in each cell: measure_cells.sql over two relations."""
    engine.define("measure_limits", limits.astype({"op": "str", "value": "float64"}))
    select = load_sql(__file__, "measure_cells").replace("/* measures */", measures).replace("/* cells */", cells)
    return engine.frame(select)


def coverage_evidence(frame: pd.DataFrame, recorded_pct: NDArray[np.float64], limits: Limits) -> NDArray[np.str_]:
    """The contract's tiers for a row about sessions: people in whom it was recorded, and the share of sessions.

    `patients_treated_n` stands for n_started, `patients_n` for n_analysed, the share recorded for the share paired.
    """
    treated, recorded = frame["patients_treated_n"], frame["patients_n"]
    share = rounded(recorded_pct)
    smallest = limits.smallest_group_n - 1
    return np.select(
        [
            treated.between(1, smallest) | recorded.between(1, smallest),
            (recorded < limits.enough_n) | (share < limits.enough_paired_pct) | np.isnan(share),
            (recorded < limits.precise_n) | (share < limits.precise_paired_pct),
        ],
        ["withheld", "not_enough", "imprecise"],
        "reportable",
    )


def _safety(cells: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    number = {name: cells[name].to_numpy(dtype=float, na_value=np.nan) for name in cells if name not in SAFETY_KEY}
    events, sessions, patients = number["events_n"], number["sessions_assessed_n"], number["patients_n"]
    low, high = poisson_exact(events, sessions)
    clustered_low, clustered_high = clustered_rate_interval(
        events, sessions, number["event_squares"], number["cross"], number["assessed_squares"], patients
    )
    with_low, with_high = wilson(number["patients_with_event_n"], patients)
    assessed_pct = 100 * ratio(sessions, number["sessions_n"])
    # Asked, but at a clinic that never delivered a table of events: whether there were any is not known here.
    answered = sessions - number["assessed_without_table_n"]
    answered_pct = 100 * ratio(answered, number["sessions_n"])
    frame = cells.assign(
        assessed_pct=assessed_pct,
        rate_per_100=100 * ratio(events, sessions),
        ci_low=100 * low,
        ci_high=100 * high,
        clustered_ci_low=100 * clustered_low,
        clustered_ci_high=100 * clustered_high,
        patients_with_event_pct=100 * ratio(number["patients_with_event_n"], patients),
        patients_with_event_ci_low=100 * with_low,
        patients_with_event_ci_high=100 * with_high,
        rate_per_100_with_table=100 * ratio(events, answered),
        evidence=coverage_evidence(cells, answered_pct, limits),
    )
    return finished(frame, SAFETY_COLUMNS)


def _vitals(cells: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    low, high = wilson(cells["patients_beyond_n"], cells["patients_n"])
    recorded_pct = 100 * ratio(cells["n"], cells["sessions_n"])
    frame = cells.assign(
        recorded_pct=recorded_pct,
        beyond_pct=100 * ratio(cells["beyond_n"], cells["n"]),
        patients_beyond_pct=100 * ratio(cells["patients_beyond_n"], cells["patients_n"]),
        patients_beyond_ci_low=100 * low,
        patients_beyond_ci_high=100 * high,
        evidence=coverage_evidence(cells, recorded_pct, limits),
        unit=cells["measure"].map({name: measure.unit for name, measure in MEASURES.items()}),
        limit_op=cells["measure"].map({name: measure.limit_op for name, measure in MEASURES.items()}),
        limit_value=cells["measure"].map({name: measure.limit_value for name, measure in MEASURES.items()}),
        limit_source=cells["measure"].map({name: measure.limit_source for name, measure in MEASURES.items()}),
        limit_mark=cells["measure"].map({name: measure.limit_mark for name, measure in MEASURES.items()}),
    )
    return finished(frame, VITALS_COLUMNS)


def _route_profile(cells: pd.DataFrame, integrated: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """What was recorded of each route, beside what is published; measures that are published alone have no n.

    of_n: every session of the row; for a direction of adjustment the adjusted ones, for the time to integration those
    followed by it (`integrated`: a row per cell with integrated_n).
    """
    is_share = cells["measure"].map({name: measure.is_share for name, measure in MEASURES.items()})
    cell = pd.MultiIndex.from_frame(cells[list(CELL_KEY)])
    adjusted = cells[cells["measure"] == "adjusted"].set_index(list(CELL_KEY))["with_n"]
    followed = integrated.set_index(list(CELL_KEY))["integrated_n"]
    of_n = np.select(
        [cells["measure"].isin(ADJUSTED_DIRECTIONS), cells["measure"] == "integration_after_minutes"],
        [counted.reindex(cell).to_numpy(dtype=float) for counted in (adjusted, followed)],
        cells["sessions_n"].to_numpy(dtype=float),
    )
    recorded_pct = 100 * ratio(cells["n"], of_n)
    points = ["median", "p10", "p25", "p75", "p90"]
    low, high = wilson(cells["with_n"].where(is_share), cells["n"])
    frame = cells.assign(
        of_n=of_n,
        recorded_pct=recorded_pct,
        with_n=cells["with_n"].where(is_share),
        pct=np.where(is_share, 100 * ratio(cells["with_n"], cells["n"]), np.nan),
        ci_low=100 * low,
        ci_high=100 * high,
        evidence=coverage_evidence(cells, recorded_pct, limits),
        unit=cells["measure"].map({name: measure.unit for name, measure in MEASURES.items()}),
        **{name: cells[name].mask(is_share) for name in points},
    )
    published = published_routes()
    alone = published[~published["measure"].isin(PROFILE_MEASURES)]
    shown = cells[[*CELL_KEY, "patients_treated_n"]].drop_duplicates()
    frame = pd.concat([frame, shown.merge(alone[["route", "measure", "unit"]], on="route")], ignore_index=True)
    frame["evidence"] = frame["evidence"].fillna("not_enough")
    frame = frame.merge(published.drop(columns="unit"), on=["route", "measure"], how="left")
    frame = frame.sort_values(list(PROFILE_KEY), kind="stable", ignore_index=True)
    return finished(frame, PROFILE_COLUMNS)


def _pathway(measured: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """The steps, each with the medians of its figures beside it."""
    figures = {name: measured[measured["measure"].str.endswith(name)] for name in _FIGURES}
    frame = measured[measured["measure"].isin(STEPS)].rename(columns={"measure": "step", "n": "recorded_n"})
    frame = frame.drop(columns="median").rename(columns={"with_n": "done_n"})
    for name, rows in figures.items():
        word = name.removeprefix(":")
        told = rows.assign(step=rows["measure"].str.removesuffix(name))
        told = told.rename(columns={"median": f"median_{word}", "patients_n": f"{word}_patients_n"})
        columns = [*PATHWAY_KEY, f"median_{word}", f"{word}_patients_n"]
        frame = frame.merge(told[columns], on=list(PATHWAY_KEY))
    frame["unit"] = frame["step"].map(STEPS)
    frame["of_n"] = frame["courses_n"].where(frame["unit"] == "course", frame["sessions_n"])
    low, high = wilson(frame["done_n"], frame["recorded_n"])
    recorded_pct = 100 * ratio(frame["recorded_n"], frame["of_n"])
    frame = frame.assign(
        recorded_pct=recorded_pct,
        done_pct=100 * ratio(frame["done_n"], frame["recorded_n"]),
        ci_low=100 * low,
        ci_high=100 * high,
        evidence=coverage_evidence(frame, recorded_pct, limits),
    )
    return finished(frame.sort_values(list(PATHWAY_KEY), kind="stable"), PATHWAY_COLUMNS)
