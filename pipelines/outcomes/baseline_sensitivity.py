"""The outcomes again under other rules for the baseline: how much hangs on which score before treatment is taken.

What does not belong here: which scores may be a baseline (`pipelines.care`) and how a pair is judged (`tables.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.care.windows import Windows
from pipelines.engine import Engine, load_sql
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import Numbers, ratio, rounded, wilson
from pipelines.outcomes.tables import MOMENTS, OUTCOME_KEY, judge_pairs, moments

# The contract's rule, and the others; see baseline_pairs.sql.
DEFAULT_RULE = "last_before"
OTHER_RULES = ("first", "highest", "mean")
BASELINE_RULES = (DEFAULT_RULE, *OTHER_RULES)
SENSITIVITY_RATES = ("response", "remission", "reliable_improvement")

SENSITIVITY_KEY = (*OUTCOME_KEY, "baseline_rule")
SENSITIVITY_COLUMNS = (
    *SENSITIVITY_KEY,
    "n_started",
    "n_due",
    "n_baseline",
    "n_analysed",
    "n_with_several",
    *MOMENTS,
    "difference_from_default",
    *(f"{rate}_{part}" for rate in SENSITIVITY_RATES for part in ("of_n", "n", "pct", "ci_low", "ci_high")),
    "definition",
    "evidence",
)


def define_baseline_choices(engine: Engine, windows: Windows) -> None:
    """Make `baseline_choices`: see its .sql. Needs what `outcome_tables` leaves in the engine."""
    engine.materialise(
        "baseline_choices",
        load_sql(__file__, "baseline_choices"),
        baseline_first_day=windows.baseline_first_day,
        baseline_last_day=windows.baseline_last_day,
    )


def baseline_sensitivity(engine: Engine, outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row per row of `outcomes_by_route_condition` (`outcomes`) and rule for the baseline, sorted by key.

    Rules: `last_before` = the contract's, whose rows are those of `outcomes`; `first` = the first eligible score of
    the baseline window; `highest` = the worst one in the scale's direction; `mean` = their mean. The patients are the
    same under every rule, and only the `n_with_several` with more than one such score can differ: without one, every
    rule's row is that of `outcomes`. `difference_from_default`: change_mean minus that of `last_before`, points. Needs
    what `outcome_tables` and `define_baseline_choices` leave in the engine.
    """
    key = list(OUTCOME_KEY)
    moved = _moved(engine, outcomes)
    several = moved[[*key, "n_with_several"]].drop_duplicates()
    usual = outcomes.merge(several, on=key, how="left")
    usual["n_with_several"] = usual["n_with_several"].fillna(0)
    unmoved = usual[usual["n_with_several"] == 0]
    default = outcomes[[*key, "change_mean"]].rename(columns={"change_mean": "default_change_mean"})
    parts = [usual.assign(baseline_rule=DEFAULT_RULE), *(unmoved.assign(baseline_rule=rule) for rule in OTHER_RULES)]
    frame = pd.concat([*parts, moved], ignore_index=True).merge(default, on=key, how="left")
    frame["difference_from_default"] = rounded(frame["change_mean"]) - frame["default_change_mean"]
    return finished(frame.sort_values(list(SENSITIVITY_KEY), kind="stable"), SENSITIVITY_COLUMNS)


def _moved(engine: Engine, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The rows of the other rules in cells where they can differ from those of `outcomes`."""
    engine.define("baseline_rules", pd.DataFrame({"baseline_rule": BASELINE_RULES}))
    engine.view("baseline_pairs", load_sql(__file__, "baseline_pairs"))
    judge_pairs(engine, "baseline_pairs", "judged_baseline_pairs")
    cells = engine.frame(load_sql(__file__, "baseline_sensitivity"))
    # Who is counted, and for whom a rate is defined, is the same under every rule.
    same = [
        *OUTCOME_KEY,
        "n_started",
        "n_due",
        "n_baseline",
        *(f"{rate}_of_n" for rate in SENSITIVITY_RATES),
        "definition",
        "evidence",
    ]
    rows = cells.merge(outcomes[same], on=list(OUTCOME_KEY))
    return rows.assign(**moments(rows), **_rates(rows))


def _rates(rows: pd.DataFrame) -> dict[str, Numbers]:
    """Numerator, percentage and interval of each rate; empty where nothing defines it."""
    found: dict[str, Numbers] = {}
    for rate in SENSITIVITY_RATES:
        of_n = rows[f"{rate}_of_n"].to_numpy(dtype=float, na_value=np.nan)
        n = np.where(np.isnan(of_n), np.nan, rows[f"{rate}_n"].to_numpy(dtype=float))
        low, high = wilson(n, of_n)
        found |= {
            f"{rate}_n": n,
            f"{rate}_pct": 100 * ratio(n, of_n),
            f"{rate}_ci_low": 100 * low,
            f"{rate}_ci_high": 100 * high,
        }
    return found
