"""What may be shown: the `clinic` profile (CONTRACT.md section 4). The only maker of `ReleasedTable`.

The `clinic` profile is for the clinic's own staff. A row about 1 to 4 patients shows no figure; a statistic whose
denominator is 1 to 4 is withheld with its numerator; at 5 to 9 rates are shown but no means, SDs or effect sizes.
The numbers are the defaults of `Limits`, which settings may tighten.
What this does not do: protect against the arithmetic of whole tables. The profiles that leave the clinic need that,
and are refused until their gate exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.limits import Limits
from pipelines.disclosure.released import ReleasedTable
from pipelines.disclosure.table_policy import NO_DATA, NOT_DEFINED, Statistic, TablePolicy
from pipelines.outcomes.tables import MOMENTS
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.vocabulary import PRIMARY

WITHHELD, TOO_FEW = "withheld", "too_few"

Reasons: TypeAlias = NDArray[Any]


def release(name: str, frame: pd.DataFrame, profile: str = "clinic", limits: Limits = Limits()) -> ReleasedTable:
    """The table as its profile may show it, sorted by key, with `empty_because` (`column:reason`, joined by `;`).

    `frame` holds the true numbers, one row per key.

    Raises:
        KapError: exit code 6, for a profile without a gate or a table without a declaration.
    """
    if profile != "clinic":
        raise KapError(ExitCode.DISCLOSURE, [_profile_refused(profile)])
    if name not in POLICIES:
        raise KapError(ExitCode.DISCLOSURE, [_table_refused(name)])
    policy = POLICIES[name]
    true = frame[list(policy.columns)].sort_values(list(policy.key), kind="stable").reset_index(drop=True)
    reasons = _reasons(true, policy, limits)
    shown = true.copy()
    for column in policy.figures:
        shown[column] = shown[column].mask(reasons[column] != "")
    if "evidence" in policy.columns:
        # The tier of a withheld n_analysed would tell whether it is 0.
        shown["evidence"] = true["evidence"].mask(reasons[policy.analysed] == WITHHELD, WITHHELD)
    shown["empty_because"] = _listed(reasons, policy.figures)
    return ReleasedTable(name=name, key=policy.key, profile=profile, frame=shown)


def _reasons(true: pd.DataFrame, policy: TablePolicy, limits: Limits) -> dict[str, Reasons]:
    """Why each figure of each row is empty; "" = it is shown."""
    withheld = {column: np.zeros(len(true), dtype=bool) for column in policy.figures}
    reasons: dict[str, Reasons] = {column: np.full(len(true), "", dtype=object) for column in policy.figures}
    for statistic in policy.statistics:
        n = _people_behind(statistic, true)
        small = _is_small(n, limits) | withheld[statistic.denominator]
        for column in (*statistic.columns, *statistic.numerators):
            withheld[column] |= small
        for column in statistic.columns:
            few = statistic.kind == "moment"
            # 0 is no data; no denominator at all means that nothing defines the statistic. What rests on two groups is
            # too few where either is.
            before = np.where(reasons[column] == TOO_FEW, TOO_FEW, "")
            reasons[column] = np.select(
                [np.isnan(n), n == 0, few & (n < limits.smallest_group_moments_n)],
                [NOT_DEFINED, NO_DATA, TOO_FEW],
                before,
            ).astype(object)
    for column in policy.figures:
        empty = true[column].isna().to_numpy()
        reasons[column][empty & (reasons[column] == "")] = policy.remaining
        reasons[column][withheld[column] & (reasons[column] != NOT_DEFINED)] = WITHHELD
        if column in MOMENTS and "scale" in policy.key:
            # Rows of `primary` mix scales: they have no moments whatever their size.
            reasons[column][(true["scale"] == PRIMARY).to_numpy()] = NOT_DEFINED
        if policy.guard:
            reasons[column][_is_small(true[policy.guard].to_numpy(dtype=float), limits)] = WITHHELD
    return reasons


def _people_behind(statistic: Statistic, true: pd.DataFrame) -> NDArray[Any]:
    """The denominator in each row; infinite where the statistic does not hang on it (`Statistic.against`)."""
    n = true[statistic.denominator].to_numpy(dtype=float, na_value=np.nan)
    if statistic.against is None:
        return n
    column, value = statistic.against
    return np.where((n == 0) | (true[column] == value).to_numpy(), np.inf, n)


def _is_small(counts: NDArray[Any], limits: Limits) -> NDArray[np.bool_]:
    return (counts >= 1) & (counts < limits.smallest_group_n)


def _listed(reasons: Mapping[str, Reasons], figures: tuple[str, ...]) -> Reasons:
    parts: Reasons = np.full(len(reasons[figures[0]]), "", dtype=object)
    for column in figures:
        empty = reasons[column] != ""
        separator = np.where(parts[empty] == "", "", ";").astype(object)
        parts[empty] = parts[empty] + separator + f"{column}:" + reasons[column][empty]
    return parts


def _profile_refused(profile: str) -> Problem:
    known = profile if profile in ("network", "public") else "unknown"
    return Problem(
        code="KAP-P01",
        expected=f"the profile clinic; the disclosure gate of the profile {known} comes in a later version.",
        remedy='set profile = "clinic" under [release] in kap.toml, and keep the release inside the clinic.',
        file="kap.toml",
    )


def _table_refused(name: str) -> Problem:
    return Problem(
        code="KAP-P03",
        expected=f"a disclosure declaration for the table {name}.",
        remedy="declare it in pipelines/disclosure/declared.py before it is released.",
    )
