"""Outcomes: the tables by route and condition, exact; what may leave is decided at release."""

from collections.abc import Iterator

import dagster as dg

from assets.clinical import COURSES_OF_CARE, SCORED_SCORES
from assets.metadata import columns_schema
from assets.resources import KapHome
from pipelines.outcomes.tables import DENOMINATOR_COLUMNS, OUTCOME_COLUMNS, REFERENCE_COLUMNS, TRAJECTORY_COLUMNS
from pipelines.steps.outcomes import make_outcome_tables
from pipelines.steps.quality import COLUMNS as QUALITY_COLUMNS

OWNERS = ["team:biostatistics"]
_TABLES = {
    "outcomes_by_route_condition": (
        OUTCOME_COLUMNS,
        "One row per clinic (or all), condition, route, scale and timepoint: the ladder, change, rates with bounds.",
    ),
    "denominators": (
        DENOMINATOR_COLUMNS,
        "One row per clinic (or all), condition, route and timepoint: from started to analysed, on the primary scale.",
    ),
    "score_trajectories": (
        TRAJECTORY_COLUMNS,
        "One row per clinic (or all), condition, route, scale and position along sessions or weeks.",
    ),
    "data_quality": (QUALITY_COLUMNS, "One row per clinic, rule, table and column: status and counts."),
    "reference_changes": (
        REFERENCE_COLUMNS,
        "One row per reference sample, scale, pair of days and group. Never part of an outcome.",
    ),
}
_UPSTREAM = {
    "data_quality": [dg.AssetKey("validation"), COURSES_OF_CARE],
    "reference_changes": [SCORED_SCORES],
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name,
            group_name="outcomes",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            description=description,
            code_version="1",
            deps=_UPSTREAM.get(name, [COURSES_OF_CARE, SCORED_SCORES]),
            metadata={"dagster/column_schema": columns_schema(columns), "dagster/table_name": name},
        )
        for name, (columns, description) in _TABLES.items()
    ]
)
def outcome_tables(context: dg.AssetExecutionContext, kap_home: KapHome) -> Iterator[dg.MaterializeResult[None]]:
    """Every output table in one pass over the courses."""
    with kap_home.job(context.run.run_id) as job:
        rows_n = make_outcome_tables(job)
    for name, n in rows_n.items():
        yield dg.MaterializeResult(asset_key=name, metadata={"dagster/row_count": n})
