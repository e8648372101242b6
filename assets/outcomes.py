"""Outcomes: the tables by route and condition, exact; what may leave is decided at release."""

from collections.abc import Iterator

import dagster as dg

from assets.clinical import COURSES_OF_CARE, SCORED_SCORES
from assets.intake import COUNTS_ONLY
from assets.metadata import outcomes_metadata
from assets.resources import KapHome
from pipelines.steps.outcomes import make_outcome_tables, read_exact

OWNERS = ["team:biostatistics"]
TABLES = {
    "outcomes_by_route_condition": (
        "One row per clinic (or all), condition, route, scale and timepoint: the ladder, change, rates with bounds."
    ),
    "denominators": (
        "One row per clinic (or all), condition, route and timepoint: from started to analysed, on the primary scale."
    ),
    "score_trajectories": (
        "One row per clinic (or all), condition, route, scale and position along sessions or weeks."
    ),
    "retreatment": "As outcomes_by_route_condition, for each patient's second course of the condition.",
    "safety_by_route": (
        "One row per clinic (or all), condition, route and event: events per 100 sessions in which they were asked for."
    ),
    "vitals_by_route": "One row per clinic (or all), condition, route and measure: vital signs during sessions.",
    "route_profile": (
        "One row per clinic (or all), condition, route and measure: what was recorded, beside what is published."
    ),
    "care_pathway": "One row per clinic (or all), condition, route and step of care: recorded, done, minutes, delays.",
    "worsening_watch": (
        "One row per clinic (or all), condition, route and measure: deterioration, safety items, events, stops."
    ),
    "presence_contrast": (
        "One row per clinic (or all), condition, group of therapist presence, scale and timepoint. Not adjusted."
    ),
    "outcomes_by_sessions": (
        "One row per clinic (or all), condition, number of induction sessions, scale and timepoint. "
        "Not adjusted: people who go on differ from those who stop."
    ),
    "outcomes_by_integration": (
        "One row per clinic (or all), condition, share of sessions that integration followed, scale and timepoint. "
        "Not adjusted: people who go on differ from those who stop."
    ),
    "baseline_sensitivity": (
        "One row per clinic (or all), condition, route, scale, timepoint and rule for the baseline: change and rates."
    ),
    "route_attribution": (
        "One row per clinic (or all), condition, route, scale and level (course, session). "
        "Association: the route follows the patient's course."
    ),
    "outcome_checks": (
        "One row per clinic (or all), condition, route, scale and timepoint: lost, noise, other routes, clinics."
    ),
    "presence_balance": "One row per group of presence, characteristic and level: how alike the groups were before.",
    "benchmarks": "One row per condition, route, scale, study and measure: published beside the network's own.",
    "data_quality": "One row per clinic, rule, table and column: status and counts.",
    "individual_change": (
        "One row per clinic (or all), condition, route, scale, timepoint and method of saying that one person changed."
    ),
    "talking_therapies": (
        "One row per clinic (or all), condition, route and version: recovery as NHS Talking Therapies counts it."
    ),
    "reference_changes": "One row per reference sample, scale, pair of days and group. Never part of an outcome.",
    "reference_individual_change": "One row per reference sample, scale, pair of days, group and method.",
}
# Beside the courses of care, which hold what came of sessions, scores and courses before them.
_UPSTREAM = {
    "safety_by_route": [COURSES_OF_CARE, dg.AssetKey("adverse_events")],
    "care_pathway": [COURSES_OF_CARE, dg.AssetKey("contacts")],
    "outcomes_by_integration": [COURSES_OF_CARE, dg.AssetKey("contacts")],
    "worsening_watch": [COURSES_OF_CARE, SCORED_SCORES, dg.AssetKey("adverse_events")],
    "data_quality": [COURSES_OF_CARE, dg.AssetKey("validation")],
    "reference_changes": [SCORED_SCORES],
    "reference_individual_change": [SCORED_SCORES],
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name,
            group_name="outcomes",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            tags=COUNTS_ONLY,
            description=description,
            code_version="1",
            deps=_UPSTREAM.get(name, [COURSES_OF_CARE]),
            metadata={"dagster/table_name": name},
        )
        for name, description in TABLES.items()
    ]
)
def outcome_tables(context: dg.AssetExecutionContext, kap_home: KapHome) -> Iterator[dg.MaterializeResult[None]]:
    """Every output table in one pass over the courses."""
    with kap_home.step(context) as job:
        make_outcome_tables(job)
        exact = read_exact(job)
    for name, told in outcomes_metadata(exact).items():
        yield dg.MaterializeResult(asset_key=name, metadata=told)
