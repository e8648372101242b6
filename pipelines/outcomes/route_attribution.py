"""Change beside the route: of whole courses, and from the score before one session to the next score after it.

What does not belong here: any statement that a route made the difference. This is an association: the route follows the
patient's course, since a clinic chooses and changes it by how the patient fares.
"""

from __future__ import annotations

import pandas as pd

from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import clustered_mean_interval, ratio
from pipelines.outcomes.tables import evidence

ATTRIBUTION_KEY = ("clinic_id", "condition", "route", "scale", "level")
ATTRIBUTION_COLUMNS = (
    *ATTRIBUTION_KEY,
    "patients_treated_n",
    "several_routes_n",
    "several_routes_pct",
    "n_baseline",
    "patients_n",
    "n_pairs",
    "change_mean",
    "change_sd",
    "change_ci_low",
    "change_ci_high",
    "median_days",
    "adjusted",
    "evidence",
)


def route_attribution(engine: Engine, limits: Limits = Limits()) -> pd.DataFrame:
    """One row per clinic (or `all`), condition, route, scale and level, sorted by it; see route_attribution.sql.

    Level `course`: from baseline to end_of_induction, by the route of the course. Level `session`: from the last score
    before a session to the next one after it, with no other session between, by the route of that session; up to the
    day of the next session, and after the last one as long as the course's follow-up. Counted first courses, patients
    with a baseline on the scale. change_mean: points, raw sign. Its interval allows for several pairs of one patient
    (`clustered_mean_interval`); with one pair each it is the t interval. `adjusted` says `no`. Needs what
    `outcome_tables` leaves in the engine.
    """
    engine.materialise("route_pairs", load_sql(__file__, "route_pairs"))
    cells = engine.frame(load_sql(__file__, "route_attribution"))
    engine.forget("route_pairs")
    low, high = clustered_mean_interval(
        cells["total"],
        cells["n_pairs"],
        cells["total_squares"],
        cells["products"],
        cells["n_squares"],
        cells["patients_n"],
    )
    ladder = cells[["patients_treated_n", "n_baseline", "patients_n"]]
    frame = cells.assign(
        several_routes_pct=100 * ratio(cells["several_routes_n"], cells["patients_treated_n"]),
        change_ci_low=low,
        change_ci_high=high,
        adjusted="no",
        evidence=evidence(ladder.set_axis(["n_started", "n_baseline", "n_analysed"], axis="columns"), limits),
    )
    return finished(frame, ATTRIBUTION_COLUMNS)
