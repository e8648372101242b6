"""Release: the tables as their profile may show them, the pages made from them, the manifest; switched in whole."""

import dagster as dg

from assets.resources import KapHome

_TABLES = ["outcomes_by_route_condition", "denominators", "score_trajectories", "data_quality", "reference_changes"]


@dg.asset(
    deps=_TABLES,
    group_name="release",
    kinds={"altair", "html", "csv"},
    owners=["team:quality-review"],
    code_version="1",
)
def release(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """Pages, tables and manifest of what may be shown; the last good release stays until this one is whole."""
    from assets.site import make_release

    with kap_home.job(context.run.run_id) as job:
        made = make_release(job)
    return dg.MaterializeResult(
        metadata={
            "release_id": made.release_id,
            "changed": made.changed,
            "files": made.files_n,
            "index": dg.MetadataValue.path(made.index),
            "dashboard": dg.MetadataValue.url(made.index.as_uri()),
        }
    )
