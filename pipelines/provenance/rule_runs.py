"""What each run's rules found, run by run, from the validations of the ledger: for trends, first failures and changes.

Free of clocks and of runs that told nothing new, so that what is made of it is the same whenever it is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from math import isnan, nan
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.provenance.filled_runs import filled_by_run

# So many of the last runs a rule is followed over.
FOLLOWED_N = 24
Key: TypeAlias = tuple[str, str, str, str]
KEY = ("clinic_id", "rule", "table", "column")
COLUMNS = (*KEY, "status", "failed_n", "evaluated_n", "failed_pct", "threshold", "effect")
_KINDS = {"failed_n": "Int64", "evaluated_n": "Int64", "failed_pct": "Float64", "threshold": "Float64"}


def no_filled() -> pd.DataFrame:
    """The frame `filled` of RuleRuns without a row."""
    return filled_by_run(())


def no_findings() -> pd.DataFrame:
    """The frame `found` of RuleRuns without a row."""
    return pd.DataFrame(columns=["run", *COLUMNS]).astype({"run": "int64", **_KINDS})


@dataclass(frozen=True)
class Run:
    """One run that told something new. number: 1, 2, ... receipt: the newest delivery it judged. clinics: those judged.

    run_id is the name of its folder under `validation/`; empty where it may not be told. newest: the newest delivery
    that it judged of each of its clinics.
    """

    number: int
    receipt: int
    clinics: frozenset[str]
    run_id: str = ""
    newest: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class CheckRuns:
    """One check that failed in some run. shares: run -> failed_pct, None where it is not shown; first_failed: run."""

    shares: Mapping[int, float | None]
    first_failed: int


@dataclass(frozen=True)
class RuleAfter:
    """One rule after a run, over all clinics as they stood then: failed_n of evaluated_n rows, failed_checks of checks.

    Rows are those of checks whose counts are shown; a check fails when it is over its limit or has no verdict.
    """

    run: int
    failed_n: int
    evaluated_n: int
    failed_checks: int
    checks: int


@dataclass(frozen=True)
class RuleRuns:
    """The runs in order, and what each found.

    found: one row per run (its number), clinic judged in it, rule, table and column: status, failed_n of evaluated_n
    rows, failed_pct and threshold (0 to 100), effect; a figure not shown is NA. filled: of each run what is filled in,
    see `filled_by_run`; without a row where exact counts may not be told.
    """

    runs: tuple[Run, ...] = ()
    found: pd.DataFrame = field(default_factory=no_findings, compare=False)
    filled: pd.DataFrame = field(default_factory=no_filled, compare=False)

    @cached_property
    def by_check(self) -> Mapping[Key, CheckRuns]:
        """(clinic, rule, table, column) -> its runs, of each check that a row failed or that got no verdict in any."""
        rows = self.found
        bad = (rows["failed_n"].fillna(0) > 0) | rows["status"].isin(("failed", "error"))
        first = {_key(key): int(run) for key, run in rows[bad].groupby(list(KEY))["run"].min().items()}
        if not first:
            return {}
        wanted = pd.MultiIndex.from_frame(rows[list(KEY)]).isin(list(first))
        told = rows[wanted]
        shares: dict[Key, dict[int, float | None]] = {}
        columns = (told[name].tolist() for name in (*KEY, "run"))
        for *key, run, share in zip(*columns, told["failed_pct"].to_numpy("float64", na_value=nan), strict=True):
            shares.setdefault(_key(key), {})[run] = None if isnan(share) else float(share)
        return {key: CheckRuns(shares[key], run) for key, run in first.items()}

    @cached_property
    def by_rule(self) -> Mapping[str, list[RuleAfter]]:
        """Rule -> how it stood after each of the last FOLLOWED_N runs, in their order."""
        after: dict[str, list[RuleAfter]] = {}
        for run in self.runs[-FOLLOWED_N:]:
            standing = self.standing(run.number)
            told = standing["failed_n"].notna() & standing["evaluated_n"].notna()
            counted = pd.DataFrame(
                {
                    "failed_n": standing["failed_n"].where(told, 0),
                    "evaluated_n": standing["evaluated_n"].where(told, 0),
                    "failed_checks": standing["status"].isin(("failed", "error")),
                    "checks": 1,
                }
            ).astype("int64")
            for rule, *counts in counted.groupby(standing["rule"]).sum().itertuples(name=None):
                after.setdefault(str(rule), []).append(RuleAfter(run.number, *counts))
        return after

    def of_clinic(self, clinic_id: str) -> RuleRuns:
        """The runs that judged this clinic, counted anew, with nothing of another clinic."""
        own = [run for run in self.runs if clinic_id in run.clinics]
        numbers = {run.number: place for place, run in enumerate(own, start=1)}
        found, filled = (rows[rows["clinic_id"] == clinic_id] for rows in (self.found, self.filled))
        found, filled = (rows.assign(run=rows["run"].map(numbers).astype("int64")) for rows in (found, filled))
        only = frozenset({clinic_id})
        runs = tuple(
            replace(run, number=numbers[run.number], receipt=run.newest.get(clinic_id, run.receipt), clinics=only)
            for run in own
        )
        return RuleRuns(runs, found, filled)

    def standing(self, number: int) -> pd.DataFrame:
        """What stands after that run: of each clinic the rows of the last run until then that judged it."""
        last = {clinic: run.number for run in self.runs if run.number <= number for clinic in run.clinics}
        rows = [own for clinic, run in last.items() if (own := self._rows.get((run, clinic))) is not None]
        return self.found.iloc[np.sort(np.concatenate(rows))] if rows else self.found.iloc[:0]

    @cached_property
    def _rows(self) -> Mapping[tuple[int, str], npt.NDArray[np.intp]]:
        """(run, clinic) -> the places of its rows in `found`."""
        places: Mapping[Any, Any] = self.found.groupby(["run", "clinic_id"]).indices
        return {(int(run), str(clinic_id)): np.asarray(own) for (run, clinic_id), own in places.items()}


def rule_runs(validations: Sequence[Mapping[str, Any]]) -> RuleRuns:
    """Fold the bodies of `clinic_validated` events, in the order of the ledger.

    Left out: a judgement that repeats the clinic's last one (a blocked delivery is judged in every run), and one
    without a verdict (`error`) that the clinic's next judgement of the same deliveries replaced.
    """
    of_run: dict[object, list[Mapping[str, Any]]] = {}
    for place, body in _told(validations):
        of_run.setdefault(body.get("run_id") or place, []).append(body)
    grouped = tuple(of_run.values())
    runs = tuple(
        Run(
            number,
            max((max(body["receipts"], default=0) for body in bodies), default=0),
            frozenset(body["clinic_id"] for body in bodies),
            str(bodies[0].get("run_id") or ""),
            {body["clinic_id"]: max(body["receipts"], default=0) for body in bodies},
        )
        for number, bodies in enumerate(grouped, start=1)
    )
    rows = [
        (number, body["clinic_id"], *finding)
        for number, bodies in enumerate(grouped, start=1)
        for body in bodies
        for finding in body["findings"]
    ]
    found = pd.DataFrame(rows, columns=["run", *COLUMNS]).astype({"run": "int64", **_KINDS}) if rows else no_findings()
    return RuleRuns(runs, found, filled_by_run(grouped))


def _told(validations: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The judgements that told something new, with their place in the ledger."""
    of_clinic: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for place, body in enumerate(validations):
        own = of_clinic.setdefault(body["clinic_id"], [])
        if own and _repeats(own[-1][1], body):
            continue
        if own and own[-1][1]["verdict"] == "error" and own[-1][1]["receipts"] == body["receipts"]:
            own.pop()
        own.append((place, body))
    yield from sorted(chain.from_iterable(of_clinic.values()), key=lambda told: told[0])


def _repeats(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> bool:
    return bool(earlier["receipts"] == later["receipts"] and earlier["findings"] == later["findings"])


def _key(parts: Any) -> Key:
    clinic_id, rule, table, column = parts
    return (str(clinic_id), str(rule), str(table), str(column))
