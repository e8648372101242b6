"""Groups of therapist presence side by side, and how alike they were before: nothing here is adjusted.

What does not belong here: any statement that presence made a difference. Who sits with whom is no accident, and the
balance table shows it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.care.windows import Windows
from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import Numbers, ratio
from pipelines.outcomes.tables import OUTCOME_COLUMNS, OUTCOME_KEY, outcomes_of_units

PRESENCE_KEY = tuple("presence" if name == "route" else name for name in OUTCOME_KEY)
PRESENCE_COLUMNS = (*(("presence" if name == "route" else name) for name in OUTCOME_COLUMNS), "adjusted")
# Shortly after induction and three months on: a contrast at every timepoint would invite picking one.
PRESENCE_TIMEPOINTS = ("end_of_induction", "month_3")
BALANCE_KEY = ("clinic_id", "condition", "presence", "characteristic", "level")
BALANCE_COLUMNS = (
    *BALANCE_KEY,
    "n_started",
    "n",
    "with_n",
    "pct",
    "mean",
    "sd",
    "others_n",
    "others_with_n",
    "others_pct",
    "others_mean",
    "others_sd",
    "standardised_difference",
)


def presence_tables(engine: Engine, windows: Windows, limits: Limits = Limits()) -> dict[str, pd.DataFrame]:
    """`presence_contrast` and `presence_balance`; one row per key, sorted by it.

    Needs what `outcome_tables` and `session_tables` leave in the engine. A row of `presence_contrast` is one of
    `outcomes_by_route_condition` with the group of presence in place of the route (`all`, `mixed`, `not_recorded` are
    groups too); `adjusted` says `no`: differences between the groups are not corrected for anything. The share of
    sessions that makes a group is the one that makes a route (`route_share_pct`).
    """
    listed = ", ".join(f"'{name}'" for name in PRESENCE_TIMEPOINTS)
    engine.materialise("all_timepoint_names", "SELECT * FROM timepoint_names")
    engine.materialise("timepoint_names", f"SELECT * FROM all_timepoint_names WHERE timepoint IN ({listed})")
    engine.materialise("route_units", "SELECT * FROM counted_units")
    engine.materialise(
        "counted_units", load_sql(__file__, "presence_units"), presence_share_pct=windows.route_share_pct
    )
    contrast = outcomes_of_units(engine, limits).rename(columns={"route": "presence"}).assign(adjusted="no")
    balance = engine.frame(load_sql(__file__, "presence_balance"))
    pct, others_pct = (
        100 * ratio(balance["with_n"], balance["n"]),
        100 * ratio(balance["others_with_n"], balance["others_n"]),
    )
    is_level = (balance["characteristic"] != "baseline").to_numpy()
    balance = balance.assign(
        pct=pct,
        others_pct=others_pct,
        standardised_difference=np.where(
            is_level,
            _of_shares(pct / 100, others_pct / 100),
            _of_means(*(balance[name].to_numpy(dtype=float) for name in ("mean", "sd", "others_mean", "others_sd"))),
        ),
    )
    return {
        "presence_contrast": contrast[list(PRESENCE_COLUMNS)].reset_index(drop=True),
        "presence_balance": finished(balance, BALANCE_COLUMNS),
    }


def _of_shares(share: Numbers, other: Numbers) -> Numbers:
    """Difference of two shares in pooled SDs (Austin 2009, Commun Stat Simul Comput 38:1228)."""
    return ratio(share - other, np.sqrt((share * (1 - share) + other * (1 - other)) / 2))


def _of_means(mean: Numbers, sd: Numbers, other_mean: Numbers, other_sd: Numbers) -> Numbers:
    """Difference of two means in pooled SDs (the same)."""
    return ratio(mean - other_mean, np.sqrt((sd**2 + other_sd**2) / 2))
