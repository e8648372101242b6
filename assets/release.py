"""Release: the tables as their profile may show them, the pages made from them, the manifest; switched in whole."""

import dagster as dg

from assets.intake import COUNTS_ONLY
from assets.metadata import release_metadata
from assets.outcomes import TABLES
from assets.resources import KapHome


@dg.asset(
    deps=list(TABLES),
    group_name="release",
    kinds={"altair", "html", "csv"},
    owners=["team:quality-review"],
    tags=COUNTS_ONLY,
    code_version="1",
)
def release(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """Pages, tables and manifest of what may be shown; the last good release stays until this one is whole."""
    with kap_home.step(context) as job:
        from assets.site import make_release

        made = make_release(job)
    return dg.MaterializeResult(metadata=release_metadata(made))
