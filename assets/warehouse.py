"""Warehouse: the lake as one DuckDB file for analysts. Nothing in the pipeline reads it."""

import dagster as dg

from assets.clinical import COURSES_OF_CARE
from assets.intake import OWNERS, PATIENT_ROWS
from assets.resources import KapHome
from pipelines.steps.warehouse import make_warehouse


@dg.asset(
    deps=[COURSES_OF_CARE, "outcomes_by_route_condition"],
    group_name="release",
    kinds={"duckdb"},
    owners=OWNERS,
    tags=PATIENT_ROWS,
    code_version="1",
)
def warehouse(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """Every table of the lake in `warehouse.duckdb`, built aside and switched in when the lake changed."""
    with kap_home.step(context) as job:
        rows_n = make_warehouse(job) if kap_home.warehouse else None
    state = "not asked for" if not kap_home.warehouse else "as it was" if rows_n is None else "rebuilt"
    return dg.MaterializeResult(metadata={"state": state, **{f"rows_{name}": n for name, n in (rows_n or {}).items()}})
