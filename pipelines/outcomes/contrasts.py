"""Groups of patients side by side: by therapist presence, number of sessions, integration. Nothing here is adjusted.

What does not belong here: any statement that presence, more sessions or integration made a difference. Who sits with
whom is no accident, and people who go on differ from those who stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from pipelines.care.windows import Windows
from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql, quoted
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import Numbers, ratio, standardised_difference
from pipelines.outcomes.tables import OUTCOME_COLUMNS, OUTCOME_KEY, outcomes_of_members, timepoint_names

# Table -> the column that stands in place of the route of `outcomes_by_route_condition`.
CONTRASTS: Mapping[str, str] = MappingProxyType(
    {
        "presence_contrast": "presence",
        "outcomes_by_sessions": "sessions_group",
        "outcomes_by_integration": "integration_group",
    }
)
# After induction, so that no group is made of sessions held after the score; and only two, since a contrast at every
# timepoint would invite picking one.
CONTRAST_TIMEPOINTS = ("end_of_induction", "month_3")
# One more than the 4 to 6 sessions of most published courses (clinical.md section 4, Course: Oliver, Feder, Yermus).
LONG_INDUCTION_SESSIONS = 7

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


def contrast_key(table: str) -> tuple[str, ...]:
    """The key of a table of CONTRASTS."""
    return tuple(CONTRASTS[table] if name == "route" else name for name in OUTCOME_KEY)


def contrast_columns(table: str) -> tuple[str, ...]:
    """The columns of a table of CONTRASTS."""
    return (*(CONTRASTS[table] if name == "route" else name for name in OUTCOME_COLUMNS), "adjusted")


def contrast_tables(engine: Engine, windows: Windows, limits: Limits = Limits()) -> dict[str, pd.DataFrame]:
    """The tables of CONTRASTS, and `presence_balance`; one row per key, sorted by it.

    Needs what `outcome_tables` and `session_tables` leave in the engine. A row of a contrast is one of
    `outcomes_by_route_condition` with the group in place of the route; in each, every counted patient is in one group,
    and in `all`. `adjusted` says `no`: differences between the groups are not corrected for anything. The share of
    sessions that makes a group of presence is the one that makes a route (`route_share_pct`).
    """
    engine.define("timepoint_names", timepoint_names(CONTRAST_TIMEPOINTS))
    engine.define("session_groups", session_groups(windows))
    engine.materialise("grouped_units", load_sql(__file__, "grouped_units"), presence_share_pct=windows.route_share_pct)
    engine.materialise("grouped_baselines", load_sql(__file__, "grouped_baselines"))
    tables = {name: _contrast(engine, group, limits)[list(contrast_columns(name))] for name, group in CONTRASTS.items()}
    return tables | {"presence_balance": _balance(engine)}


def session_groups(windows: Windows) -> pd.DataFrame:
    """Groups of the number of induction sessions: first_n, last_n (both inside), sessions_group (`1`, `2_to_3`, ...).

    The cuts are the second session, the first one that completes induction, and LONG_INDUCTION_SESSIONS; the last group
    ends at the most that an induction has. A word between the numbers: spreadsheets read `2-3` as a date.
    """
    most = windows.induction_sessions
    cuts = {1, 2, windows.induction_completed_sessions, LONG_INDUCTION_SESSIONS}
    first = sorted(cut for cut in cuts if cut <= most)
    last = [*(cut - 1 for cut in first[1:]), most]
    names = [str(low) if low == high else f"{low}_to_{high}" for low, high in zip(first, last, strict=True)]
    return pd.DataFrame({"first_n": first, "last_n": last, "sessions_group": names})


def _contrast(engine: Engine, group: str, limits: Limits) -> pd.DataFrame:
    """The outcomes of the groups that the column `group` makes."""
    for name in ("units", "baselines"):
        engine.view(f"contrast_{name}", f"SELECT * REPLACE ({quoted(group)} AS route) FROM grouped_{name}")
    frame = outcomes_of_members(engine, limits, "contrast_units", "contrast_baselines")
    return frame.rename(columns={"route": group}).assign(adjusted="no")


def _balance(engine: Engine) -> pd.DataFrame:
    """How alike the groups of presence were before treatment."""
    balance = engine.frame(load_sql(__file__, "presence_balance"))
    pct = 100 * ratio(balance["with_n"], balance["n"])
    others_pct = 100 * ratio(balance["others_with_n"], balance["others_n"])
    moments = (balance[name].to_numpy(dtype=float) for name in ("mean", "sd", "others_mean", "others_sd"))
    balance = balance.assign(
        pct=pct,
        others_pct=others_pct,
        standardised_difference=np.where(
            (balance["characteristic"] == "baseline").to_numpy(),
            standardised_difference(*moments),
            _of_shares(pct / 100, others_pct / 100),
        ),
    )
    return finished(balance, BALANCE_COLUMNS)


def _of_shares(share: Numbers, other: Numbers) -> Numbers:
    """Difference of two shares in pooled SDs (Austin 2009, Commun Stat Simul Comput 38:1228)."""
    return ratio(share - other, np.sqrt((share * (1 - share) + other * (1 - other)) / 2))
