"""Small released tables made from a plain formula, so that the pages can be tried without the pipeline.

No figure here is an oracle of the statistics: only how figures are shown is tested with them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from assets import method_facts
from pipelines.care.windows import Windows
from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import PRIMARY_SCALES, TIMEPOINTS
from reports.about import About, Delivery, Fact, Licence, RuleFact, Scale
from tests.released_care import care_tables
from tests.released_change import change_tables
from tests.released_outcome import BASELINES, LADDER, outcome_row

CONDITIONS = ("trd", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain")
ROUTES = ("iv", "im", "intranasal", "sublingual")
SCALES = {
    "phq9": Scale("PHQ-9", True),
    "gad7": Scale("GAD-7", True),
    "pcl5": Scale("PCL-5", True),
    "ybocs": Scale("Y-BOCS", True),
    "bam_use": Scale("BAM use", True),
    "peg": Scale("PEG", True),
    "pct_days_abstinent_30": Scale("Days abstinent of 30", False),
}
KEYS = {
    "outcomes_by_route_condition": ("clinic_id", "condition", "route", "scale", "timepoint"),
    "denominators": ("clinic_id", "condition", "route", "timepoint"),
    "score_trajectories": ("clinic_id", "condition", "route", "scale", "axis", "position"),
    "data_quality": ("clinic_id", "rule", "table", "column"),
}


def cells(sizes: dict[str, float]) -> Iterator[tuple[str, str, str, int]]:
    for clinic, size in sizes.items():
        for i, condition in enumerate(CONDITIONS):
            for j, route in enumerate(ROUTES):
                if (i, j) in ((3, 2), (4, 1)):
                    continue
                yield clinic, condition, route, max(0, round(size * (7 - i) * (5 - j) / 4 - (i * j)))


def tables(sizes: dict[str, float] | None = None) -> dict[str, ReleasedTable]:
    """Released tables of a network: clinic id -> size; `all` is added as the sum. Made once: not to be changed."""
    sizes = {"alpha": 20.0, "beta": 6.0, "gamma": 0.3} if sizes is None else sizes
    return dict(_tables(tuple(sizes.items())))


@cache
def _tables(given: tuple[tuple[str, float], ...]) -> dict[str, ReleasedTable]:
    sizes = dict(given)
    found = list(cells({**sizes, "all": sum(sizes.values())})) if sizes else []
    totals: dict[tuple[str, str, str], int] = {}
    for clinic, condition, route, started in found:
        for key in (
            (clinic, condition, route),
            (clinic, condition, "all"),
            (clinic, "all", route),
            (clinic, "all", "all"),
        ):
            totals[key] = totals.get(key, 0) + started
    outcomes = [
        outcome_row(clinic, condition, route, scale, timepoint, started)
        for (clinic, condition, route), started in totals.items()
        for timepoint in TIMEPOINTS
        for scale in ("primary", *(() if condition == "all" else PRIMARY_SCALES[condition][:1]))
    ]
    ladder = [
        {column: row[column] for column in (*KEYS["denominators"], *LADDER, "evidence", "empty_because")}
        for row in outcomes
        if row["scale"] == "primary"
    ]
    return {
        "outcomes_by_route_condition": _table(
            "outcomes_by_route_condition", outcomes, outcome_row("x", "all", "all", "primary", "last", 9)
        ),
        "denominators": _table(
            "denominators", ladder, dict.fromkeys((*KEYS["denominators"], *LADDER, "empty_because"))
        ),
        "score_trajectories": _table(
            "score_trajectories", list(_course(totals)), _point("x", "all", "all", "phq9", 1, 20)
        ),
        "data_quality": _table("data_quality", list(_quality(sizes)), _rule("x", 1)),
        **(care_tables(totals) | change_tables(totals) if totals else {}),
    }


def _table(name: str, rows: list[dict[str, Any]], shape: dict[str, Any]) -> ReleasedTable:
    frame = pd.DataFrame(rows, columns=list(shape))
    return ReleasedTable(name, KEYS[name], "clinic", frame)


def _point(clinic: str, condition: str, route: str, scale: str, k: int, started: int) -> dict[str, Any]:
    n, start = round(started * 0.9 * 0.88 ** (k - 1)), BASELINES[scale]
    mean = start * (1 - 0.45 * (1 - 0.7 ** (k - 1)))
    half = 1.96 * start * 0.3 / math.sqrt(max(n, 1))
    row: dict[str, Any] = {
        "clinic_id": clinic,
        "condition": condition,
        "route": route,
        "scale": scale,
        "axis": "session",
    }
    row |= {"position": k, "n": n, "mean": mean, "ci_low": mean - half, "ci_high": mean + half}
    return row | {"n_stopped": started - n, "baseline_mean_of_stopped": start, "empty_because": ""}


def _course(totals: dict[tuple[str, str, str], int]) -> Iterator[dict[str, Any]]:
    for (clinic, condition, route), started in totals.items():
        if condition != "all" and route == "all":
            yield from (_point(clinic, condition, route, PRIMARY_SCALES[condition][0], k, started) for k in range(1, 9))


def _rule(clinic: str, i: int) -> dict[str, Any]:
    failed = (0, 3, 0, 41)[i % 4]
    status = ("passed", "passed_with_failures", "not_applicable", "failed")[i % 4]
    return {
        "clinic_id": clinic,
        "rule": f"S{i:02d}",
        "table": ("sessions", "scores")[i % 2],
        "column": ("session_day", "", "dose_mg")[i % 3],
        "status": status,
        "failed_n": None if status == "not_applicable" else failed,
        "evaluated_n": None if status == "not_applicable" else 812,
        "failed_pct": None if status == "not_applicable" else 100 * failed / 812,
        "threshold": 5.0 if i % 4 != 3 else 1.0,
        "effect": ("quarantines", "blanks", "warns")[i % 3],
        "empty_because": "failed_n:no_data;failed_pct:no_data" if status == "not_applicable" else "",
    }


def _quality(sizes: dict[str, float]) -> Iterator[dict[str, Any]]:
    for clinic in sizes:
        yield from (_rule(clinic, i) for i in range(1, 13))


def about(**changes: Any) -> About:
    """The facts of the sample network, with changes."""
    base = About(
        network_name="Harbour Network",
        profile="clinic",
        synthetic=True,
        definition_set="kap-outcomes@1",
        contract_version="1.0",
        product_version="0.1.0",
        clinics={"alpha": "Alder House", "beta": "Birch Street", "gamma": "Cedar Rooms"},
        windows=method_facts.windows(Windows()),
        lengths=method_facts.lengths(Windows()),
        deliveries=(
            Delivery("alpha", "sessions-01.csv", "sessions", 5210, 5188, 12, 10, 0, 3, "published"),
            Delivery("beta", "scores-01.csv", "scores", 1420, 0, 1420, 0, 0, 0, "blocked"),
            Delivery("gamma", "courses-01.csv", "courses", 0, 0, 0, 0, 0, 0, "refused"),
        ),
        facts=(Fact("phq9", "caseness", "op >=; value 10", "Kroenke 2001 J Gen Intern Med 16:606", "primary"),),
        instruments=(Licence("Patient Health Questionnaire-9", "public_domain", "none", "Kroenke 2001", "secondary"),),
        licences=("Vega, Vega-Lite, vega-embed: BSD-3-Clause.",),
        scales=SCALES,
        rules={
            "S01": RuleFact(
                "The day of a session is a whole number from 0 to 5000.",
                ("quarantines",),
                5.0,
                "single slips happen",
                "a calendar date in place of a day",
                "count days from the first session",
                "conformance",
                "verification",
                (("sessions", "session_day"),),
            ),
            "S04": RuleFact(
                "A session has a dose.",
                ("warns",),
                1.0,
                "a dose is needed",
                "the dose is kept elsewhere",
                "deliver dose_mg",
                "completeness",
                "verification",
                (("sessions", "dose_mg"),),
            ),
        },
        data_to="receipt 24",
    )
    return replace(base, **changes)
