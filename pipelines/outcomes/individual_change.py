"""How many people changed, by every published way to say so of one person: side by side, none is the right one.

What does not belong here: the bands and cut-offs (change_methods.py) and who falls where (change_classes.sql).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipelines.engine import Engine, load_sql
from pipelines.instruments.model import Scale
from pipelines.outcomes.change_methods import (
    CLASSES,
    CLASSIFYING,
    METHOD_WORDS,
    METHODS,
    Frozen,
    change_inputs,
    change_methods,
)
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import Numbers, ratio, wilson
from pipelines.outcomes.tables import OUTCOME_KEY, RELIABLE_CHANGE_MINIMUM_N
from pipelines.vocabulary import PRIMARY

CHANGE_KEY = (*OUTCOME_KEY, "method")
CHANGE_LADDER = ("n_started", "n_due", "n_baseline", "n_analysed")
COULD_NOT = ("could_not_improve_n", "could_not_worsen_n")
_COUNTED = (
    "n",
    *(f"{name}_{part}" for name in CLASSES for part in ("n", "pct", "ci_low", "ci_high")),
    *COULD_NOT,
    *METHOD_WORDS,
)
# Of the method combined: the people who can recover, and those who can be harmed.
CHANGE_CASES = ("n_case_baseline", "n_not_case_baseline")
CHANGE_COLUMNS = (*CHANGE_KEY, *CHANGE_LADDER, *CHANGE_CASES, *_COUNTED, "definition", "evidence")
REFERENCE_CHANGE_KEY = ("sample", "scale", "from_day", "to_day", "group", "method")
REFERENCE_CHANGE_COLUMNS = (*REFERENCE_CHANGE_KEY, *_COUNTED)
SAMPLE_SD = "first scores of the sample's pairs"


def define_change_moments(engine: Engine, moments: pd.DataFrame | None = None) -> None:
    """Make `change_moments`, what people are held against, one row per scale and timepoint: see change_moments.sql.

    From what `outcome_tables` leaves in the engine, or as given: a clinic's own tables are held against the network
    too.
    """
    if moments is None:
        engine.materialise("change_moments", load_sql(__file__, "change_moments"), minimum_n=RELIABLE_CHANGE_MINIMUM_N)
    else:
        engine.define("change_moments", moments.astype({"scale": "str", "timepoint": "str"}))


def individual_change(
    engine: Engine, outcomes: pd.DataFrame, scales: Mapping[str, Scale], frozen: Mapping[str, Frozen]
) -> pd.DataFrame:
    """One row per row of `outcomes` (`outcomes_by_route_condition`) that is of one scale, and method.

    Needs what `outcome_tables` leaves in the engine, and `change_moments`. Percentages are of n, which is n_analysed
    where the method is defined and empty where it is not. A patient is in one class of a method; `combined` has five,
    the others the first three, `partial_response` one. could_not_*: people whose baseline was too near an end of the
    scale to be in it.
    """
    moments = engine.frame("SELECT * FROM change_moments ORDER BY block")
    engine.materialise("change_pairs", load_sql(__file__, "change_pairs"))
    methods = change_methods(change_inputs(scales, frozen), moments)
    _classify(engine, methods)
    counted = engine.frame(load_sql(__file__, "individual_change"))
    told = [*OUTCOME_KEY, *CHANGE_LADDER, "n_case_baseline", "definition", "evidence"]
    cells = outcomes.loc[outcomes["scale"] != PRIMARY, told]
    places = moments[["block", "scale", "timepoint"]]
    rows = cells.merge(places, on=["scale", "timepoint"]).merge(methods.drop(columns="scale"), on="block")
    frame = _with_cases(_with_shares(rows.merge(counted, on=list(CHANGE_KEY), how="left")))
    return finished(frame.sort_values(list(CHANGE_KEY), kind="stable"), CHANGE_COLUMNS)


def reference_individual_change(
    engine: Engine, scales: Mapping[str, Scale], frozen: Mapping[str, Frozen]
) -> pd.DataFrame:
    """One row per sample, scale, from_day, to_day, group and method. Open research samples only.

    Needs what `reference_changes` leaves in the engine. Means and SDs are those of the sample's pairs of these two
    days, whatever the group; a published SD is not used.
    """
    engine.materialise("reference_change_moments", load_sql(__file__, "reference_change_moments"))
    moments = engine.frame("SELECT * FROM reference_change_moments ORDER BY block")
    engine.materialise("change_pairs", load_sql(__file__, "reference_change_pairs"))
    methods = change_methods(change_inputs(scales, frozen), moments, sample=SAMPLE_SD)
    _classify(engine, methods)
    counted = engine.frame(load_sql(__file__, "reference_individual_change"))
    cells = engine.frame('SELECT DISTINCT sample, scale, from_day, to_day, "group", block FROM change_pairs')
    rows = cells.merge(methods.drop(columns="scale"), on="block")
    frame = _with_shares(rows.merge(counted, on=list(REFERENCE_CHANGE_KEY), how="left"))
    return finished(frame.sort_values(list(REFERENCE_CHANGE_KEY), kind="stable"), REFERENCE_CHANGE_COLUMNS)


def _classify(engine: Engine, methods: pd.DataFrame) -> None:
    """Make `change_classes` of `change_pairs` by these methods."""
    engine.define("change_methods", methods[list(CLASSIFYING)])
    engine.materialise("change_classes", load_sql(__file__, "change_classes"))


def _with_cases(frame: pd.DataFrame) -> pd.DataFrame:
    """The cases and the others at baseline; empty but in `combined`, and where the scale has no caseness."""
    cases = frame["n_case_baseline"].where(frame["method"] == "combined")
    return frame.assign(n_case_baseline=cases, n_not_case_baseline=frame["n_analysed"] - cases)


def _with_shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Percentages with intervals; counts are 0 where nobody is analysed and empty where the method is not defined.

    A class that the method does not know is empty, as is `deteriorated` where no threshold says what is worse, and
    then `unchanged` too.
    """
    defined = frame["defined"].to_numpy(dtype=bool)
    n = np.where(defined, frame["n"].fillna(0).to_numpy(dtype=float), np.nan)
    made: dict[str, Numbers] = {"n": n}
    cutoff = frame["method"].str.startswith("cutoff")
    tells_worse = (frame["threshold_worse"].notna() | cutoff).to_numpy(dtype=bool)
    for name in CLASSES:
        knows = frame["method"].map(lambda method, name=name: name in METHODS[method].classes).to_numpy(dtype=bool)
        if name in ("unchanged", "deteriorated"):
            knows = knows & tells_worse
        of_n = np.where(knows, n, np.nan)
        count = np.where(np.isnan(of_n), np.nan, frame[f"{name}_n"].fillna(0).to_numpy(dtype=float))
        low, high = wilson(count, of_n)
        made |= {
            f"{name}_n": count,
            f"{name}_pct": 100 * ratio(count, of_n),
            f"{name}_ci_low": 100 * low,
            f"{name}_ci_high": 100 * high,
        }
    for name in COULD_NOT:
        known = defined if name == "could_not_improve_n" else defined & tells_worse
        made[name] = np.where(known, frame[name].fillna(0).to_numpy(dtype=float), np.nan)
    return frame.assign(**made)
